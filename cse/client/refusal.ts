import type { RequestPrimitive, ResponsePrimitive } from '../primitive.ts';
import { statusName } from '../response-status.ts';

/** The CSE answered, and said no (or the handler of a notification wants to). */
export class CseRefusal extends Error {
  override readonly name = 'CseRefusal';
  /** Response status code, TS-0004 §6.6.3: `4004`. */
  readonly rsc: number;
  /** Its name, when this release knows it: `NOT_FOUND`. */
  readonly status: string;
  /** What the CSE said about it (`m2m:dbg`), if anything. */
  readonly dbg: string | undefined;
  /** Request identifier. */
  readonly rqi: string | undefined;

  constructor(rsc: number, options: { dbg?: string | undefined; rqi?: string; to?: string } = {}) {
    const status = statusName(rsc) ?? `RSC ${rsc}`;
    const target = options.to === undefined ? '' : ` for ${options.to}`;
    super(`${status} (${rsc})${target}${options.dbg === undefined ? '' : `: ${options.dbg}`}`);
    this.rsc = rsc;
    this.status = status;
    this.dbg = options.dbg;
    this.rqi = options.rqi;
  }

  static of(request: RequestPrimitive, response: ResponsePrimitive): CseRefusal {
    const dbg = response.pc?.['m2m:dbg'];
    return new CseRefusal(response.rsc, {
      dbg: typeof dbg === 'string' ? dbg : undefined,
      rqi: response.rqi,
      to: request.to,
    });
  }
}

/** There was no answer: no connection, no response in time, or one that cannot be read. */
export class CseUnreachable extends Error {
  override readonly name = 'CseUnreachable';
  /** False when the request certainly never reached the CSE, so that repeating it cannot do anything twice. */
  readonly mayHaveArrived: boolean;

  constructor(message: string, options: { mayHaveArrived: boolean } & ErrorOptions) {
    super(message, options);
    this.mayHaveArrived = options.mayHaveArrived;
  }
}

/** The CSE is overloaded and did not take the request. */
export class CseBusy extends Error {
  override readonly name = 'CseBusy';
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super(`the CSE is busy and asks to try again in ${Math.ceil(retryAfterMs / 1000)} s`);
    this.retryAfterMs = retryAfterMs;
  }
}

/** Too many requests wait in this client already; the caller produces faster than the CSE takes. */
export class ClientSaturated extends Error {
  override readonly name = 'ClientSaturated';

  constructor(waiting: number) {
    super(`${waiting} requests are waiting in this client already; slow down or raise queueMax`);
  }
}
