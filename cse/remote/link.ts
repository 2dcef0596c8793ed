import { messageOf } from '#platform';
import type { Targets } from '../notifications/targets.ts';
import type { Peer, RequestPrimitive, ResponsePrimitive } from '../primitive.ts';
import { Refused } from '../refusal.ts';
import type { Directory } from './directory.ts';
import type { PeerTokens } from './peer-tokens.ts';

export interface LinksOptions {
  readonly directory: Directory;
  readonly tokens: PeerTokens;
  readonly targets: Targets;
  /** Addresses that the configuration names, by CSE-ID; they come before those a CSE has registered with. */
  readonly configured: ReadonlyMap<string, string>;
  readonly timeoutMs: number;
}

/** Carries requests to neighbouring CSEs: over an open connection of theirs, else to the first point of access that answers, else to their polling channel. */
export class Links {
  readonly #options: LinksOptions;

  constructor(options: LinksOptions) {
    this.#options = options;
  }

  /**
   * @param cseId neighbour that carries the request out or passes it on
   * @param timeoutMs at most the configured one
   * @throws Refused TARGET_NOT_REACHABLE, or REQUEST_TIMEOUT when no answer came in time
   */
  async send(
    cseId: string,
    request: RequestPrimitive,
    timeoutMs = Number.POSITIVE_INFINITY,
  ): Promise<ResponsePrimitive> {
    const { directory, tokens, targets, configured } = this.#options;
    const limitMs = Math.max(1, Math.min(timeoutMs, this.#options.timeoutMs));
    const signal = AbortSignal.timeout(limitMs);
    const token = tokens.of(cseId);
    const peer: Peer = { id: cseId, ...(token === undefined ? {} : { token }) };
    const failures: string[] = [];
    const connection = targets.connectionOf(cseId);
    const csr = await directory.of(cseId);
    const given = configured.get(cseId);
    const addresses = [
      ...(given === undefined ? [] : [given]),
      ...(Array.isArray(csr?.attributes.poa) ? csr.attributes.poa.map(String) : []),
    ];
    const ways = [
      ...(connection === undefined ? [] : [{ sender: connection, url: `ws:///${encodeURIComponent(cseId)}` }]),
      ...addresses.map((url) => ({ sender: targets.senderFor(url), url })),
    ];
    for (const { sender, url } of ways) {
      if (sender === undefined) {
        failures.push(`${schemeOf(url)} is not spoken here`);
        continue;
      }
      try {
        return await sender.send(new URL(url), request, signal, peer);
      } catch (error) {
        if (signal.aborted)
          throw new Refused('REQUEST_TIMEOUT', `${cseId} did not answer within ${limitMs} ms`, { cause: error });
        failures.push(messageOf(error));
      }
    }
    // Whoever polls is given as long as the request is of use.
    const patience = Number.isFinite(timeoutMs) ? AbortSignal.timeout(Math.max(1, Math.floor(timeoutMs))) : signal;
    try {
      const polled = csr === undefined ? undefined : await targets.sendToChannel(csr, request, patience);
      if (polled !== undefined) return polled;
    } catch (error) {
      if (patience.aborted)
        throw new Refused('REQUEST_TIMEOUT', `${cseId} did not poll and answer in time`, { cause: error });
      throw error;
    }
    const why =
      failures.length === 0
        ? 'it has no point of access, no open connection and no polling channel'
        : failures.join('; ');
    throw new Refused('TARGET_NOT_REACHABLE', `${cseId} cannot be reached: ${why}`);
  }
}

const schemeOf = (url: string): string => url.slice(0, url.indexOf(':') + 1);
