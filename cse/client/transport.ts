import type { Log } from '#platform';
import type { RequestPrimitive, ResponsePrimitive } from '../primitive.ts';
import type { Format } from '../serialization/index.ts';

/** Answers a request that the CSE sent us; never rejects. */
export type Responder = (request: RequestPrimitive) => Promise<ResponsePrimitive>;

/** Where this side waits for notifications over HTTP and CoAP; port 0 lets the system choose. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** What every transport is made of. */
export interface TransportOptions {
  readonly url: URL;
  readonly originator: string;
  readonly token: string | undefined;
  readonly user: string | undefined;
  /** SP-relative CSE-ID: `/id-in`. */
  readonly cseId: string;
  readonly format: Format;
  /** Requests under way at once; also the number of connections HTTP opens at most. */
  readonly inFlightMax: number;
  readonly listen: ListenAddress | undefined;
  readonly log: Log | undefined;
  readonly respond: Responder;
}

/** One way to reach a CSE. */
export interface Transport {
  /**
   * @param signal aborts when the time for this attempt is over
   * @throws CseUnreachable, CseBusy
   */
  send(request: RequestPrimitive, signal: AbortSignal): Promise<ResponsePrimitive>;
  /** Makes sure that notifications can arrive. @returns the point of access to register, if this transport has one */
  listen(): Promise<string | undefined>;
  close(): Promise<void>;
}
