import type { Json } from '../primitive.ts';
import type { Limits } from './limits.ts';
import { Malformed } from './malformed.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const quote = 0x22;
const backslash = 0x5c;
const minus = 0x2d;
/** Numbers of up to this many characters are exact in a double. */
const exactDigits = 15;

/**
 * Reads JSON as TS-0004 §8.4 means it: UTF-8, every member name at most once, and nothing that would silently change on
 * its way into the store (integers beyond 2^53, infinities, unpaired surrogates, U+0000).
 *
 * @throws Malformed
 */
export function decodeJson(bytes: Uint8Array, limits: Limits): Json {
  if (bytes.byteLength > limits.bytesMax) {
    throw new Malformed(`JSON of ${bytes.byteLength} bytes; at most ${limits.bytesMax} are accepted`);
  }
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch (cause) {
    throw new Malformed('the text is not valid UTF-8', { cause });
  }
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (cause) {
    throw new Malformed(`not JSON: ${cause instanceof Error ? cause.message : 'syntax error'}`, { cause });
  }
  refuseWhatTheParserLetsPass(text, limits.depthMax);
  return value;
}

export const encodeJson = (value: Json): Buffer => Buffer.from(JSON.stringify(value));

/** Walks over text that is known to be JSON, so that syntax need not be checked again. */
function refuseWhatTheParserLetsPass(text: string, depthMax: number): void {
  /** Member names of each open object; null for an open array. */
  const open: (Set<string> | null)[] = [];
  let nameExpected = false;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      const end = endOfString(text, at);
      const names = open.at(-1);
      if (names && nameExpected) {
        const name = stringAt(text, at, end);
        if (name === '__proto__') throw new Malformed('"__proto__" is not the name of an attribute');
        if (names.has(name)) throw new Malformed(`the member "${name}" occurs twice in one object`);
        names.add(name);
        nameExpected = false;
      } else stringAt(text, at, end);
      at = end + 1;
    } else if (code === minus || (code >= 0x30 && code <= 0x39)) {
      at = endOfNumber(text, at);
    } else {
      if (code === 0x7b || code === 0x5b) {
        if (open.length === depthMax) throw new Malformed(`more than ${depthMax} objects and arrays within each other`);
        nameExpected = code === 0x7b;
        open.push(nameExpected ? new Set() : null);
      } else if (code === 0x7d || code === 0x5d) open.pop();
      else if (code === 0x2c) nameExpected = open.at(-1) !== null;
      at += 1;
    }
  }
}

/** @returns position of the closing quote */
function endOfString(text: string, start: number): number {
  let end = start + 1;
  while (text.charCodeAt(end) !== quote) end += text.charCodeAt(end) === backslash ? 2 : 1;
  return end;
}

function stringAt(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end);
  if (!raw.includes('\\')) return raw;
  const value = JSON.parse(text.slice(start, end + 1)) as string;
  if (!value.isWellFormed()) throw new Malformed('a string holds half of a surrogate pair');
  if (value.includes('\0')) throw new Malformed('a string holds the character U+0000');
  return value;
}

/** @returns position behind the number */
function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  let integer = true;
  for (; end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    if (code >= 0x30 && code <= 0x39) continue;
    if (code !== 0x2e && code !== 0x65 && code !== 0x45 && code !== 0x2b && code !== minus) break;
    integer = false;
  }
  if (integer && end - start <= exactDigits) return end;
  const value = Number(text.slice(start, end));
  if (!Number.isFinite(value) || (integer && !Number.isSafeInteger(value))) {
    throw new Malformed(`the number ${text.slice(start, Math.min(end, start + 32))} cannot be kept exactly`);
  }
  return end;
}
