import { setTimeout as delay } from 'node:timers/promises';
import { type Dispatcher, Pool } from 'undici';
import { type Backoff, pauseMs } from '../backoff.ts';

/** The other side answered, and will say the same when asked again. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused';
  /** HTTP status. */
  readonly status: number;
  /** What the other side said, at most 2 000 characters. */
  readonly said: string;

  constructor(status: number, said: string, path: string) {
    super(`${path.split('?')[0]} answered ${status}: ${problemOf(said)}`);
    this.status = status;
    this.said = said;
  }
}

/** No answer, or one that says "later". */
class NotNow extends Error {
  override readonly name = 'NotNow';
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs = 0, options?: ErrorOptions) {
    super(message, options);
    this.retryAfterMs = retryAfterMs;
  }
}

export interface JsonClientOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Told of every attempt that will be repeated, with the reason. */
  readonly onRetry: (reason: string) => void;
}

export interface JsonRequest {
  readonly method: 'GET' | 'POST';
  /** With its query. */
  readonly path: string;
  readonly body?: unknown;
  readonly signal: AbortSignal;
  /** Time for one attempt; default 30 000. */
  readonly timeoutMs?: number;
}

const backoff: Backoff = { firstMs: 250, longestMs: 15_000 };
const answerLengthMax = 64 * 1024 * 1024;

/** JSON over HTTP to one server, over few connections that stay open. */
export class JsonClient {
  readonly #pool: Pool;
  readonly #options: JsonClientOptions;

  constructor(options: JsonClientOptions) {
    this.#options = options;
    this.#pool = new Pool(new URL(options.url).origin, {
      connections: 64, // each reader of a feed keeps one while it waits
      keepAliveTimeout: 10_000,
      connectTimeout: 5_000,
      maxResponseSize: answerLengthMax,
    });
  }

  /**
   * Asks again, with growing pauses and for ever, while the other side is down or busy.
   * @throws RequestRefused when it says no; the signal's reason when that aborts
   */
  async persist<T>(request: JsonRequest): Promise<T> {
    for (let failures = 1; ; failures += 1) {
      try {
        return await this.once<T>(request);
      } catch (error) {
        if (!(error instanceof NotNow)) throw error;
        this.#options.onRetry(error.message);
        await delay(Math.max(pauseMs(failures, backoff), error.retryAfterMs), undefined, { signal: request.signal });
      }
    }
  }

  /** One attempt. @throws RequestRefused, or an error named `NotNow` when it is worth another attempt */
  async once<T>({ method, path, body, signal, timeoutMs = 30_000 }: JsonRequest): Promise<T> {
    signal.throwIfAborted();
    let response: Dispatcher.ResponseData;
    let text: string;
    try {
      response = await this.#pool.request({
        method,
        path,
        headers: { ...this.#options.headers, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      });
      text = await response.body.text();
    } catch (cause) {
      signal.throwIfAborted();
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new NotNow(`no answer from ${this.#options.url}: ${reason}`, 0, { cause });
    }
    const { statusCode } = response;
    if (statusCode >= 200 && statusCode < 300) return (text === '' ? undefined : JSON.parse(text)) as T;
    const said = text.slice(0, 2_000);
    if (statusCode >= 500 || statusCode === 408 || statusCode === 425 || statusCode === 429) {
      const seconds = Number(response.headers['retry-after']);
      const retryAfterMs = Number.isFinite(seconds) ? Math.min(60, Math.max(0, seconds)) * 1000 : 0;
      throw new NotNow(`${this.#options.url} answered ${statusCode}: ${problemOf(said)}`, retryAfterMs);
    }
    throw new RequestRefused(statusCode, said, path);
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

/** The sentence of a problem document (RFC 9457), or the text as it is. */
function problemOf(said: string): string {
  try {
    const problem = JSON.parse(said) as { detail?: unknown; title?: unknown };
    if (typeof problem.detail === 'string') return problem.detail;
    if (typeof problem.title === 'string') return problem.title;
  } catch {
    // not JSON: shown as it came
  }
  return said.slice(0, 300);
}
