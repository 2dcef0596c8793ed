import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { type Config, freePort, type Log, type LorawanIntegration } from '#platform';

/** Tokens the vendors' devices present; each covers one family of originators. */
export interface FleetTokens {
  readonly lighting: string;
  readonly wind: string;
  readonly energy: string;
}

export interface Demo {
  /** LoRaWAN network servers of the demonstration, for the adapters to listen to. */
  readonly integrations: readonly LorawanIntegration[];
  /** Starts the fleet in a process of its own, and again whenever it ends. Resolves once its network server answers. */
  start(tokens: FleetTokens): Promise<void>;
  stop(): Promise<void>;
}

/** The fleet makes much short-lived garbage while it registers; a small young generation keeps it at 175 MB instead of 280. */
const frugal = ['--max-semi-space-size=2', '--max-old-space-size=128'];
const restartDelayMs = 5_000;
const brokerTimeoutMs = 10_000;
const stopTimeoutMs = 8_000;

/** Prepares the demonstration fleet: vendors' devices that speak public protocols only, with credentials of their own. */
export async function prepareDemo(options: { config: Config; log: Log }): Promise<Demo> {
  const { config, log } = options;
  const broker = { port: await freePort(), username: 'demo@ccphva', password: secret() };
  const webhookToken = secret();
  let child: ChildProcess | undefined;
  let restart: NodeJS.Timeout | undefined;
  let stopping = false;

  function run(tokens: FleetTokens): void {
    const credentials = {
      lighting: { originatorPattern: 'Clight-*', token: tokens.lighting },
      wind: { originatorPattern: 'Cturbine-*', token: tokens.wind },
      energy: { originatorPattern: 'Cems-*', token: tokens.energy },
      chirpstack: { integration: 'demo-chirpstack', token: webhookToken },
      theThingsStack: broker,
    };
    const started = spawn(process.execPath, [...frugal, join(import.meta.dirname, 'fleet.ts')], {
      env: {
        PATH: process.env.PATH,
        MALLOC_ARENA_MAX: '2',
        ALZETTE_DEMO_CSE_HTTP: `http://127.0.0.1:${config.cse.port}`,
        ALZETTE_DEMO_CSE_MQTT: config.mqtt.url ?? `mqtt://127.0.0.1:${config.mqtt.port}`,
        ALZETTE_DEMO_CSE_COAP: `coap://127.0.0.1:${config.coap.port}`,
        ALZETTE_DEMO_WEB: `http://127.0.0.1:${config.web.port}`,
        ALZETTE_DEMO_CSE_NAME: config.cse.name,
        ALZETTE_DEMO_CSE_ID: `/${config.cse.id}`,
        ALZETTE_DEMO_PACE: String(config.demo.pace),
        ALZETTE_DEMO_CREDENTIALS: JSON.stringify(credentials),
      },
      // Its own session: Ctrl-C in the terminal reaches the platform alone, which then stops the fleet.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    for (const stream of [started.stdout, started.stderr]) {
      createInterface({ input: stream }).on('line', (line) => log.info({ line: line.slice(0, 2_000) }, 'fleet'));
    }
    started.once('error', (error) => log.error({ reason: error.message }, 'the demonstration fleet cannot be started'));
    started.once('exit', (code, signal) => {
      if (stopping) return;
      log.warn({ code, signal }, 'the demonstration fleet ended and is started again');
      restart = setTimeout(run, restartDelayMs, tokens);
    });
  }

  return {
    integrations: [
      {
        name: 'demo-the-things-stack',
        server: 'the-things-stack',
        mqtt: { url: `mqtt://127.0.0.1:${broker.port}`, username: broker.username, password: broker.password },
      },
      { name: 'demo-chirpstack', server: 'chirpstack', webhookToken },
    ],
    async start(tokens) {
      run(tokens);
      await answers(broker.port);
    },
    async stop() {
      stopping = true;
      clearTimeout(restart);
      const running = child;
      if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
      const exited = once(running, 'exit');
      running.kill('SIGTERM');
      const kill = setTimeout(() => running.kill('SIGKILL'), stopTimeoutMs);
      await exited;
      clearTimeout(kill);
    },
  };
}

/** Waits for a port on loopback to accept connections; bounded, as whoever connects next tries again anyway. */
async function answers(port: number): Promise<void> {
  const deadline = Date.now() + brokerTimeoutMs;
  while (Date.now() < deadline) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await delay(100);
  }
}

const secret = (): string => randomBytes(24).toString('base64url');
