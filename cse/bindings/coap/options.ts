import coap from 'coap';
import type { RequestPrimitive, ResponsePrimitive } from '../../primitive.ts';
import { type Format, mediaType, type Use } from '../../serialization/index.ts';

/** How a value is written in an option, RFC 7252 §3.2. */
export interface OptionFormat {
  readonly write: (value: string | number) => Buffer;
  readonly read: (bytes: Buffer) => string | number;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

const text: OptionFormat = {
  write: (value) => Buffer.from(String(value)),
  read: (bytes) => utf8.decode(bytes),
};

/** Unsigned, as few bytes as it needs: zero is empty. */
const uint: OptionFormat = {
  write: (value) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(Number(value));
    return bytes.subarray(4 - Math.ceil((32 - Math.clz32(Number(value))) / 8));
  },
  read: (bytes) => (bytes.length === 0 ? 0 : bytes.readUIntBE(0, Math.min(bytes.length, 4))),
};

type Parameter = keyof RequestPrimitive | keyof ResponsePrimitive;

/** Options of the binding, TS-0008 Table 6.2.2.4.0-1. All are critical. */
export const optionTable = [
  { number: 259, parameter: 'ot', format: text },
  { number: 267, parameter: 'ty', format: uint },
  { number: 271, parameter: 'rvi', format: text },
  { number: 279, parameter: 'fr', format: text },
  { number: 283, parameter: 'rqi', format: text },
  { number: 291, parameter: 'rqet', format: text },
  { number: 295, parameter: 'rset', format: text },
  { number: 299, parameter: 'oet', format: text },
  { number: 303, parameter: 'ec', format: uint },
  { number: 307, parameter: 'rsc', format: uint },
  { number: 311, parameter: 'gid', format: text },
  { number: 319, parameter: 'cnot', format: uint },
  { number: 323, parameter: 'cnst', format: uint },
  { number: 331, parameter: 'vsi', format: text },
] as const satisfies readonly { number: number; parameter: Parameter; format: OptionFormat }[];

/** `rt.nu`, and the members to ask of a group; their values are lists, joined by "&" and "+". */
export const listOptions = { notificationUris: 263, groupMembers: 335 } as const;

/** Numbers of media types, RFC 7252 §12.3 and TS-0008 Table 6.2.2.2-1. */
const contentFormats: readonly (readonly [number, Format, Use?])[] = [
  [41, 'xml'],
  [50, 'json'],
  [60, 'cbor'],
  [10001, 'json', 'res'],
  [10002, 'xml', 'ntfy'],
  [10003, 'json', 'ntfy'],
  [10006, 'xml', 'preq'],
  [10007, 'json', 'preq'],
  [10008, 'xml', 'prsp'],
  [10009, 'json', 'prsp'],
  [10010, 'cbor', 'res'],
  [10011, 'cbor', 'ntfy'],
  [10012, 'cbor', 'preq'],
  [10013, 'cbor', 'prsp'],
  [10014, 'xml', 'res'],
];

// The library knows some of these numbers by other names (10001 is application/oscore in its table).
for (const [number, format, use] of contentFormats) coap.registerFormat(mediaType(format, use), number);

/** The plain content format of a serialization, which every peer knows. */
export const contentFormat = { json: 50, cbor: 60, xml: 41 } as const satisfies Record<Format, number>;

/** Critical options of CoAP itself that the binding or the library deals with. */
const handledByCoap = new Set([
  'Uri-Host',
  'Uri-Port',
  'Uri-Path',
  'Uri-Query',
  'Content-Format',
  'Accept',
  'Block1',
  'Block2',
]);

const handledByUs: ReadonlySet<string> = new Set(
  [...optionTable.map(({ number }) => number), ...Object.values(listOptions)].map(String),
);

/** Elective names of the library that are no numbers; every other name it does not know is the number. */
const electiveNames = new Set([
  'ETag',
  'Observe',
  'Location-Path',
  'Max-Age',
  'Location-Query',
  'Size1',
  'Size2',
  'Hop-Limit',
  'No-Response',
]);

/** Whether an option may not be ignored and nobody here understands it (RFC 7252 §5.4.1: odd numbers are critical). */
export function isUnknownCritical(name: string): boolean {
  if (handledByCoap.has(name) || handledByUs.has(name) || electiveNames.has(name)) return false;
  return !/^\d+$/.test(name) || Number(name) % 2 === 1;
}
