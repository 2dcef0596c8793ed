import { readFileSync } from 'node:fs';
import { type Config, type Log, messageOf } from '#platform';

const fileReadEveryMs = 5_000;

interface TokenSource {
  readonly token?: string | null | undefined;
  readonly file?: string | null | undefined;
}

/** Tokens of the credentials other CSEs gave us. Files are looked at again now and then, so that a token can be exchanged. */
export class PeerTokens {
  readonly #sources: ReadonlyMap<string, TokenSource>;
  readonly #read = new Map<string, { readonly token: string; readonly at: number }>();
  readonly #log: Log;

  constructor({ registrar, peers }: Config['cse'], log: Log) {
    this.#log = log;
    this.#sources = new Map<string, TokenSource>([
      [`/${registrar.id}`, { token: registrar.token, file: registrar.tokenFile }],
      ...peers.map(({ id, token, tokenFile }) => [`/${id}`, { token, file: tokenFile }] as const),
    ]);
  }

  /** @param id CSE-ID; @returns undefined when nobody gave us a token for it */
  of(id: string): string | undefined {
    const { token, file } = this.#sources.get(id) ?? {};
    if (typeof token === 'string') return token;
    return typeof file === 'string' ? this.#fromFile(file) : undefined;
  }

  #fromFile(file: string): string | undefined {
    const known = this.#read.get(file);
    if (known !== undefined && known.at > Date.now() - fileReadEveryMs) return known.token;
    try {
      const token = readFileSync(file, 'utf8').trim();
      this.#read.set(file, { token, at: Date.now() });
      return token;
    } catch (error) {
      this.#log.warn({ file, reason: messageOf(error) }, 'the token for another CSE cannot be read');
      return undefined;
    }
  }
}
