import booleanIntersects from '@turf/boolean-intersects';
import booleanWithin from '@turf/boolean-within';
import type { Json } from './primitive.ts';
import { badRequest } from './refusal.ts';

/** A GeoJSON geometry, longitude before latitude (RFC 7946). */
export type Geometry =
  | { type: 'Point'; coordinates: Position }
  | { type: 'LineString' | 'MultiPoint'; coordinates: Position[] }
  | { type: 'Polygon' | 'MultiLineString'; coordinates: Position[][] }
  | { type: 'MultiPolygon'; coordinates: Position[][][] };
type Position = number[];

/** Geometry types 1 to 6 of release 4, with how deep their coordinates are nested. */
const types = [
  ['Point', 0],
  ['LineString', 1],
  ['Polygon', 2],
  ['MultiPoint', 1],
  ['MultiLineString', 2],
  ['MultiPolygon', 3],
] as const;

/** Spatial functions 1 to 3 of release 4: how the resource lies to the geometry asked about. */
export const spatialRelations = ['within', 'contains', 'intersects'] as const;
export type SpatialRelation = (typeof spatialRelations)[number];

const positionsMax = 1_000;

/**
 * Reads a geometry: its type and its coordinates as JSON text, as in `loc` and in `geom`.
 *
 * @param name of the attribute or criterion, for the refusal
 * @throws Refused BAD_REQUEST
 */
export function readGeometry(name: string, type: number, text: string): Geometry {
  const [known, depth] = types[type - 1] ?? [];
  if (known === undefined || depth === undefined)
    throw badRequest(`${name}: a geometry type from 1 to 6 is expected, found ${type}`);
  let coordinates: unknown;
  try {
    coordinates = JSON.parse(text);
  } catch {
    throw badRequest(`${name}: JSON coordinates such as [5.95, 49.47] are expected, found "${text.slice(0, 80)}"`);
  }
  const positions = check(name, known, coordinates, depth);
  if (positions > positionsMax)
    throw badRequest(`${name}: at most ${positionsMax} positions are accepted, found ${positions}`);
  return { type: known, coordinates } as Geometry;
}

/** Smallest number of members on the level above positions: a line has two ends, a ring is closed. */
const positionsMin: Readonly<Record<string, number>> = {
  LineString: 2,
  MultiLineString: 2,
  Polygon: 4,
  MultiPolygon: 4,
};

/** @returns number of positions */
function check(name: string, type: string, value: unknown, depth: number): number {
  if (!Array.isArray(value)) throw badRequest(`${name}: coordinates of a ${type} are expected`);
  if (depth === 0) {
    const [longitude, latitude] = value;
    const isPosition =
      (value.length === 2 || value.length === 3) &&
      value.every((number) => typeof number === 'number' && Number.isFinite(number));
    if (!isPosition || Math.abs(longitude) > 180 || Math.abs(latitude) > 90)
      throw badRequest(
        `${name}: [longitude, latitude] in degrees is expected, found ${JSON.stringify(value).slice(0, 80)}`,
      );
    return 1;
  }
  const needed = depth === 1 ? (positionsMin[type] ?? 1) : 1;
  if (value.length < needed)
    throw badRequest(`${name}: a ${type} has at least ${needed} positions here, found ${value.length}`);
  const isRing = depth === 1 && type.endsWith('Polygon');
  if (isRing && JSON.stringify(value[0]) !== JSON.stringify(value.at(-1)))
    throw badRequest(`${name}: a ring of a ${type} ends where it begins`);
  return value.reduce((sum: number, item) => sum + check(name, type, item, depth - 1), 0);
}

/** The geometry in a resource's `loc`; undefined when there is none. */
export function locationOf(loc: Json | undefined): Geometry | undefined {
  if (typeof loc !== 'object' || loc === null || Array.isArray(loc)) return undefined;
  const { typ, crd } = loc;
  return typeof typ === 'number' && typeof crd === 'string' ? readGeometry('loc', typ, crd) : undefined;
}

/** Whether a geometry lies to another as asked. */
export function relates(geometry: Geometry, relation: SpatialRelation, other: Geometry): boolean {
  if (relation === 'intersects') return booleanIntersects(geometry, other);
  return relation === 'within' ? isWithin(geometry, other) : isWithin(other, geometry);
}

/** All parts of one within one part of the other; what has a dimension cannot lie within what has less. */
function isWithin(inner: Geometry, outer: Geometry): boolean {
  if (dimension(inner) > dimension(outer)) return false;
  const outers = parts(outer);
  return parts(inner).every((part) => outers.some((whole) => samePlace(part, whole) || booleanWithin(part, whole)));
}

const samePlace = (one: Geometry, other: Geometry): boolean =>
  one.type === other.type && JSON.stringify(one.coordinates) === JSON.stringify(other.coordinates);

const dimension = ({ type }: Geometry): number => (type.endsWith('Point') ? 0 : type.endsWith('LineString') ? 1 : 2);

function parts(geometry: Geometry): Geometry[] {
  switch (geometry.type) {
    case 'MultiPoint':
      return geometry.coordinates.map((coordinates) => ({ type: 'Point', coordinates }));
    case 'MultiLineString':
      return geometry.coordinates.map((coordinates) => ({ type: 'LineString', coordinates }));
    case 'MultiPolygon':
      return geometry.coordinates.map((coordinates) => ({ type: 'Polygon', coordinates }));
    default:
      return [geometry];
  }
}
