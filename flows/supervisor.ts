import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '#platform';
import { type Backoff, pauseMs } from './backoff.ts';
import type { Figures, Report, StartOrder } from './handshake.ts';

export interface SupervisorOptions {
  readonly script: URL;
  readonly execArgv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Made anew for every start. */
  readonly order: () => StartOrder;
  readonly log: Log;
  readonly backoff?: Backoff;
  /** From the start to the `ready` report. */
  readonly startTimeoutMs?: number;
  /** Silence after which the process counts as hung. */
  readonly silenceMs?: number;
  /** What a process may take to finish what is under way. */
  readonly stopTimeoutMs?: number;
  readonly onFigures?: (figures: Figures) => void;
  readonly onRestart?: () => void;
}

/** Where requests go while the process is up. */
export interface Door {
  readonly port: number;
  readonly secret: string;
}

/** Uptime after which earlier failures no longer lengthen the pause. */
const stableAfterMs = 60_000;

/**
 * Keeps one child process running: starts it, hears its log, restarts it when it ends, hangs or cannot start, with
 * growing pauses and for ever; ends it within a bounded time.
 */
export class Supervisor {
  readonly #options: Required<SupervisorOptions>;
  readonly #stopping = new AbortController();
  readonly #firstReady = Promise.withResolvers<void>();
  #child: ChildProcess | undefined;
  #door: Door | undefined;
  #lastFailure = 'it has not started yet';
  #running: Promise<void> | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = {
      backoff: { firstMs: 500, longestMs: 60_000 },
      startTimeoutMs: 60_000,
      silenceMs: 30_000,
      stopTimeoutMs: 12_000,
      onFigures: () => {},
      onRestart: () => {},
      ...options,
    };
  }

  start(): void {
    this.#running ??= this.#keepRunning();
  }

  /** Resolves the first time the process is ready. */
  get ready(): Promise<void> {
    return this.#firstReady.promise;
  }

  /** Undefined while the process is down. */
  get door(): Door | undefined {
    return this.#door;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Why the process is down, while it is. */
  get lastFailure(): string {
    return this.#lastFailure;
  }

  /** Asks the process to finish and waits for it; ends it when it takes too long. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #keepRunning(): Promise<void> {
    const { log, backoff, onRestart } = this.#options;
    let failures = 0;
    while (!this.#stopping.signal.aborted) {
      const startedAt = Date.now();
      this.#lastFailure = await this.#runOnce();
      this.#door = undefined;
      if (this.#stopping.signal.aborted) return;
      failures = Date.now() - startedAt > stableAfterMs ? 1 : failures + 1;
      const pause = pauseMs(failures, backoff);
      log.error(
        { reason: this.#lastFailure, failures, pauseMs: pause },
        'the flows process ended and is started again',
      );
      onRestart();
      await delay(pause, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    }
  }

  /** @returns why the process ended */
  async #runOnce(): Promise<string> {
    const { script, execArgv, env, cwd, order, log, startTimeoutMs, silenceMs, stopTimeoutMs, onFigures } =
      this.#options;
    const child = fork(script, {
      execArgv: [...execArgv],
      env,
      cwd,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'json',
    });
    this.#child = child;
    let reason: string | undefined;
    const kill = (why: string): void => {
      reason ??= why;
      child.kill('SIGKILL');
    };
    let watch = setTimeout(kill, startTimeoutMs, `it was not ready after ${startTimeoutMs} ms`);
    const stop = (): void => {
      child.kill('SIGTERM');
      clearTimeout(watch);
      watch = setTimeout(kill, stopTimeoutMs, `it was still stopping after ${stopTimeoutMs} ms`);
    };
    forwardLog(child, log);
    const given = order();
    child.on('message', (report: Report) => {
      if (report.kind === 'failed') reason = report.reason;
      if (report.kind === 'ready') {
        this.#door = { port: report.port, secret: given.secret };
        this.#firstReady.resolve();
        log.info({ pid: child.pid }, 'the flows process is ready');
      }
      if (report.kind === 'alive') onFigures(report.figures);
      if (this.#stopping.signal.aborted || this.#door === undefined) return;
      clearTimeout(watch);
      watch = setTimeout(kill, silenceMs, `it did not give a sign of life for ${silenceMs} ms`);
    });
    child.on('error', (error) => {
      reason ??= error.message;
    });
    child.send(given, () => {}); // a child that dies at once is told by 'exit'
    this.#stopping.signal.addEventListener('abort', stop, { once: true });
    if (this.#stopping.signal.aborted) stop();
    try {
      if (child.pid === undefined) {
        await once(child, 'error').catch(() => undefined);
        return reason ?? 'it cannot be started';
      }
      const [code, signal] = await once(child, 'exit');
      return reason ?? (signal === null ? `exit code ${code}` : `signal ${signal}`);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      clearTimeout(watch);
      this.#stopping.signal.removeEventListener('abort', stop);
      this.#child = undefined;
    }
  }
}

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
const lineLengthMax = 8_192;

/** Lines of JSON keep their level and members; anything else becomes the message of a warning. */
function forwardLog(child: ChildProcess, log: Log): void {
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      if (line.trim() === '') return;
      let record: Record<string, unknown>;
      try {
        record = JSON.parse(line);
      } catch {
        log.warn({ output: line.slice(0, lineLengthMax) }, 'the flows process wrote');
        return;
      }
      const { level, msg, time: _, ...members } = record;
      log[levels.find((name) => name === level) ?? 'info'](members, typeof msg === 'string' ? msg : '');
    });
  }
}
