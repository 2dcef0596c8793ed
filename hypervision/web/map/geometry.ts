import type { Geometry, Position } from 'geojson';
import type { Communes, EntityView } from '../../contract.ts';

export type LonLat = readonly [longitude: number, latitude: number];
export type Bounds = readonly [west: number, south: number, east: number, north: number];

const lonLat = (position: Position | undefined): LonLat | undefined => {
  const [longitude, latitude] = position ?? [];
  return longitude === undefined || latitude === undefined ? undefined : [longitude, latitude];
};

/** Where an entity is drawn: its point, or the first position of a larger shape. */
export function pointOf({ geometry }: Pick<EntityView, 'geometry'>): LonLat | undefined {
  return geometry === undefined ? undefined : lonLat(firstPosition(geometry));
}

function firstPosition(geometry: Geometry): Position | undefined {
  switch (geometry.type) {
    case 'Point':
      return geometry.coordinates;
    case 'MultiPoint':
    case 'LineString':
      return geometry.coordinates[0];
    case 'MultiLineString':
    case 'Polygon':
      return geometry.coordinates[0]?.[0];
    case 'MultiPolygon':
      return geometry.coordinates[0]?.[0]?.[0];
    case 'GeometryCollection':
      return geometry.geometries[0] === undefined ? undefined : firstPosition(geometry.geometries[0]);
  }
}

export const outerRings = (geometry: Communes['features'][number]['geometry']): Position[][] =>
  (geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates).map((polygon) => polygon[0] ?? []);

export function boundsOf(communes: Communes): Bounds {
  const bounds: [number, number, number, number] = [180, 90, -180, -90];
  for (const { geometry } of communes.features) {
    for (const [longitude = 0, latitude = 0] of outerRings(geometry).flat()) {
      bounds[0] = Math.min(bounds[0], longitude);
      bounds[1] = Math.min(bounds[1], latitude);
      bounds[2] = Math.max(bounds[2], longitude);
      bounds[3] = Math.max(bounds[3], latitude);
    }
  }
  return bounds;
}

/** Centre of gravity of the largest part. */
export function centreOf(geometry: Communes['features'][number]['geometry']): LonLat {
  let best = { area: -1, centre: [0, 0] as LonLat };
  for (const ring of outerRings(geometry)) {
    const candidate = centroid(ring);
    if (candidate.area > best.area) best = candidate;
  }
  return best.centre;
}

/** Shoelace formula; degrees are even enough over one commune. */
function centroid(ring: readonly Position[]): { area: number; centre: LonLat } {
  let doubled = 0;
  let x = 0;
  let y = 0;
  ring.forEach(([x0 = 0, y0 = 0], index) => {
    const [x1 = 0, y1 = 0] = ring[(index + 1) % ring.length] ?? [];
    const cross = x0 * y1 - x1 * y0;
    doubled += cross;
    x += (x0 + x1) * cross;
    y += (y0 + y1) * cross;
  });
  return doubled === 0
    ? { area: 0, centre: [ring[0]?.[0] ?? 0, ring[0]?.[1] ?? 0] }
    : { area: Math.abs(doubled / 2), centre: [x / (3 * doubled), y / (3 * doubled)] };
}
