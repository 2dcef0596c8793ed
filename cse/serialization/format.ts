import type { Json } from '../primitive.ts';
import { decodeCbor, encodeCbor } from './cbor.ts';
import { decodeJson, encodeJson } from './json.ts';
import type { Limits } from './limits.ts';
import { decodeXml } from './xml/decode.ts';
import { encodeXml } from './xml/encode.ts';

/** One way to write primitives as bytes, TS-0004 §8.3–8.5. */
export interface Serialization {
  /** @throws Malformed */
  readonly decode: (bytes: Uint8Array, limits: Limits) => Json;
  readonly encode: (value: Json) => Buffer;
  /** WebSocket sub-protocol, TS-0020 Table 6.2.2.9-1. */
  readonly subprotocol: string;
  /** Whether a WebSocket message of it is a text frame. */
  readonly text: boolean;
}

/** Named as in MQTT topics (TS-0010 §6.5.4) and in media type suffixes. */
export const serializations = {
  json: { decode: decodeJson, encode: encodeJson, subprotocol: 'oneM2M.json', text: true },
  cbor: { decode: decodeCbor, encode: encodeCbor, subprotocol: 'oneM2M.cbor', text: false },
  xml: { decode: decodeXml, encode: encodeXml, subprotocol: 'oneM2M.xml', text: true },
} as const satisfies Record<string, Serialization>;

export type Format = keyof typeof serializations;

export const isFormat = (name: string): name is Format => Object.hasOwn(serializations, name);
