import { locationOf } from '../geometry.ts';
import type { Json } from '../primitive.ts';

/** Where somebody is, degrees. */
export interface Position {
  readonly latitude: number;
  readonly longitude: number;
}

/** A circle; radius in metres (TS-0004 §6.3.5.28). */
export interface Circle extends Position {
  readonly radius: number;
}

const earthRadiusMetres = 6_371_008.8;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Great-circle distance in metres. */
function distance(one: Position, other: Position): number {
  const latitudes = radians(other.latitude - one.latitude);
  const longitudes = radians(other.longitude - one.longitude);
  const chord =
    Math.sin(latitudes / 2) ** 2 +
    Math.cos(radians(one.latitude)) * Math.cos(radians(other.latitude)) * Math.sin(longitudes / 2) ** 2;
  return 2 * earthRadiusMetres * Math.asin(Math.min(1, Math.sqrt(chord)));
}

export const isWithin = (position: Position, circle: Circle): boolean => distance(position, circle) <= circle.radius;

/** `accr`: latitude, longitude, radius; undefined when it is not these. */
export function readCircle(accr: Json | undefined): Circle | undefined {
  if (!Array.isArray(accr) || accr.length !== 3) return undefined;
  const [latitude, longitude, radius] = accr;
  if (typeof latitude !== 'number' || typeof longitude !== 'number' || typeof radius !== 'number') return undefined;
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180 || radius < 0) return undefined;
  return { latitude, longitude, radius };
}

/** Position in an attribute `loc` (release 4); undefined when it is absent, or not a point. */
export function readPoint(loc: Json | undefined): Position | undefined {
  const place = locationOf(loc);
  const [longitude, latitude] = place?.type === 'Point' ? place.coordinates : [];
  return latitude === undefined || longitude === undefined ? undefined : { latitude, longitude };
}
