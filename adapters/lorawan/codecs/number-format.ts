/** How the bytes of one number are laid out. `be` is left unsaid: makers write big-endian unless the name ends in `le`. */
export type NumberFormat =
  | 'u8'
  | 'i8'
  | 'u16'
  | 'i16'
  | 'u16le'
  | 'i16le'
  | 'u24'
  | 'u24le'
  | 'u32'
  | 'i32'
  | 'u32le'
  | 'i32le'
  | 'f32'
  | 'f32le'
  | 'sflt16le';

interface Reader {
  readonly sizeBytes: number;
  readonly read: (bytes: Buffer, at: number) => number;
}

export const numberFormats: Readonly<Record<NumberFormat, Reader>> = {
  u8: { sizeBytes: 1, read: (bytes, at) => bytes.readUInt8(at) },
  i8: { sizeBytes: 1, read: (bytes, at) => bytes.readInt8(at) },
  u16: { sizeBytes: 2, read: (bytes, at) => bytes.readUInt16BE(at) },
  i16: { sizeBytes: 2, read: (bytes, at) => bytes.readInt16BE(at) },
  u16le: { sizeBytes: 2, read: (bytes, at) => bytes.readUInt16LE(at) },
  i16le: { sizeBytes: 2, read: (bytes, at) => bytes.readInt16LE(at) },
  u24: { sizeBytes: 3, read: (bytes, at) => bytes.readUIntBE(at, 3) },
  u24le: { sizeBytes: 3, read: (bytes, at) => bytes.readUIntLE(at, 3) },
  u32: { sizeBytes: 4, read: (bytes, at) => bytes.readUInt32BE(at) },
  i32: { sizeBytes: 4, read: (bytes, at) => bytes.readInt32BE(at) },
  u32le: { sizeBytes: 4, read: (bytes, at) => bytes.readUInt32LE(at) },
  i32le: { sizeBytes: 4, read: (bytes, at) => bytes.readInt32LE(at) },
  f32: { sizeBytes: 4, read: (bytes, at) => bytes.readFloatBE(at) },
  f32le: { sizeBytes: 4, read: (bytes, at) => bytes.readFloatLE(at) },
  sflt16le: { sizeBytes: 2, read: (bytes, at) => shortFloat(bytes.readUInt16LE(at)) },
};

/**
 * MCCI's 16-bit float in the open interval (−1, 1): sign, 4 bits of exponent, 11 bits of mantissa without the hidden
 * bit of IEEE 754, so value = mantissa/2048 · 2^(exponent−15).
 */
function shortFloat(word: number): number {
  const sign = word & 0x8000 ? -1 : 1;
  const exponent = (word >> 11) & 0xf;
  const mantissa = (word & 0x7ff) / 2048;
  return sign * mantissa * 2 ** (exponent - 15);
}

/** Values that are not numbers: characters, and identifiers that makers print as hexadecimal digits. */
export type TextFormat = 'text' | 'hex' | 'hexle';

export const textFormats: Readonly<Record<TextFormat, (bytes: Buffer) => string>> = {
  text: (bytes) => bytes.toString('latin1'),
  hex: (bytes) => bytes.toString('hex'),
  hexle: (bytes) => Buffer.from(bytes).reverse().toString('hex'),
};

export const isTextFormat = (format: NumberFormat | TextFormat): format is TextFormat => format in textFormats;
