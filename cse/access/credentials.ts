import { createHash, randomBytes, randomUUID, X509Certificate } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type pg from 'pg';
import type { Events } from '#platform';
import type { Credential, Credentials, Proof } from '../interface.ts';
import type { Session } from '../primitive.ts';
import { badRequest, Refused } from '../refusal.ts';
import { wildcard } from './pattern.ts';

interface CredentialRow {
  id: string;
  originator: string;
  label: string;
  created_at: Date;
  expires_at: Date | null;
  last_used_at: Date | null;
  /** Absent for tokens. */
  certificate: string | null;
}

interface Known {
  readonly id: string;
  readonly originator: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

const channel = 'cse-revoked';
const knownMax = 20_000;
const tokenBytes = 32;
const tokenLengthMax = 256;
const noteUseEveryMs = 60_000;
/** `CAdmin`, `Clight-*`, `/id-in`, `*`. */
const originatorPattern = /^[A-Za-z0-9*/][A-Za-z0-9._~*/-]{0,127}$/;

/** A random token has 256 bits; a plain hash of it is as hard to invert as the token is to guess. */
const digest = (token: string): Buffer => createHash('sha256').update(token).digest();

/**
 * What is stored of a certificate: its fingerprint behind one byte, by which it differs from the hash of every token.
 * Certificates are public: nobody is to get in by sending one as a token.
 */
const certificateMark = 1;
const certificateSecret = (fingerprint: string): Buffer =>
  Buffer.concat([Buffer.of(certificateMark), Buffer.from(fingerprint, 'hex')]);
const certificateColumn = `CASE WHEN octet_length(secret) = 33 THEN encode(substr(secret, 2), 'hex') END AS certificate`;
const fingerprintPattern = /^[0-9a-f]{64}$/;
const uniqueViolation = '23505';

/** Tokens and client certificates of originators. Stored as hashes; revocations reach every node at once. */
export class CredentialStore implements Credentials {
  readonly #pool: pg.Pool;
  readonly #events: Events;
  readonly #known = new LRUCache<string, Known>({ max: knownMax });
  readonly #listeners = new Set<(credentialId: string) => void>();
  readonly #unsubscribe: () => void;
  /** Used since the last time this was written down. */
  readonly #used = new Set<string>();
  readonly #noting: NodeJS.Timeout;
  #revocations = 0;

  constructor(pool: pg.Pool, events: Events) {
    this.#pool = pool;
    this.#events = events;
    this.#unsubscribe = events.subscribe(channel, (id) => this.#revoked(id));
    events.onReconnect(() => this.#known.clear());
    this.#noting = setInterval(() => void this.#noteUse(), noteUseEveryMs).unref();
  }

  async issue(request: {
    originator: string;
    label: string;
    expiresAt?: Date;
  }): Promise<{ id: string; token: string }> {
    const token = randomBytes(tokenBytes).toString('base64url');
    return { id: await this.#insert(request, digest(token)), token };
  }

  async bind({
    certificate: pem,
    ...request
  }: {
    originator: string;
    label: string;
    certificate: string;
    expiresAt?: Date;
  }): Promise<{ id: string; certificate: string }> {
    const certificate = readCertificate(pem);
    const end = certificate.validToDate;
    if (end.getTime() <= Date.now()) throw badRequest(`certificate: it ended on ${end.toISOString()}`);
    const expiresAt = request.expiresAt !== undefined && request.expiresAt < end ? request.expiresAt : end;
    const fingerprint = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
    const id = await this.#insert({ ...request, expiresAt }, certificateSecret(fingerprint));
    return { id, certificate: fingerprint };
  }

  async #insert(
    { originator, label, expiresAt }: { originator: string; label: string; expiresAt?: Date },
    secret: Buffer,
  ): Promise<string> {
    if (!originatorPattern.test(originator)) {
      throw badRequest('originator: an AE-ID or CSE-ID is expected, with "*" as wildcard');
    }
    const id = randomUUID();
    await this.#pool
      .query('INSERT INTO cse.credential (id, originator, label, secret, expires_at) VALUES ($1, $2, $3, $4, $5)', [
        id,
        originator,
        label,
        secret,
        expiresAt ?? null,
      ])
      .catch((error: Error & { code?: string }) => {
        if (error.code !== uniqueViolation) throw error;
        throw new Refused('CONFLICT', 'certificate: it has a credential already; revoke that one first');
      });
    return id;
  }

  async rotate(id: string): Promise<{ id: string; token: string } | undefined> {
    const token = randomBytes(tokenBytes).toString('base64url');
    const { rowCount } = await this.#pool.query(
      'UPDATE cse.credential SET secret = $2 WHERE id = $1 AND octet_length(secret) = 32',
      [id, digest(token)],
    );
    if (rowCount === 0) return undefined;
    this.#revoked(id);
    await this.#events.publish(channel, id);
    return { id, token };
  }

