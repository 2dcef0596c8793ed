/**
 * Request and response primitives: what travels over Mca and Mcc, whatever the transport (TS-0004 §6.4, §7.2.1).
 * Member names are the short names of TS-0004 §8.2.2. Bindings translate bytes into these objects and back; nothing
 * beyond the bindings knows a transport.
 */

/** Operations, TS-0004 §6.3.4.2.5. */
export const operation = { create: 1, retrieve: 2, update: 3, delete: 4, notify: 5 } as const;
export type OperationName = keyof typeof operation;
export type Operation = (typeof operation)[OperationName];

/** A JSON value as it stands in primitive content. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

/** Filter criteria (`fc`), TS-0004 §7.3.3.17; values are validated by the receiver, not by the bindings. */
export type FilterCriteria = Readonly<Record<string, Json>>;

export interface RequestPrimitive {
  readonly op: Operation;
  /** Target: CSE-relative, SP-relative (`/cse/…`) or absolute (`//sp/cse/…`). */
  readonly to: string;
  /** Originator; absent only in the CREATE of an AE. */
  readonly fr?: string;
  readonly rqi: string;
  readonly rvi?: string;
  /** Resource type, CREATE only. */
  readonly ty?: number;
  /** Content: one member, prefixed (`m2m:cnt`). */
  readonly pc?: JsonObject;
  readonly rcn?: number;
  readonly rt?: { readonly rtv: number; readonly nu?: readonly string[] };
  readonly fc?: FilterCriteria;
  readonly drt?: number;
  /** Timestamps: `YYYYMMDDThhmmss[,ffffff]` in UTC, or signed milliseconds relative to reception for rqet, rset, oet, rp. */
  readonly ot?: string;
  readonly rqet?: string;
  readonly rset?: string;
  readonly oet?: string;
  readonly rp?: string;
  readonly ec?: number;
  readonly da?: boolean;
  readonly gid?: string;
  readonly grtm?: readonly string[];
  readonly sqi?: boolean;
  readonly tkns?: readonly string[];
  readonly tids?: readonly string[];
  readonly rids?: readonly string[];
  readonly ltids?: readonly string[];
  readonly tqi?: boolean;
  /** Authorization relationship mapping (TS-0003 §7.3.2): accepted, without effect. */
  readonly asi?: boolean;
  readonly aus?: readonly string[];
  readonly auri?: boolean;
  readonly vsi?: string;
}

export interface ResponsePrimitive {
  readonly rsc: number;
  readonly rqi: string;
  readonly rvi?: string;
  readonly pc?: JsonObject;
  readonly to?: string;
  readonly fr?: string;
  readonly ot?: string;
  readonly rset?: string;
  readonly ec?: number;
  /** 1 partial, 2 full. */
  readonly cnst?: number;
  readonly cnot?: number;
  /** Local-Token-IDs this CSE gave to tokens: `{ ltia: [{ lti, tkid }] }`, TS-0004 §6.3.5.43. */
  readonly ati?: JsonObject;
  /** Where tokens can be asked for: `{ dasi: [{ uri, dreq }] }`, TS-0004 §6.3.5.45. */
  readonly tqf?: JsonObject;
  readonly vsi?: string;
}

/** What the other side of a connection has proved about itself; absent members mean it proved nothing. */
export interface Session {
  /** Binding the request came through, for metrics and logs. */
  readonly binding?: 'http' | 'mqtt' | 'coap' | 'ws';
  /** Credential that was checked, for logs and revocation. */
  readonly credentialId?: string;
  /** Credential of the client certificate that was shown beside a token. */
  readonly certificateCredentialId?: string;
  /** Pattern of originators (`CAdmin`, `Clight-*`) this credential may speak for. */
  readonly originatorPattern?: string;
  /** Address of the peer, for access control contexts (`acip`). */
  readonly remoteAddress?: string;
  /** Calls back once if the peer goes away before it has taken the response. */
  readonly onGone?: (listener: () => void) => void;
}

/** A CSE that is reached at a point of access: the request is for it to carry out or to pass on. */
export interface Peer {
  /** SP-relative CSE-ID: `/id-mn`. */
  readonly id: string;
  /** Token of the credential that CSE gave us. */
  readonly token?: string;
}

/** Sends requests to a point of access; one per URL scheme, registered by the binding that speaks it. */
export interface NotificationSender {
  /**
   * @param target absolute URL (`http://…`, `mqtt://…/topic`, `coap://…`)
   * @param peer the CSE there, for any request; without it, the request is a NOTIFY to whoever is behind the URL
   * @param serialization what the receiver wants (`json`, `cbor`), where the protocol leaves the choice
   * @returns the receiver's response; rejects when the target cannot be reached or does not answer in time
   */
  send(
    target: URL,
    request: RequestPrimitive,
    signal: AbortSignal,
    peer?: Peer,
    serialization?: string,
  ): Promise<ResponsePrimitive>;
}
