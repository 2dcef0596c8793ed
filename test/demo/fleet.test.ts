import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { assert } from 'chai';
import { startCoapBinding, startMqttBinding } from '#cse';
import { createLog, createMetrics, freePort, readConfig } from '#platform';
import { startAdapters, type TestAdapters } from '../adapters/support.ts';
import { startCse, type TestCse } from '../cse/support.ts';
import { until } from '../support/wait.ts';

const counts = { containers: 6, lights: 6, turbines: 2, buildings: 2 };
const webhookToken = 'token-of-the-demonstration';

interface FleetEvent {
  readonly event: string;
  readonly vendor?: string;
  readonly reason?: string;
}

/** A platform in small: CSE on three bindings, adapters on a web server. */
interface Platform extends AsyncDisposable {
  readonly cse: TestCse;
  readonly adapters: TestAdapters;
  readonly environment: Record<string, string>;
  /** Stops the broker, which forgets its sessions, and starts it again on the same port. */
  restartBroker(): Promise<void>;
}

async function startPlatform(): Promise<Platform> {
  const cse = await startCse();
  const config = readConfig({ ALZETTE_MQTT_PORT: '0', ALZETTE_COAP_PORT: '0' });
  const common = { cse: cse.cse, config, log: createLog(process.env.TEST_LOG ?? 'silent'), metrics: createMetrics() };
  let mqtt = await startMqttBinding(common);
  const coap = await startCoapBinding(common);
  const theThingsStack = { port: await freePort(), username: 'demo@ccphva', password: 'password-of-the-demonstration' };
  const adapters = await startAdapters({
    cse,
    integrations: [
      { name: 'demo-chirpstack', server: 'chirpstack', webhookToken },
      {
        name: 'demo-the-things-stack',
        server: 'the-things-stack',
        mqtt: {
          url: `mqtt://127.0.0.1:${theThingsStack.port}`,
          username: theThingsStack.username,
          password: theThingsStack.password,
        },
      },
    ],
  });
  const credential = async (originatorPattern: string) => ({
    originatorPattern,
    token: (await cse.cse.credentials.issue({ originator: originatorPattern, label: 'demonstration' })).token,
  });
  return {
    cse,
    adapters,
    environment: {
      PATH: process.env.PATH ?? '',
      ALZETTE_DEMO_CSE_HTTP: cse.url,
      ALZETTE_DEMO_CSE_MQTT: `mqtt://127.0.0.1:${mqtt.port}`,
      ALZETTE_DEMO_CSE_COAP: `coap://127.0.0.1:${coap.port}`,
      ALZETTE_DEMO_WEB: adapters.url,
      ALZETTE_DEMO_PACE: '600',
      ALZETTE_DEMO_CONTAINERS: String(counts.containers),
      ALZETTE_DEMO_LIGHTS: String(counts.lights),
      ALZETTE_DEMO_TURBINES: String(counts.turbines),
      ALZETTE_DEMO_BUILDINGS: String(counts.buildings),
      ALZETTE_DEMO_RATE_MAX: '200',
      ALZETTE_DEMO_CREDENTIALS: JSON.stringify({
        lighting: await credential('Clight-*'),
        wind: await credential('Cturbine-*'),
        energy: await credential('Cems-*'),
        chirpstack: { integration: 'demo-chirpstack', token: webhookToken },
        theThingsStack,
      }),
    },
    async restartBroker() {
      const { port } = mqtt;
      await mqtt.close();
      mqtt = await startMqttBinding({
        ...common,
        metrics: createMetrics(),
        config: { ...config, mqtt: { ...config.mqtt, port } },
      });
    },
    async [Symbol.asyncDispose]() {
      await adapters[Symbol.asyncDispose]();
      await mqtt.close();
      await coap.close();
      await cse[Symbol.asyncDispose]();
    },
  };
}

/** The fleet in its own process. */
class Fleet {
  readonly events: FleetEvent[] = [];
  readonly #child: ChildProcess;

  constructor(environment: Record<string, string>) {
    this.#child = spawn(process.execPath, [join(import.meta.dirname, '../../demo/fleet.ts')], {
      env: environment,
      stdio: ['ignore', 'pipe', process.env.TEST_LOG === undefined ? 'ignore' : 'inherit'],
    });
    if (this.#child.stdout) {
      createInterface({ input: this.#child.stdout }).on('line', (line) => {
        this.events.push(JSON.parse(line));
      });
    }
  }

  playing(vendor: string): Promise<unknown> {
    return until(() => this.events.some((event) => event.event === 'playing' && event.vendor === vendor), {
      timeoutMs: 30_000,
      what: `${vendor} playing`,
    });
  }

  /** @returns the exit code */
  async ended(): Promise<number | null> {
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
    return this.#child.exitCode;
  }

  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return this.ended();
  }
}