  async revoke(id: string): Promise<boolean> {
    const { rowCount } = await this.#pool.query('DELETE FROM cse.credential WHERE id = $1', [id]);
    if (rowCount === 0) return false;
    this.#revoked(id);
    await this.#events.publish(channel, id);
    return true;
  }

  async list(): Promise<Credential[]> {
    const { rows } = await this.#pool.query<CredentialRow>(
      `SELECT id, originator, label, created_at, expires_at, last_used_at, ${certificateColumn}
       FROM cse.credential ORDER BY created_at, id`,
    );
    return rows.map(({ id, originator, label, created_at, expires_at, last_used_at, certificate }) => ({
      id,
      originator,
      label,
      ...(certificate === null ? {} : { certificate }),
      createdAt: created_at,
      ...(expires_at === null ? {} : { expiresAt: expires_at }),
      ...(last_used_at === null ? {} : { lastUsedAt: last_used_at }),
    }));
  }

  /** All that is shown has to hold; together it speaks for the originators that both cover. */
  async authenticate({ token, certificate }: Proof): Promise<Session | undefined> {
    if (certificate === undefined) return token === undefined ? undefined : this.#holder(tokenSecret(token));
    const byCertificate = await this.#holder(
      fingerprintPattern.test(certificate) ? certificateSecret(certificate) : undefined,
    );
    if (token === undefined || byCertificate === undefined) return byCertificate;
    const byToken = await this.#holder(tokenSecret(token));
    if (byToken === undefined) return undefined;
    const originatorPattern = narrower(byToken.originatorPattern, byCertificate.originatorPattern);
    if (originatorPattern === undefined) return undefined;
    return {
      credentialId: byToken.credentialId,
      certificateCredentialId: byCertificate.credentialId,
      originatorPattern,
    };
  }

  async #holder(
    secret: Buffer | undefined,
  ): Promise<Required<Pick<Session, 'credentialId' | 'originatorPattern'>> | undefined> {
    if (secret === undefined) return undefined;
    const key = secret.toString('base64');
    const known = this.#known.get(key) ?? (await this.#load(secret, key));
    if (known === undefined || known.expiresAt <= Date.now()) return undefined;
    this.#used.add(known.id);
    return { credentialId: known.id, originatorPattern: known.originator };
  }

  onRevoked(listener: (credentialId: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    clearInterval(this.#noting);
    await this.#noteUse();
  }

  /** A minute late at most; a failure only makes the date older than it is. */
  async #noteUse(): Promise<void> {
    const ids = [...this.#used];
    this.#used.clear();
    if (ids.length === 0) return;
    await this.#pool
      .query('UPDATE cse.credential SET last_used_at = now() WHERE id = ANY ($1::text[])', [ids])
      .catch(() => ids.forEach((id) => void this.#used.add(id)));
  }

  async #load(secret: Buffer, key: string): Promise<Known | undefined> {
    const before = this.#revocations;
    const { rows } = await this.#pool.query<CredentialRow>({
      name: 'credential',
      text: 'SELECT id, originator, expires_at FROM cse.credential WHERE secret = $1',
      values: [secret],
    });
    const row = rows[0];
    if (row === undefined) return undefined;
    const expiresAt = row.expires_at?.getTime() ?? Number.POSITIVE_INFINITY;
    const known = { id: row.id, originator: row.originator, expiresAt };
    // A revocation that came in between is not seen by what was read; then the next request reads again.
    if (before === this.#revocations) this.#known.set(key, known);
    return known;
  }

  #revoked(id: string): void {
    this.#revocations += 1;
    for (const [key, known] of this.#known.entries()) if (known.id === id) this.#known.delete(key);
    for (const listener of this.#listeners) listener(id);
  }
}

const tokenSecret = (token: string): Buffer | undefined => (token.length > tokenLengthMax ? undefined : digest(token));

/** The one of two patterns that lies within the other; patterns that only overlap have none. */
function narrower(one: string, other: string): string | undefined {
  if (wildcard(one)(other)) return other;
  return wildcard(other)(one) ? one : undefined;
}

function readCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw badRequest('certificate: an X.509 certificate in PEM is expected');
  }
}
