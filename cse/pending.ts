import type { RequestPrimitive, ResponsePrimitive } from './primitive.ts';

interface Pending {
  readonly request: RequestPrimitive;
  readonly response: Promise<ResponsePrimitive>;
}

/**
 * Requests under way, by originator and request identifier (TS-0001 §7.1.7). A transport that repeats a message (MQTT
 * QoS 1, a retransmission) gets the response of the first one, and nothing is done twice; a different request with the
 * same identifier is a mistake of the originator.
 */
export class PendingRequests {
  readonly #pending = new Map<string, Pending>();

  /** @returns undefined when another request has this identifier; otherwise what `carryOut` or the first one answers */
  run(request: RequestPrimitive, carryOut: () => Promise<ResponsePrimitive>): Promise<ResponsePrimitive> | undefined {
    const key = `${request.fr ?? ''}\n${request.rqi}`;
    const known = this.#pending.get(key);
    if (known !== undefined) return isSame(known.request, request) ? known.response : undefined;
    const response = carryOut().finally(() => this.#pending.delete(key));
    this.#pending.set(key, { request, response });
    return response;
  }

  /** Resolves when everything that was under way has been answered. */
  async drained(): Promise<void> {
    while (this.#pending.size > 0)
      await Promise.allSettled([...this.#pending.values()].map(({ response }) => response));
  }
}

const isSame = (one: RequestPrimitive, other: RequestPrimitive): boolean =>
  one.op === other.op &&
  one.to === other.to &&
  one.ty === other.ty &&
  JSON.stringify(one.pc) === JSON.stringify(other.pc);