describe('the demonstration fleet in its own process', () => {
  let platform: Platform;
  let fleet: Fleet;
  before(async function () {
    this.timeout(90_000);
    platform = await startPlatform();
    fleet = new Fleet(platform.environment);
    await Promise.all(['wind', 'energy', 'waste', 'lighting'].map((vendor) => fleet.playing(vendor)));
  });
  after(async () => {
    await fleet.stop();
    await platform[Symbol.asyncDispose]();
  });

  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever is stored
  const newest = async (container: string): Promise<any> => {
    const { rsc, pc } = await platform.cse.send('GET', `/cse-in/${container}/la`);
    return rsc === 2000 ? JSON.parse(pc['m2m:cin'].con) : undefined;
  };
  const found = async (filter: string): Promise<string[]> => {
    const { pc } = await platform.cse.send('GET', `/cse-in?fu=1&${filter}`);
    return pc['m2m:uril'] ?? [];
  };

  it('registers every device as an AE under its theme, marked as demonstration', async () => {
    for (const [theme, count] of [
      ['waste', counts.containers],
      ['lighting', counts.lights],
      ['wind', counts.turbines],
      ['energy', counts.buildings],
    ] as const) {
      const all = await until(
        async () => {
          const aes = await found(`ty=2&lbl=theme:${theme}`);
          return aes.length >= count ? aes : undefined;
        },
        { timeoutMs: 40_000, what: `${count} devices of ${theme}` },
      );
      assert.lengthOf(all, count);
      const demonstrations = new Set(await found('ty=2&lbl=demo:true'));
      assert.isTrue(all.every((address) => demonstrations.has(address)));
    }
  });

  it('describes each device with a name, a commune and a place', async () => {
    for (const ae of ['light-0001', 'turbine-R80711', 'ems-b01']) {
      const descriptor = await newest(`${ae}/descriptor`);
      assert.isAbove(descriptor.name.length, 5, ae);
      assert.match(descriptor.commune, /^5[47]\d{3}$/);
      assert.equal(descriptor.location.type, 'Point');
      assert.isTrue(descriptor.demonstration);
      assert.isAbove(descriptor.reportingIntervalS, 0);
    }
  });

  it('brings uplinks through both network servers', async () => {
    const servers = new Set<string>();
    for (const address of await found('ty=2&lbl=theme:waste')) {
      const ae = address.split('/').at(-1);
      const measurement = await until(() => newest(`${ae}/measurements`), { timeoutMs: 40_000 });
      servers.add(measurement.integration);
      assert.isAbove(measurement.values.distanceMm, 0);
      assert.isAbove(measurement.depthMm, 0);
    }
    assert.deepEqual([...servers].sort(), ['demo-chirpstack', 'demo-the-things-stack']);
  });

  it('plays the wind recording over HTTP, with the last day as its log', async () => {
    const measurement = await until(() => newest('turbine-R80711/measurements'));
    assert.isNumber(measurement.activePowerKw);
    assert.isNumber(measurement.windSpeedMs);
    await until(async () => {
      const { pc } = await platform.cse.send('GET', '/cse-in/turbine-R80711/measurements');
      return pc['m2m:cnt'].cni > 100;
    });
    await until(async () => Date.now() - Date.parse((await newest('turbine-R80711/measurements')).time) < 60_000, {
      timeoutMs: 20_000,
    });
  });

  it('meters buildings over CoAP', async () => {
    const measurement = await until(() => newest('ems-b01/measurements'), { timeoutMs: 20_000 });
    assert.isNumber(measurement.activePowerKw);
    assert.isAbove(measurement.activeEnergyImportKwh, 0);
  });

  it('has a light that obeys a dim command and reports what it did', async () => {
    await until(() => newest('light-0002/state'), { timeoutMs: 20_000 });
    const command = { id: 'command-0001', dimming: 37 };
    const { rsc } = await platform.cse.create('/cse-in/light-0002/command', 4, {
      'm2m:cin': { con: JSON.stringify(command), cnf: 'application/json:0' },
    });
    assert.equal(rsc, 2001);
    const state = await until(
      async () => {
        const current = await newest('light-0002/state');
        return current.commandId === command.id ? current : undefined;
      },
      { timeoutMs: 5_000, what: 'the light’s answer' },
    );
    if (state.status === 'ok') assert.deepInclude(state, { dimming: 37, powerState: 'low' });
  });

  it('does not obey what is not a command', async () => {
    const before = await newest('light-0003/state');
    await platform.cse.create('/cse-in/light-0003/command', 4, { 'm2m:cin': { con: '{"id":"x","dimming":900}' } });
    await platform.cse.create('/cse-in/light-0003/command', 4, { 'm2m:cin': { con: 'nonsense' } });
    const proper = { id: 'command-0002', dimming: 10 };
    await platform.cse.create('/cse-in/light-0003/command', 4, { 'm2m:cin': { con: JSON.stringify(proper) } });
    await until(async () => (await newest('light-0003/state')).commandId === proper.id, { timeoutMs: 5_000 });
    assert.isUndefined(before.commandId);
  });

  it('finds the broker again after it was restarted, and its lights obey as before', async () => {
    await platform.restartBroker();
    const command = { id: 'command-after-restart', dimming: 63 };
    await until(
      async () => {
        await platform.cse.create('/cse-in/light-0005/command', 4, { 'm2m:cin': { con: JSON.stringify(command) } });
        return (await newest('light-0005/state')).commandId === command.id;
      },
      { timeoutMs: 20_000, everyMs: 500 },
    );
  });

  it('starts again over devices that are registered already', async function () {
    this.timeout(60_000);
    assert.equal(await fleet.stop(), 0);
    fleet = new Fleet(platform.environment);
    await Promise.all(['wind', 'energy', 'lighting'].map((vendor) => fleet.playing(vendor)));
    assert.lengthOf(await found('ty=2&lbl=theme:lighting'), counts.lights);
    const { pc } = await platform.cse.send('GET', '/cse-in/light-0001/descriptor');
    assert.equal(pc['m2m:cnt'].cni, 1);
    const command = { id: 'command-0003', dimming: 22 };
    await platform.cse.create('/cse-in/light-0004/command', 4, { 'm2m:cin': { con: JSON.stringify(command) } });
    await until(async () => (await newest('light-0004/state')).commandId === command.id, { timeoutMs: 5_000 });
  });

  it('does not start without credentials, and says which setting is missing', async () => {
    const without = new Fleet({ PATH: process.env.PATH ?? '' });
    assert.equal(await without.ended(), 1);
    assert.match(without.events[0]?.reason ?? '', /ALZETTE_DEMO_CREDENTIALS/);
  });
});
