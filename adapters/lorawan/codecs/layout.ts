import type { NumberFormat, TextFormat } from './number-format.ts';

/**
 * Payload layouts as data. A codec is a list of layouts; the first whose conditions hold decodes the payload.
 * Three shapes cover what makers send: a frame with fields at fixed places, a sequence of keyed items, and
 * groups of 16-bit words announced by a bit mask.
 */
export interface Codec {
  /** `<maker>/<model>` as the LoRaWAN device repository of The Things Network spells it. */
  readonly model: string;
  readonly vendor: string;
  readonly title: string;
  readonly theme: 'waste' | 'energy';
  /** Further names under which network servers know the model (ChirpStack device profiles). Compared without case or punctuation. */
  readonly alsoKnownAs?: readonly string[];
  readonly layouts: readonly Layout[];
}

export type Layout = Frame | Items | Words;

/**
 * What the message is for. Only a measurement reaches the measurements container; the others are kept as raw
 * instances with what they say.
 */
export type Purpose = 'measurement' | 'settings' | 'information';

interface Conditions {
  readonly purpose: Purpose;
  /** FPorts that use this layout; absent means any. */
  readonly ports?: readonly number[];
  /** Permitted payload lengths in bytes; absent means any. */
  readonly lengths?: readonly number[];
  /** Bytes that must have this value. */
  readonly where?: readonly { readonly at: number; readonly equals: number }[];
}

/** Fields at fixed places. Fields beyond the end of the payload are refused unless `optional`. */
export interface Frame extends Conditions {
  readonly shape: 'frame';
  readonly fields: readonly Field[];
}

/** A sequence of items, each a key and a value (Milesight, Elsys, Yobiiq, Pepperl+Fuchs). */
export interface Items extends Conditions {
  readonly shape: 'items';
  /** Bytes of the sequence to skip at the start. */
  readonly from?: number;
  /** Bytes after the sequence (a check sum). */
  readonly trailingBytes?: number;
  readonly keyBytes: 1 | 2;
  /** A byte before each key that counts key and value, so that unknown items can be passed over. */
  readonly lengthPrefixed?: true;
  readonly items: Readonly<Record<string, Item>>;
}

export interface Item {
  /** Bytes of the value, key excluded. */
  readonly sizeBytes: number;
  /** Offsets count from the first byte of the value. */
  readonly fields: readonly Field[];
}

/** Protocol byte, 16-bit device number, 16-bit mask, then the words of each announced group (Decentlab, protocol 2). */
export interface Words extends Conditions {
  readonly shape: 'words';
  readonly groups: readonly { readonly words: number; readonly fields: readonly Field[] }[];
}

/** One value. The number read is masked, shifted, multiplied, divided, added to, in this order. */
export interface Field {
  readonly name: string;
  /** Offset in bytes; negative counts from the end. In `words`, offset from the first byte of the group. */
  readonly at: number;
  readonly as: NumberFormat | TextFormat;
  /** Length of a text in bytes; absent means up to the end. */
  readonly sizeBytes?: number;
  readonly mask?: number;
  readonly shift?: number;
  readonly times?: number;
  readonly divide?: number;
  readonly plus?: number;
  /** Decimal places kept, for values the maker publishes rounded. */
  readonly decimals?: number;
  /** Meaning of each code; a code that is not listed is refused. */
  readonly means?: Readonly<Record<number, string | number | boolean>>;
  /** True when the number is not zero. */
  readonly flag?: true;
  /** Codes by which the sensor says "no reading". The value is then left out. */
  readonly absentWhen?: readonly number[];
  /** Left out, not refused, when the payload ends before it. */
  readonly optional?: true;
  /** A value that does not depend on the payload (the layout itself says it). */
  readonly always?: string | number | boolean;
}
