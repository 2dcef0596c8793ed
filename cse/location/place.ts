import { type Geometry, locationOf, readGeometry } from '../geometry.ts';
import type { Json } from '../primitive.ts';
import { badRequest, Refused } from '../refusal.ts';

const pointType = 1;
const polygonType = 3;

/** A point as location containers hold it: `{"typ": 1, "crd": "[5.95, 49.47]"}`. */
export const toContent = (place: Geometry): { typ: number; crd: string } => ({
  typ: pointType,
  crd: JSON.stringify(place.coordinates),
});

/**
 * The position an instance tells: `{typ, crd}` as in `loc`, a GeoJSON point, or [longitude, latitude]; as JSON or as its text.
 *
 * @returns undefined when it tells none
 */
export function placeIn(content: Json | undefined): Geometry | undefined {
  try {
    const value = typeof content === 'string' ? (JSON.parse(content) as Json) : content;
    if (Array.isArray(value)) return readGeometry('con', pointType, JSON.stringify(value));
    if (typeof value !== 'object' || value === null) return undefined;
    if (value.type === 'Point') return readGeometry('con', pointType, JSON.stringify(value.coordinates));
    const place = locationOf(value);
    return place?.type === 'Point' ? place : undefined;
  } catch (error) {
    if (error instanceof Refused || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * The target area of a geofence: `{typ: 3, crd}` as in `loc`, or the list of its corners as [longitude, latitude]; as JSON
 * or as its text.
 *
 * @throws Refused BAD_REQUEST
 */
export function areaIn(gta: Json | undefined): Geometry {
  const value = typeof gta === 'string' ? parse(gta) : gta;
  if (Array.isArray(value)) {
    const corners = value as Json[];
    const closed =
      JSON.stringify(corners[0]) === JSON.stringify(corners.at(-1)) ? corners : [...corners, corners[0] ?? 0];
    return readGeometry('gta', polygonType, JSON.stringify([closed]));
  }
  if (typeof value !== 'object' || value === null || value.typ !== polygonType || typeof value.crd !== 'string')
    throw badRequest(
      'gta (geographicalTargetArea): the corners of a polygon as [[longitude, latitude], …] are expected',
    );
  return readGeometry('gta', polygonType, value.crd);
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw badRequest(`gta (geographicalTargetArea): JSON is expected, found "${text.slice(0, 80)}" (${String(error)})`);
  }
}
