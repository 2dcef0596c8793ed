import { complex, integerBetween, string } from './data-type.ts';

/** Geographic coordinates, release 4: `typ` 1 point … 6 multi-polygon, `crd` GeoJSON coordinates as text. */
export const location = complex('{ "typ": geometry type, "crd": GeoJSON coordinates as text }', ['typ', 'crd'], {
  typ: integerBetween(1, 6),
  crd: string,
});
