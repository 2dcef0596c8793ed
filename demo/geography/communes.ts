import { readFileSync } from 'node:fs';
import type { FeatureCollection, Polygon, Position } from 'geojson';

export interface Commune {
  readonly insee: string;
  readonly name: string;
  readonly postcode: string;
  readonly population: number;
  /** Outer ring, longitude first. */
  readonly outline: readonly Position[];
}

interface CommuneAttributes {
  readonly insee: string;
  readonly nom: string;
  readonly codesPostaux: readonly string[];
  readonly population: number;
}

/** The communes of the territory the demonstration plays in. */
export const communes: readonly Commune[] = (
  JSON.parse(
    readFileSync(new URL('../../territories/ccphva/communes.geojson', import.meta.url), 'utf8'),
  ) as FeatureCollection<Polygon, CommuneAttributes>
).features.map(({ properties, geometry }) => ({
  insee: properties.insee,
  name: properties.nom,
  postcode: properties.codesPostaux[0] ?? '',
  population: properties.population,
  outline: geometry.coordinates[0] ?? [],
}));

/** Even-odd rule over the outer ring. */
export function isInside([x = 0, y = 0]: Position, outline: readonly Position[]): boolean {
  let inside = false;
  for (let index = 0; index + 1 < outline.length; index += 1) {
    const [x1 = 0, y1 = 0] = outline[index] ?? [];
    const [x2 = 0, y2 = 0] = outline[index + 1] ?? [];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  }
  return inside;
}

const metresPerDegree = 111_320;

/** A position some metres east and north of another; flat earth, right to centimetres within a commune. */
export function moved([longitude = 0, latitude = 0]: Position, eastM: number, northM: number): Position {
  return [
    longitude + eastM / (metresPerDegree * Math.cos((latitude * Math.PI) / 180)),
    latitude + northM / metresPerDegree,
  ].map((degrees) => Math.round(degrees * 1e6) / 1e6);
}
