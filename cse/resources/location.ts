import { locationOf } from '../geometry.ts';
import type { Json } from '../primitive.ts';
import { Refused } from '../refusal.ts';
import { complex, type DataType, integerBetween, string, type ValueOf } from './data-type.ts';

const shape = complex('{ "typ": geometry type, "crd": GeoJSON coordinates as text }', ['typ', 'crd'], {
  typ: integerBetween(1, 6),
  crd: string,
});

/** Geographic coordinates, release 4: `typ` 1 point … 6 multi-polygon, `crd` GeoJSON coordinates as text. */
export const location: DataType<ValueOf<typeof shape>> = {
  ...shape,
  reject(value) {
    const misshapen = shape.reject(value);
    if (misshapen !== undefined) return misshapen;
    try {
      locationOf(value as Json);
      return undefined;
    } catch (error) {
      if (error instanceof Refused) return error.message;
      throw error;
    }
  },
};
