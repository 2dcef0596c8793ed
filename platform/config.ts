import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv, type ErrorObject } from 'ajv';
import { parse as parseYaml, YAMLParseError } from 'yaml';
import { messageOf, StartupError } from './errors.ts';
import { settings } from './settings/index.ts';
import type { JsonSchema, Setting } from './settings/setting.ts';

type ConfigOf<T> = T extends Setting<infer Value> ? Value : { readonly [Key in keyof T]: ConfigOf<T[Key]> };

/** The configuration every part of the house receives its share of. Paths in it are absolute. */
export type Config = ConfigOf<typeof settings>;

/** A setting with its place in the YAML file (`web.port`). */
export interface SettingRow {
  readonly path: readonly string[];
  readonly setting: Setting<unknown>;
}

const isSetting = (value: object): value is Setting<unknown> => 'env' in value && typeof value.env === 'string';

/** Every setting as a flat list, in the order of the table. */
export function settingRows(table: object = settings, path: readonly string[] = []): SettingRow[] {
  return Object.entries(table).flatMap(([key, value]) =>
    isSetting(value) ? [{ path: [...path, key], setting: value }] : settingRows(value, [...path, key]),
  );
}

/** JSON Schema of the YAML file. */
export function configSchema(table: object = settings): JsonSchema {
  const properties = Object.fromEntries(
    Object.entries(table).map(([key, value]) => [
      key,
      isSetting(value) ? { ...value.schema, description: value.about, default: value.fallback } : configSchema(value),
    ]),
  );
  return { type: 'object', additionalProperties: false, properties };
}

/** Variables the environment may hold besides the settings. */
const otherVariables = new Set(['ALZETTE_CONFIG']);

/**
 * Reads defaults, then the YAML file named by `ALZETTE_CONFIG`, then the environment; validates the result.
 *
 * @throws StartupError that lists every problem: path, what was found, what is expected; never the value of a secret
 */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const problems: string[] = [];
  const given = readFile(env.ALZETTE_CONFIG);
  const rows = settingRows();
  for (const { path, setting } of rows) {
    const value = env[setting.env];
    if (value !== undefined && value !== '') assign(given, path, fromEnvironment(value, setting.schema));
  }
  const known = new Set(rows.map(({ setting }) => setting.env));
  for (const name of Object.keys(env)) {
    if (name.startsWith('ALZETTE_') && !known.has(name) && !otherVariables.has(name)) {
      problems.push(`${name}: this variable is not known`);
    }
  }
  const validate = new Ajv({ allErrors: true, allowUnionTypes: true, useDefaults: false }).compile(configSchema());
  if (!validate(given)) problems.push(...(validate.errors ?? []).map(describe));
  if (problems.length > 0) {
    throw new StartupError(
      `The configuration is not valid:\n  ${problems.join('\n  ')}`,
      'Correct these settings; docs/configuration.md lists all of them.',
    );
  }
  for (const { path, setting } of rows) if (lookUp(given, path) === undefined) assign(given, path, setting.fallback);
  assign(given, ['dataDir'], resolve(String(given.dataDir)));
  for (const file of ['certificateFile', 'keyFile', 'clientCaFile']) {
    const path = lookUp(given, ['tls', file]);
    if (typeof path === 'string') assign(given, ['tls', file], resolve(path));
  }
  const config = given as unknown as Config; // validated against the schema derived from the same table
  refuseOpenDoors(config);
  refuseHalfTls(config);
  return config;
}

/** Whether an address is reachable from this machine only. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);

function refuseOpenDoors({ cse, host, tls }: Config): void {
  if (cse.security !== 'open') return;
  for (const [name, address] of [
    ['ALZETTE_HOST', host],
    ['ALZETTE_TLS_HOST', tls.host ?? host],
  ] as const) {
    if (isLoopback(address)) continue;
    throw new StartupError(
      `ALZETTE_CSE_SECURITY=open believes every originator and may only listen on loopback; ${name} is ${address}`,
      `Use ALZETTE_CSE_SECURITY=token, or ${name}=127.0.0.1.`,
    );
  }
}

function refuseHalfTls({ tls: { certificateFile, keyFile, clientCaFile } }: Config): void {
  const missing =
    certificateFile === null && (keyFile !== null || clientCaFile !== null)
      ? 'tls.certificateFile (ALZETTE_TLS_CERTIFICATE_FILE)'
      : certificateFile !== null && keyFile === null
        ? 'tls.keyFile (ALZETTE_TLS_KEY_FILE)'
        : undefined;
  if (missing === undefined) return;
  throw new StartupError(
    `${missing}: a PEM file is expected, as other settings of tls are given; there is none`,
    'TLS needs a certificate and its key; without both settings there are no encrypted doors.',
  );
}

function readFile(path: string | undefined): Record<string, unknown> {
  if (path === undefined || path === '') return {};
  let source: string;
  try {
    source = readFileSync(path, 'utf8');
  } catch (error) {
    throw new StartupError(
      `The configuration file ${path} cannot be read: ${messageOf(error)}`,
      'Correct ALZETTE_CONFIG, or unset it to use the defaults.',
    );
  }
  let content: unknown;
  try {
    content = parseYaml(source, { maxAliasCount: 0 });
  } catch (error) {
    const where = error instanceof YAMLParseError ? ` (line ${error.linePos?.[0].line ?? '?'})` : '';
    throw new StartupError(
      `${path}${where} is not valid YAML: ${messageOf(error).split('\n')[0]}`,
      'Correct the file.',
    );
  }
  if (content === null || content === undefined) return {};
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw new StartupError(`${path} must hold settings as "name: value" lines`, 'See docs/configuration.md.');
  }
  return content as Record<string, unknown>;
}

function fromEnvironment(value: string, schema: JsonSchema): unknown {
  if (schema.type === 'integer' || schema.type === 'number') {
    const number = Number(value);
    return Number.isNaN(number) ? value : number;
  }
  if (schema.type === 'boolean')
    return value === 'true' || value === '1' ? true : value === 'false' || value === '0' ? false : value;
  if (schema.type === 'array') {
    try {
      return JSON.parse(value);
    } catch {
      return value; // the validation then says that a list is expected
    }
  }
  return value;
}

function lookUp(tree: Record<string, unknown>, path: readonly string[]): unknown {
  let node: unknown = tree;
  for (const key of path)
    node = typeof node === 'object' && node !== null ? (node as Record<string, unknown>)[key] : undefined;
  return node;
}

function assign(tree: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let node = tree;
  for (const key of path.slice(0, -1)) {
    const next = node[key];
    if (typeof next !== 'object' || next === null) node[key] = {};
    node = node[key] as Record<string, unknown>;
  }
  const last = path.at(-1);
  if (last !== undefined) node[last] = value;
}

function describe(error: ErrorObject): string {
  const path = error.instancePath.slice(1).replaceAll('/', '.');
  const env = settingRows().find((row) => row.path.join('.') === path)?.setting.env;
  const name = env === undefined ? path : `${path} (${env})`;
  if (error.keyword === 'additionalProperties') {
    const unknown = String(error.params.additionalProperty);
    return `${path === '' ? unknown : `${path}.${unknown}`}: this setting is not known`;
  }
  if (error.keyword === 'enum') return `${name}: expected one of ${error.params.allowedValues.join(', ')}`;
  return `${name}: ${error.message ?? error.keyword}`;
}
