import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, until } from './wait.ts';

/** A whole Alzette in its own process, started as `npm start` starts it. */
export interface House extends AsyncDisposable {
  readonly dataDir: string;
  readonly webUrl: string;
  readonly cseUrl: string;
  readonly mqttUrl: string;
  readonly coapUrl: string;
  readonly env: Readonly<Record<string, string>>;
  /** Everything it has printed. */
  output(): string;
  /** Ends the main process, as an operating system that runs out of memory would. */
  kill(): Promise<void>;
  /** Starts it again on the same data and ports. */
  restart(): Promise<void>;
  /** Signs the demo operator in. @returns the session cookie */
  signIn(): Promise<string>;
  /** Waits for the process to end. @returns its exit code */
  stop(): Promise<number | null>;
}

/** As `npm start` runs it. */
const start = ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, '../../start.ts')];
const startTimeoutMs = 90_000;

export async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

/** Runs `main.ts` with these settings until it ends; for starts that are meant to fail. */
export async function runToEnd(
  env: Record<string, string>,
  args: string[] = [],
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [...start, ...args], { env: { PATH: process.env.PATH ?? '', ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const timer = setTimeout(() => child.kill('SIGKILL'), startTimeoutMs);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearTimeout(timer);
  return { code, output };
}

/** Settings of a house of its own: free ports and a new data directory. */
export async function houseSettings(): Promise<Record<string, string>> {
  return {
    ALZETTE_DATA_DIR: mkdtempSync(join(tmpdir(), 'alzette house ')),
    ALZETTE_WEB_PORT: String(await freePort()),
    ALZETTE_CSE_PORT: String(await freePort()),
    ALZETTE_MQTT_PORT: String(await freePort()),
    ALZETTE_COAP_PORT: String(await freeUdpPort()),
  };
}

/** @param options.env further settings; the demonstration fleet is off unless `ALZETTE_DEMO` says otherwise */
export async function startHouse(options: { env?: Record<string, string> } = {}): Promise<House> {
  const env: Record<string, string> = { ALZETTE_DEMO: 'false', ...(await houseSettings()), ...options.env };
  const dataDir = env.ALZETTE_DATA_DIR ?? '';
  const webUrl = `http://127.0.0.1:${env.ALZETTE_WEB_PORT}`;
  let child: ChildProcess;
  let output = '';

  async function launch(): Promise<void> {
    output = '';
    child = spawn(process.execPath, start, {
      env: { PATH: process.env.PATH ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
    await until(
      () => {
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`it ended while starting:\n${output}`);
        return output.includes('Ctrl-C');
      },
      { timeoutMs: startTimeoutMs, everyMs: 50, what: `the banner` },
    ).catch((error: Error) => {
      throw new Error(`${error.message}\n${output}`, { cause: error });
    });
  }

  async function stop(): Promise<number | null> {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    }
    return child.exitCode;
  }

  await launch();
  return {
    dataDir,
    webUrl,
    cseUrl: `http://127.0.0.1:${env.ALZETTE_CSE_PORT}`,
    mqttUrl: `mqtt://127.0.0.1:${env.ALZETTE_MQTT_PORT}`,
    coapUrl: `coap://127.0.0.1:${env.ALZETTE_COAP_PORT}`,
    env,
    output: () => output,
    async kill() {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
    restart: launch,
    async signIn() {
      const password = readFileSync(join(dataDir, 'secrets', 'operator-password'), 'utf8');
      const response = await fetch(`${webUrl}/sign-in`, {
        method: 'POST',
        body: new URLSearchParams({ name: 'operateur', password }),
        redirect: 'manual',
      });
      const cookie = response.headers.getSetCookie()[0]?.split(';')[0];
      if (response.status !== 303 || cookie === undefined) throw new Error(`signing in answered ${response.status}`);
      return cookie;
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
