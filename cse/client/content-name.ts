import type { JsonObject } from '../primitive.ts';

/** Root elements by resource type, TS-0004 §8.2.4 and resource tables of §7.4. */
const names: Readonly<Record<number, string>> = {
  1: 'acp',
  2: 'ae',
  3: 'cnt',
  4: 'cin',
  5: 'cb',
  6: 'dlv',
  7: 'evcg',
  8: 'exin',
  9: 'grp',
  10: 'lcp',
  11: 'mssp',
  12: 'mgc',
  14: 'nod',
  15: 'pch',
  16: 'csr',
  17: 'req',
  18: 'sch',
  19: 'asar',
  20: 'svsn',
  21: 'stcl',
  22: 'stcg',
  23: 'sub',
  24: 'smd',
  25: 'ntpr',
  26: 'ntp',
  27: 'pdr',
  29: 'ts',
  30: 'tsi',
  31: 'rol',
  32: 'tk',
  34: 'dac',
  48: 'crs',
  60: 'tsb',
  65: 'actr',
  66: 'depr',
};

/**
 * Content of a CREATE or UPDATE. Types that have many root elements (`<flexContainer>`, `<mgmtObj>`) are given with
 * theirs: `{ "cod:color": { … } }`.
 *
 * @throws RangeError when the type's name has to be given and is not
 */
export function contentOf(ty: number, attributes: JsonObject): JsonObject {
  const [first, ...others] = Object.keys(attributes);
  if (first?.includes(':') && others.length === 0) return attributes;
  const announced = ty > 10_000;
  const name = names[announced ? ty - 10_000 : ty];
  if (name === undefined) {
    throw new RangeError(`resource type ${ty} has no single name; give the attributes as { "prefix:name": { … } }`);
  }
  return { [`m2m:${name}${announced ? 'A' : ''}`]: attributes };
}
