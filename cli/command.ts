import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { type Client, type ClientOptions, createClient } from '#cse/client';
import { readConfig } from '#platform';

/** One command of the command line. */
export interface Command {
  /** What it takes, for the usage: `<address> [--rcn <n>]`. */
  readonly parameters: string;
  readonly summary: string;
  readonly run: (rest: readonly string[]) => Promise<void>;
}

/** The command was not called as it has to be. */
export class Misused extends Error {
  override readonly name = 'Misused';
}

const connection = {
  url: { type: 'string' },
  as: { type: 'string' },
  token: { type: 'string' },
  format: { type: 'string' },
} as const satisfies ParseArgsOptionsConfig;

/** What a command line says. */
export interface Given<T extends ParseArgsOptionsConfig> {
  readonly positionals: readonly string[];
  readonly options: ReturnType<typeof parseArgs<{ options: T & typeof connection; allowPositionals: true }>>['values'];
}

/** @throws Misused for options nobody knows, and when parameters are missing or too many */
export function readArguments<const T extends ParseArgsOptionsConfig>(
  rest: readonly string[],
  { options, least, most = least }: { options: T; least: number; most?: number },
): Given<T> {
  try {
    const { positionals, values } = parseArgs({
      args: [...rest],
      options: { ...connection, ...options },
      allowPositionals: true,
    });
    if (positionals.length < least || positionals.length > most)
      throw new Misused(
        `${least === most ? least : `${least} to ${most}`} parameters are expected, found ${positionals.length}.`,
      );
    return { positionals, options: values as Given<T>['options'] };
  } catch (error) {
    if (error instanceof Misused || !(error instanceof TypeError)) throw error;
    throw new Misused(error.message, { cause: error });
  }
}

interface Connection {
  readonly url?: string | undefined;
  readonly as?: string | undefined;
  readonly token?: string | undefined;
  readonly format?: string | undefined;
}

/** Where and as whom to speak, from options, environment and configuration. */
export function readConnection(options: Connection): {
  url: string;
  originator: string;
  token: string;
  format: string;
} {
  const config = readConfig();
  const { env } = process;
  const originator = options.as ?? env.CSE_ORIGINATOR ?? config.cse.admin;
  const host = config.host === '0.0.0.0' || config.host === '::' ? '127.0.0.1' : config.host;
  return {
    url: options.url ?? env.CSE_URL ?? `http://${host}:${config.cse.port}`,
    originator,
    token: options.token ?? env.CSE_TOKEN ?? administratorToken(originator, config),
    format: options.format ?? 'json',
  };
}

function administratorToken(originator: string, { cse, dataDir }: ReturnType<typeof readConfig>): string {
  if (originator !== cse.admin) throw new Misused(`A token of ${originator} is expected: --token or CSE_TOKEN.`);
  const path = join(dataDir, 'secrets', 'cse-admin');
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    throw new Misused(
      `There is no administrator's token at ${path}. Start the CSE first, say where it is with ALZETTE_DATA_DIR, or give --token.`,
    );
  }
}

/** Opens a client for one piece of work, and closes it. */
export async function withClient(options: Connection, work: (client: Client) => Promise<void>): Promise<void> {
  const { url, originator, token, format } = readConnection(options);
  if (format !== 'json' && format !== 'cbor' && format !== 'xml')
    throw new Misused(`--format: json, cbor or xml is expected, found "${format}".`);
  const { id } = readConfig().cse;
  const settings: ClientOptions = { url, originator, token, format, cseId: `/${id}`, retries: 0 };
  const client = createClient(settings);
  try {
    await work(client);
  } finally {
    await client.close();
  }
}

/** Prints a value as people read it; as one line when the output is a pipe. */
export function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, undefined, process.stdout.isTTY ? 2 : undefined)}\n`);
}
