import { isUtf8 } from 'node:buffer';
import { Encoder, setSizeLimits } from 'cbor-x';
import type { Json } from '../primitive.ts';
import type { Limits } from './limits.ts';
import { Malformed } from './malformed.ts';

// The walk below bounds every length by the bytes that are there; this is the second lock, for what cbor-x allocates.
setSizeLimits({ maxArraySize: 1_000_000, maxMapSize: 1_000_000, maxObjectSize: 1_000_000 });

const codec = new Encoder({ useRecords: false, mapsAsObjects: true, variableMapSize: true, tagUint8Array: false });

/**
 * Reads CBOR as TS-0004 §8.5 means it: the JSON model in RFC 8949 items. Items that JSON has no counterpart for (byte
 * strings, tags, undefined, infinities) are refused, as are member names that occur twice.
 *
 * @throws Malformed
 */
export function decodeCbor(bytes: Uint8Array, limits: Limits): Json {
  if (bytes.byteLength > limits.bytesMax) {
    throw new Malformed(`CBOR of ${bytes.byteLength} bytes; at most ${limits.bytesMax} are accepted`);
  }
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = endOfItem(buffer, 0, limits.depthMax);
  if (end !== buffer.length) throw new Malformed(`${buffer.length - end} bytes follow the CBOR item`);
  try {
    return codec.decode(buffer) as Json;
  } catch (cause) {
    throw new Malformed(`not CBOR: ${cause instanceof Error ? cause.message : 'unreadable'}`, { cause });
  }
}

/** Members whose value is undefined are left out, as in JSON. */
export const encodeCbor = (value: Json): Buffer => Buffer.from(codec.encode(withoutUndefined(value)));

function withoutUndefined(value: Json): Json {
  if (Array.isArray(value)) return value.map((item) => withoutUndefined(item ?? null));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, withoutUndefined(member)]),
  );
}

interface Head {
  readonly major: number;
  readonly info: number;
  /** Value or length; -1 for an indefinite length. */
  readonly argument: number;
  readonly next: number;
}

const breakByte = 0xff;
const argumentSizes: Readonly<Record<number, number>> = { 24: 1, 25: 2, 26: 4, 27: 8 };

function headAt(bytes: Buffer, at: number): Head {
  const initial = bytes[at];
  if (initial === undefined) throw new Malformed('the CBOR item is cut off');
  const major = initial >> 5;
  const info = initial & 31;
  if (info < 24) return { major, info, argument: info, next: at + 1 };
  if (info === 31) return { major, info, argument: -1, next: at + 1 };
  const size = argumentSizes[info];
  if (size === undefined) throw new Malformed(`CBOR additional information ${info} is reserved (RFC 8949 §3)`);
  if (at + 1 + size > bytes.length) throw new Malformed('the CBOR item is cut off');
  const argument = size === 8 ? Number(bytes.readBigUInt64BE(at + 1)) : bytes.readUIntBE(at + 1, size);
  return { major, info, argument, next: at + 1 + size };
}

/** @returns position behind the item; checks everything that cbor-x would tolerate */
function endOfItem(bytes: Buffer, at: number, depthLeft: number): number {
  const { major, info, argument, next } = headAt(bytes, at);
  if (major <= 1) {
    if (argument < 0) throw new Malformed('a CBOR integer has no indefinite form');
    if (argument >= Number.MAX_SAFE_INTEGER) throw new Malformed('a CBOR integer beyond 2^53 cannot be kept exactly');
    return next;
  }
  if (major === 3) return endOfText(bytes, argument, next);
  if (major === 4 || major === 5) {
    if (depthLeft === 0) throw new Malformed('too many CBOR maps and arrays within each other');
    return major === 4
      ? endOfArray(bytes, argument, next, depthLeft - 1)
      : endOfMap(bytes, argument, next, depthLeft - 1);
  }
  if (major === 7) return endOfSimple(bytes, info, next);
  throw new Malformed(major === 2 ? 'a CBOR byte string has no JSON counterpart' : 'CBOR tags are not accepted');
}

function endOfText(bytes: Buffer, length: number, start: number): number {
  if (length < 0) throw new Malformed('a CBOR text string of indefinite length is not accepted');
  if (start + length > bytes.length) throw new Malformed('the CBOR item is cut off');
  const text = bytes.subarray(start, start + length);
  if (!isUtf8(text)) throw new Malformed('a CBOR text string is not valid UTF-8');
  if (text.includes(0)) throw new Malformed('a string holds the character U+0000');
  return start + length;
}

function endOfArray(bytes: Buffer, length: number, start: number, depthLeft: number): number {
  let at = start;
  if (length > bytes.length - start) throw new Malformed('the CBOR item is cut off');
  for (let index = 0; length < 0 ? bytes[at] !== breakByte : index < length; index += 1) {
    at = endOfItem(bytes, at, depthLeft);
  }
  return length < 0 ? at + 1 : at;
}

function endOfMap(bytes: Buffer, length: number, start: number, depthLeft: number): number {
  let at = start;
  if (length > bytes.length - start) throw new Malformed('the CBOR item is cut off');
  const names = new Set<string>();
  for (let index = 0; length < 0 ? bytes[at] !== breakByte : index < length; index += 1) {
    const key = headAt(bytes, at);
    if (key.major !== 3) throw new Malformed('the names in a CBOR map have to be text strings');
    at = endOfText(bytes, key.argument, key.next);
    const name = bytes.toString('utf8', key.next, at);
    if (name === '__proto__') throw new Malformed('"__proto__" is not the name of an attribute');
    if (names.has(name)) throw new Malformed(`the member "${name}" occurs twice in one map`);
    names.add(name);
    at = endOfItem(bytes, at, depthLeft);
  }
  return length < 0 ? at + 1 : at;
}

function endOfSimple(bytes: Buffer, info: number, next: number): number {
  if (info >= 20 && info <= 22) return next;
  const start = next - (argumentSizes[info] ?? 0);
  // All exponent bits set: infinity or not-a-number, in each of the three widths.
  const exponentMask = { 25: 0x7c00, 26: 0x7f80, 27: 0x7ff0 }[info];
  if (exponentMask === undefined) throw new Malformed('of CBOR simple values only false, true and null are accepted');
  if ((bytes.readUInt16BE(start) & exponentMask) === exponentMask) {
    throw new Malformed('infinities and not-a-number have no JSON counterpart');
  }
  return next;
}
