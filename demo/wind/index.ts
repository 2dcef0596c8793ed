import { readFileSync } from 'node:fs';
import type { FeatureCollection, Point } from 'geojson';
import { createClient } from '#cse/client';
import { minutes } from '../fleet-clock.ts';
import { playing } from '../playing.ts';
import { persistently } from '../recurring.ts';
import { register, report } from '../registration.ts';
import type { Vendor, VendorContext } from '../vendor.ts';
import { statusOf, turbineRecordings } from './recording.ts';

interface TurbineFacts {
  readonly name: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly ratedPowerKw: number;
  readonly hubHeightM: number;
  readonly rotorDiameterM: number;
}

const turbines = (
  JSON.parse(
    readFileSync(new URL('../data/la-haute-borne-turbines.geojson', import.meta.url), 'utf8'),
  ) as FeatureCollection<Point, TurbineFacts>
).features.map(({ properties }) => properties);

/** Generated places on the plateau between Aumetz and Boulange; the recorded machines stand in the Meuse. */
export const turbinePlaces = [
  { coordinates: [5.95, 49.404], commune: '57096', communeName: 'Boulange', number: 1 },
  { coordinates: [5.952, 49.3985], commune: '57096', communeName: 'Boulange', number: 2 },
  { coordinates: [5.9545, 49.3935], commune: '57096', communeName: 'Boulange', number: 3 },
  { coordinates: [5.934, 49.407], commune: '57041', communeName: 'Aumetz', number: 4 },
] as const;

/** The recording holds one row for every ten minutes. */
const rowEveryMs = minutes(10);
const realIntervalMinMs = 2_000;
/** A machine that registers for the first time hands over its log of the last day, so that charts are not empty. */
const loggedRows = 24 * 6;

const labels = ['theme:wind', 'demo:true'] as const;
const containers = {
  descriptor: { role: 'descriptor', mni: 10 },
  measurements: { role: 'measurements', mni: 2_000 },
};

/** Wind turbines: four SCADA gateways that speak oneM2M over HTTP and play the recording of La Haute Borne. */
export async function startWind(context: VendorContext): Promise<Vendor> {
  const { settings, clock, log, signal } = context;
  const credential = settings.credentials.wind;
  if (!credential) return { stop: async () => undefined };
  const everyMs = Math.max(realIntervalMinMs, clock.realMs(rowEveryMs));
  let registered = 0;
  const fleet = turbines.slice(0, settings.turbines);

  const stops = await Promise.all(
    fleet.map(async (facts, index) => {
      const name = `turbine-${facts.name}`;
      const address = `${settings.cseName}/${name}/measurements`;
      const recording = turbineRecordings.get(facts.name) ?? [];
      const client = createClient({
        url: settings.cseHttp,
        originator: `C${name}`,
        token: credential.token,
        cseId: settings.cseId,
        log,
      });
      const enrol = () =>
        register(client, {
          cseName: settings.cseName,
          name,
          vendor: 'senvion-scada',
          title: titleOf(index),
          labels,
          model: `senvion/${facts.model.toLowerCase()}`,
          containers,
          descriptor: descriptorOf(facts, index, everyMs),
        });
      const tell = async (row: number, at: Date): Promise<void> => {
        const reading = recording[row % recording.length];
        if (!reading) return; // a gap of the recording: no news from this turbine
        await context.rate.turn(signal);
        await report(client, address, { time: at.toISOString(), status: statusOf(reading), ...reading });
        context.sent();
      };

      const isNew = await persistently(signal, log, `registration of ${name}`, enrol);
      registered += 1;
      context.progress(registered, fleet.length);
      // All turbines stand in the same wind: they play the same moment of the recording.
      const running = playing(
        { name, isNew, everyMs, rowEveryMs, loggedRows, firstAfterMs: 0, signal, log },
        { tell: (row, at) => tell(loggedRows + row, at), enrol },
      );
      return async () => {
        await running;
        await client.close();
      };
    }),
  );
  return {
    async stop() {
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}

const titleOf = (index: number): string => `Éolienne ${turbinePlaces[index]?.number ?? index + 1} – plateau d’Aumetz`;

const descriptorOf = (facts: TurbineFacts, index: number, everyMs: number): object => {
  const place = turbinePlaces[index];
  return {
    name: titleOf(index),
    location: { type: 'Point', coordinates: place?.coordinates },
    commune: place?.commune,
    communeName: place?.communeName,
    model: `${facts.manufacturer} ${facts.model}`,
    vendor: facts.manufacturer,
    ratedPowerKw: facts.ratedPowerKw,
    hubHeightM: facts.hubHeightM,
    rotorDiameterM: facts.rotorDiameterM,
    recordedTurbine: facts.name,
    reportingIntervalS: Math.max(1, Math.round(everyMs / 1000)),
    demonstration: true,
  };
};
