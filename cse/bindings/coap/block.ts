/** Value of a Block option, RFC 7959 §2.2. */
export interface Block {
  readonly num: number;
  readonly more: boolean;
  /** Bytes, a power of two from 16 to 1024. */
  readonly size: number;
}

/** @returns undefined when it is malformed: longer than three bytes, or the reserved size exponent 7 */
export function readBlock(value: Buffer): Block | undefined {
  if (value.length > 3) return undefined;
  const number = value.length === 0 ? 0 : value.readUIntBE(0, value.length);
  const exponent = number & 7;
  return exponent === 7 ? undefined : { num: number >> 4, more: (number & 8) !== 0, size: 2 ** (exponent + 4) };
}

/** Shortest form of a Block option. */
export function writeBlock({ num, more, size }: Block): Buffer {
  const number = (num << 4) | (more ? 8 : 0) | (Math.log2(size) - 4);
  if (number === 0) return Buffer.alloc(0);
  const bytes = number > 0xffff ? 3 : number > 0xff ? 2 : 1;
  const value = Buffer.alloc(bytes);
  value.writeUIntBE(number, 0, bytes);
  return value;
}
