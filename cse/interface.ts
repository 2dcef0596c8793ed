import type { Server } from 'node:http';
import type { Config, Database, Events, Log, Registry } from '#platform';
import type { ServerCertificate } from './bindings/tls/server-certificate.ts';
import type { NotificationSender, RequestPrimitive, ResponsePrimitive, Session } from './primitive.ts';

/**
 * Rights on every resource below the CSEBase, beside the resource's own policies; for originators that belong to the
 * platform itself (see docs/decisions/operator-policy.md).
 */
export interface OperatorRule {
  /** AE-IDs, `*` as wildcard: `Cflows`. */
  readonly originators: readonly string[];
  /** Sum of `accessControlOperations`: 1 create, 2 retrieve, 4 update, 8 delete, 16 notify, 32 discovery. */
  readonly operations: number;
}

export interface CseOptions {
  readonly config: Config;
  readonly database: Database;
  readonly events: Events;
  readonly log: Log;
  readonly metrics: Registry;
  /** Replaces the rules of `<CSEBase>/acpOperator` at every start; default: none. */
  readonly operatorRules?: readonly OperatorRule[];
}

/** A credential without its secret. */
export interface Credential {
  readonly id: string;
  /** Originators it may speak for: `CAdmin`, `Clight-*`. */
  readonly originator: string;
  readonly label: string;
  /** SHA-256 fingerprint of the client certificate that takes the place of a token, 64 hexadecimal digits. */
  readonly certificate?: string;
  readonly createdAt: Date;
  readonly expiresAt?: Date;
  /** To the minute; absent: never used. */
  readonly lastUsedAt?: Date;
}

export interface Credentials {
  /** @returns the token, which is not stored and cannot be read again */
  issue(request: {
    readonly originator: string;
    readonly label: string;
    readonly expiresAt?: Date;
  }): Promise<{ readonly id: string; readonly token: string }>;
  /**
   * Lets a client certificate stand for an originator; of the certificate its fingerprint is stored. The credential ends
   * when the certificate does, if not earlier.
   * @param certificate PEM
   */
  bind(request: {
    readonly originator: string;
    readonly label: string;
    readonly certificate: string;
    readonly expiresAt?: Date;
  }): Promise<{ readonly id: string; readonly certificate: string }>;
  /**
   * Gives a credential a new token. The old one ends at once, with the connections it opened.
   * @returns undefined when there is no such credential, or it is one of a certificate
   */
  rotate(id: string): Promise<{ readonly id: string; readonly token: string } | undefined>;
  /** @returns false when there is no such credential */
  revoke(id: string): Promise<boolean>;
  list(): Promise<Credential[]>;
}

/**
 * What a connecting peer shows: a bearer token, or a password beside a user name (the user name is informative), and a
 * client certificate. All that is shown has to hold.
 */
export interface Proof {
  readonly token?: string;
  readonly user?: string;
  /** SHA-256 fingerprint, 64 hexadecimal digits; `untrusted` when no accepted authority vouches for the certificate. */
  readonly certificate?: string;
}

export interface Notifications {
  /** Registers who delivers to URLs of one scheme (`http`, without the colon). */
  register(scheme: string, sender: NotificationSender): void;
  /**
   * Announces an open connection (WebSocket) over which an AE can be reached without a point of access.
   * @returns call it when the connection closes
   */
  connect(originator: string, sender: NotificationSender): () => void;
}

export interface HttpBinding {
  /** For WebSocket upgrades; those that come over TLS arrive here too. */
  readonly server: Server;
  /** @returns the port that was bound; rejects with the system error (`EADDRINUSE`) */
  listen(port: number, host: string): Promise<number>;
  /** Opens the same door once more, over TLS. @returns the port that was bound; rejects like `listen` */
  listenSecurely(certificate: ServerCertificate, port: number, host: string): Promise<number>;
  /** Stops accepting, lets requests under way finish. */
  close(): Promise<void>;
}

/** How much work is waiting. Bindings ask before they hand in a request, and refuse or wait in their own way. */
export interface Load {
  /** True when queues are full: HTTP 503, CoAP 5.03; MQTT delays its acknowledgement. */
  readonly saturated: boolean;
  /** Seconds after which a refused peer may try again. */
  readonly retryAfterSeconds: number;
  /** How often one originator may ask: the same answers as above, for one of them. */
  readonly rate: {
    /** Counts a request. @returns false when it is one too many, which a binding refuses */
    permits(session: Session | undefined, originator: string | undefined): boolean;
    /** Counts a request. @returns resolves when its turn has come; undefined when it has come already */
    turn(session: Session | undefined, originator: string | undefined): Promise<void> | undefined;
  };
  /** Resolves as soon as there is room. */
  room(): Promise<void>;
}

export interface Cse {
  /** SP-relative CSE-ID: `/id-in`. */
  readonly id: string;
  /** Resource name of the CSEBase: `cse-in`. */
  readonly name: string;
  /** M2M-SP-ID: `//alzette.example`. */
  readonly spId: string;
  /** AE-ID of the administrator. */
  readonly admin: string;
  /** Carries out one request. Never rejects: a refusal or a defect is a response too. */
  handle(request: RequestPrimitive, session: Session): Promise<ResponsePrimitive>;
  /**
   * Checks what a peer shows. In `open` security mode everything is believed.
   * @returns undefined when the proof does not hold
   */
  authenticate(proof: Proof): Promise<Session | undefined>;
  readonly credentials: Credentials;
  readonly notifications: Notifications;
  readonly http: HttpBinding;
  readonly load: Load;
  /** Tells when a credential is revoked, so that connections it opened can be closed. @returns stops listening */
  onRevoked(listener: (credentialId: string) => void): () => void;
  /** Registers with the registrar CSE, if there is one, and keeps the registration. To be called once the doors are open. */
  join(): void;
  /** Refuses new work, finishes and stores what was accepted, stops delivering. */
  stop(): Promise<void>;
}
