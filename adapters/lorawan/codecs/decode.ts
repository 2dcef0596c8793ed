import type { Codec, Field, Frame, Item, Items, Layout, Purpose, Words } from './layout.ts';
import { isTextFormat, numberFormats, textFormats } from './number-format.ts';

export type Value = number | string | boolean;
export type Values = Readonly<Record<string, Value>>;

export interface Decoded {
  readonly purpose: Purpose;
  readonly values: Values;
}

/** A sentence in the languages of the operators. */
export interface Told {
  readonly fr: string;
  readonly en: string;
}

/** Why a payload could not be decoded; `reason` is the metric label, `told` is for whoever mends it. */
export class UndecodablePayload extends Error {
  override readonly name = 'UndecodablePayload';
  readonly reason: 'unknown-model' | 'unknown-layout' | 'payload-too-short' | 'unknown-item' | 'unknown-code';
  readonly told: Told;

  constructor(reason: UndecodablePayload['reason'], told: Told) {
    super(told.en);
    this.reason = reason;
    this.told = told;
  }
}

/**
 * Decodes the application payload of one uplink.
 *
 * @param fPort LoRaWAN FPort; undefined when the network server did not give one, which matches any layout
 * @throws UndecodablePayload when no layout applies, the payload ends early or holds a code the layout does not know
 */
export function decode(codec: Codec, payload: Buffer, fPort: number | undefined): Decoded {
  const layout = codec.layouts.find((candidate) => applies(candidate, payload, fPort));
  if (!layout) {
    const hex = payload.toString('hex');
    throw new UndecodablePayload('unknown-layout', {
      fr: `${codec.title} : aucun format connu pour ${payload.length} octets sur le port ${fPort ?? 'inconnu'} (${hex})`,
      en: `${codec.title}: no layout for ${payload.length} bytes on port ${fPort ?? 'unknown'} (${hex})`,
    });
  }
  const values: Record<string, Value> = {};
  switch (layout.shape) {
    case 'frame':
      readFrame(layout, payload, values);
      break;
    case 'items':
      readItems(layout, payload, values);
      break;
    case 'words':
      readWords(layout, payload, values);
      break;
  }
  return { purpose: layout.purpose, values };
}

function applies(layout: Layout, payload: Buffer, fPort: number | undefined): boolean {
  if (layout.ports && fPort !== undefined && !layout.ports.includes(fPort)) return false;
  if (layout.lengths && !layout.lengths.includes(payload.length)) return false;
  return (layout.where ?? []).every(({ at, equals }) => payload.at(at) === equals);
}

function readFrame(layout: Frame, payload: Buffer, values: Record<string, Value>): void {
  for (const field of layout.fields) readField(field, payload, values);
}

function readItems(layout: Items, payload: Buffer, values: Record<string, Value>): void {
  let at = layout.from ?? 0;
  const until = payload.length - (layout.trailingBytes ?? 0);
  while (at < until) {
    const prefixBytes = layout.lengthPrefixed ? 1 : 0;
    const keyAt = at + prefixBytes;
    const valueAt = keyAt + layout.keyBytes;
    if (valueAt > until)
      throw tooShort({ fr: `la clé d’un élément à l’octet ${keyAt}`, en: `an item key at byte ${keyAt}` }, payload);
    const key = payload.toString('hex', keyAt, valueAt);
    const item: Item | undefined = layout.items[key];
    const sizeBytes = prefixBytes > 0 ? payload.readUInt8(at) - layout.keyBytes : item?.sizeBytes;
    if (sizeBytes === undefined || sizeBytes < 0) {
      throw new UndecodablePayload('unknown-item', {
        fr: `l’élément ${key} à l’octet ${keyAt} n’est pas dans le format`,
        en: `item ${key} at byte ${keyAt} is not in the layout`,
      });
    }
    const end = valueAt + sizeBytes;
    if (end > until)
      throw tooShort({ fr: `l’élément ${key} (${sizeBytes} octets)`, en: `item ${key} (${sizeBytes} bytes)` }, payload);
    // Length-prefixed makers add items in later firmware; passing over them keeps the values we do know.
    for (const field of item?.fields ?? []) readField(field, payload.subarray(valueAt, end), values);
    at = end;
  }
}

function readWords(layout: Words, payload: Buffer, values: Record<string, Value>): void {
  const headerBytes = 5;
  if (payload.length < headerBytes)
    throw tooShort({ fr: `un en-tête de ${headerBytes} octets`, en: `a header of ${headerBytes} bytes` }, payload);
  const mask = payload.readUInt16BE(3);
  let at = headerBytes;
  layout.groups.forEach((group, bit) => {
    if ((mask & (1 << bit)) === 0) return;
    const end = at + 2 * group.words;
    if (end > payload.length)
      throw tooShort(
        { fr: `le groupe ${bit} (${group.words} mots)`, en: `group ${bit} (${group.words} words)` },
        payload,
      );
    for (const field of group.fields) readField(field, payload.subarray(at, end), values);
    at = end;
  });
}

function readField(field: Field, bytes: Buffer, values: Record<string, Value>): void {
  if (field.always !== undefined) {
    values[field.name] = field.always;
    return;
  }
  const at = field.at < 0 ? bytes.length + field.at : field.at;
  const sizeBytes = isTextFormat(field.as) ? (field.sizeBytes ?? bytes.length - at) : numberFormats[field.as].sizeBytes;
  if (at < 0 || at + sizeBytes > bytes.length) {
    if (field.optional) return;
    throw tooShort({ fr: `${field.name} à l’octet ${at}`, en: `${field.name} at byte ${at}` }, bytes);
  }
  if (isTextFormat(field.as)) values[field.name] = textFormats[field.as](bytes.subarray(at, at + sizeBytes));
  else readNumber(field, numberFormats[field.as].read(bytes, at), values);
}

function readNumber(field: Field, read: number, values: Record<string, Value>): void {
  if (field.absentWhen?.includes(read)) return;
  const masked = field.mask === undefined ? read : read & field.mask;
  const code = field.shift === undefined ? masked : masked >> field.shift;
  if (field.flag) {
    values[field.name] = code !== 0;
  } else if (field.means) {
    const meaning = field.means[code];
    if (meaning === undefined) {
      const expected = Object.keys(field.means).join(', ');
      throw new UndecodablePayload('unknown-code', {
        fr: `${field.name} a le code ${code}, attendu : ${expected}`,
        en: `${field.name} has code ${code}, expected ${expected}`,
      });
    }
    values[field.name] = meaning;
  } else {
    const value = (code * (field.times ?? 1)) / (field.divide ?? 1) + (field.plus ?? 0);
    // A float that is not a number is the sensor saying "no reading"; JSON has no way to carry it.
    if (!Number.isFinite(value)) return;
    values[field.name] = field.decimals === undefined ? value : Number(value.toFixed(field.decimals));
  }
}

const tooShort = (what: Told, bytes: Buffer): UndecodablePayload => {
  const hex = bytes.toString('hex');
  return new UndecodablePayload('payload-too-short', {
    fr: `la charge utile s’arrête avant ${what.fr} : ${bytes.length} octets (${hex})`,
    en: `the payload ends before ${what.en}: ${bytes.length} bytes (${hex})`,
  });
};
