import { concurrently, persistently, recurring } from '../recurring.ts';
import { isCreated, isUnknown, register, report, resourceType } from '../registration.ts';
import type { Vendor, VendorContext } from '../vendor.ts';
import { Gateway } from './gateway.ts';
import { Light, lightReportEveryMs } from './light.ts';
import { type Luminaire, luminaireFleet } from './luminaires.ts';

/** A gateway serves a few streets; all of them together take four connections. */
const lightsPerGateway = 130;
/** No light reports more often than this in real time unless something happens to it. */
const realIntervalMinMs = 30_000;
/** How often a light looks at the sun and its programme. */
const lookEveryMs = 2_000;
const registeringAtOnce = 12;

const labels = ['theme:lighting', 'demo:true'] as const;
const containers = {
  descriptor: { role: 'descriptor', mni: 10 },
  state: { role: 'measurements', mni: 500 },
  command: { role: 'command', mni: 50 },
};
const subscriptionName = 'light';
/** A child of the command container was created, TS-0004 §6.3.4.2.19. */
const childCreated = 3;

/** Street lights of one vendor: each an AE, behind a few gateways that speak oneM2M over MQTT. */
export async function startLighting(context: VendorContext): Promise<Vendor> {
  const { settings, clock, log, signal } = context;
  const credential = settings.credentials.lighting;
  const lights = luminaireFleet(settings.lights).map((luminaire) => new Light(luminaire));
  if (!credential || lights.length === 0) return { stop: async () => undefined };
  const everyMs = Math.max(realIntervalMinMs, clock.realMs(lightReportEveryMs));
  const groups = Array.from({ length: Math.ceil(lights.length / lightsPerGateway) }, (_, group) =>
    lights.slice(group * lightsPerGateway, (group + 1) * lightsPerGateway),
  );
  let registered = 0;

  const runGroup = async (group: readonly Light[], index: number): Promise<() => Promise<void>> => {
    const gateway = new Gateway({
      url: settings.cseMqtt,
      credential,
      cseId: settings.cseId,
      name: `lumea-gateway-${index + 1}`,
      log,
    });
    const byId = new Map(group.map((light) => [light.luminaire.id, light]));
    await gateway.serve([...byId.keys()]);

    const enrol = async ({ luminaire }: Light): Promise<void> => {
      const own = gateway.as(luminaire.id);
      const command = `${settings.cseName}/${luminaire.id}/command`;
      const isNew = await register(own, {
        cseName: settings.cseName,
        name: luminaire.id,
        vendor: 'lumea',
        title: luminaire.name,
        labels,
        model: luminaire.model,
        containers,
        poa: settings.cseMqtt.href,
        descriptor: descriptorOf(luminaire, everyMs),
      });
      if (isNew || !(await own.exists(`${command}/${subscriptionName}`))) {
        await isCreated(
          own.create(command, resourceType.subscription, subscriptionName, {
            nu: [`C${luminaire.id}`],
            nct: 1,
            enc: { net: [childCreated] },
          }),
        );
      }
    };
    const tell = async (light: Light): Promise<void> => {
      const address = `${settings.cseName}/${light.luminaire.id}/state`;
      await context.rate.turn(signal);
      try {
        await report(gateway.as(light.luminaire.id), address, light.state(new Date()));
      } catch (error) {
        if (!isUnknown(error)) throw error;
        await enrol(light);
        await report(gateway.as(light.luminaire.id), address, light.state(new Date()));
      }
      context.sent();
    };

    gateway.onCommand((lightId, content) => {
      const light = byId.get(lightId);
      if (!light?.obey(content)) return false;
      light.advance(clock.now());
      tell(light).catch((error: unknown) => log.warn({ lightId, error }, 'the effect of a command was not reported'));
      return true;
    });

    await concurrently(group, registeringAtOnce, async (light) => {
      await persistently(signal, log, `registration of ${light.luminaire.id}`, () => enrol(light));
      registered += 1;
      context.progress(registered, lights.length);
    });
    const running = group.map((light) => {
      let toldAtMs = Number.NEGATIVE_INFINITY;
      const offsetMs = light.luminaire.random.between(0, lookEveryMs);
      // The first heartbeat comes anywhere within the interval, so that a thousand lights do not report in step.
      const staggerMs = light.luminaire.random.between(0, everyMs);
      return recurring({ everyMs: lookEveryMs, firstAfterMs: offsetMs, signal, log }, async () => {
        const hasChanged = light.advance(clock.now());
        const nowMs = performance.now();
        if (!hasChanged && nowMs - toldAtMs < everyMs) return;
        await tell(light);
        toldAtMs = Number.isFinite(toldAtMs) ? nowMs : nowMs - staggerMs;
      });
    });
    return async () => {
      await Promise.all(running);
      await gateway.close();
    };
  };

  const stops = await Promise.all(groups.map(runGroup));
  return {
    async stop() {
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}

const descriptorOf = (luminaire: Luminaire, everyMs: number): object => ({
  name: luminaire.name,
  location: { type: 'Point', coordinates: luminaire.place.position },
  commune: luminaire.place.street.commune.insee,
  communeName: luminaire.place.street.commune.name,
  address: luminaire.place.street.name,
  model: luminaire.model,
  vendor: luminaire.vendor,
  lamp: luminaire.lamp,
  ratedPowerW: luminaire.ratedPowerW,
  ...(luminaire.colourTemperatureK === undefined ? {} : { colourTemperatureK: luminaire.colourTemperatureK }),
  heightM: luminaire.heightM,
  circuit: luminaire.circuit,
  reportingIntervalS: Math.round(everyMs / 1000),
  demonstration: true,
});
