import { BlockList, isIP } from 'node:net';
import { type Criteria, meets } from '../actions/criteria.ts';
import type { Json, JsonObject } from '../primitive.ts';
import { readSchedule } from '../schedule.ts';
import { isWithin, type Position, readCircle } from './region.ts';

/** Circumstances of a request, TS-0003 Table 7.1.2-2. */
export interface Circumstances {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly remoteAddress: string | undefined;
  /** Where the originator is, as far as it is known. */
  readonly position: Position | undefined;
  /** Attributes of the resource that is asked for. */
  readonly attributes: JsonObject;
}

type Test = (circumstances: Circumstances) => boolean;

/**
 * One context of a rule: its members hold together (TS-0003 §7.1.5). What cannot be known never holds: the country somebody
 * is in.
 */
export function compileContext({ actw, acip, aclr, acec }: JsonObject): Test {
  const tests: Test[] = [];
  if (Array.isArray(actw) && actw.length > 0) tests.push(inWindow(actw));
  if (isObject(acip)) tests.push(inNetwork(acip));
  if (isObject(aclr)) tests.push(inRegion(aclr));
  if (isObject(acec)) tests.push(({ attributes }) => meets(acec as object as Criteria, attributes));
  return (circumstances) => tests.every((test) => test(circumstances));
}

function inWindow(entries: readonly Json[]): Test {
  const windows = entries.map((entry) => readSchedule(String(entry)) ?? (() => false));
  return ({ now }) => windows.some((includes) => includes(now));
}

function inNetwork({ ipv4, ipv6 }: JsonObject): Test {
  const list = new BlockList();
  for (const entry of [ipv4, ipv6].flat()) {
    const network = typeof entry === 'string' ? readNetwork(entry) : undefined;
    if (network !== undefined) list.addSubnet(network.address, network.prefix, network.family);
  }
  return ({ remoteAddress = '' }) => {
    // A dual-stack socket reports IPv4 peers as ::ffff:a.b.c.d.
    const address = remoteAddress.startsWith('::ffff:') ? remoteAddress.slice(7) : remoteAddress;
    const version = isIP(address);
    return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6');
  };
}

/** An address with an optional prefix length; undefined when it is none. */
export function readNetwork(text: string): { address: string; prefix: number; family: 'ipv4' | 'ipv6' } | undefined {
  const [address = '', prefix] = text.split('/');
  const version = isIP(address);
  if (version === 0) return undefined;
  const longest = version === 4 ? 32 : 128;
  const length = prefix === undefined ? longest : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
  if (length < 0 || length > longest) return undefined;
  return { address, prefix: length, family: version === 4 ? 'ipv4' : 'ipv6' };
}

function inRegion({ accr }: JsonObject): Test {
  const circle = readCircle(accr);
  return ({ position }) => circle !== undefined && position !== undefined && isWithin(position, circle);
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
