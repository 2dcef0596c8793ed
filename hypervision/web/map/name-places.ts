import type { FeatureCollection, Point, Position } from 'geojson';
import type { Communes } from '../../contract.ts';
import { centreOf, type LonLat, outerRings } from './geometry.ts';

/** Candidates per side of a commune's bounding box. */
const STEPS = 20;

/**
 * Where the name of each commune is written: as far from its boundary and from what stands on the map as possible, so that
 * names and things do not cover each other.
 */
export function namePlaces(communes: Communes, things: readonly LonLat[]): FeatureCollection<Point> {
  return {
    type: 'FeatureCollection',
    features: communes.features.map(({ properties, geometry }) => ({
      type: 'Feature',
      properties: { name: properties.name },
      geometry: { type: 'Point', coordinates: [...freestPlace(geometry, things)] },
    })),
  };
}

function freestPlace(geometry: Communes['features'][number]['geometry'], things: readonly LonLat[]): LonLat {
  const ring = outerRings(geometry).reduce((largest, one) => (one.length > largest.length ? one : largest));
  const longitudes = ring.map(([longitude = 0]) => longitude);
  const latitudes = ring.map(([, latitude = 0]) => latitude);
  const [west, east] = [Math.min(...longitudes), Math.max(...longitudes)];
  const [south, north] = [Math.min(...latitudes), Math.max(...latitudes)];
  // A degree of longitude is shorter than one of latitude; names are wider than high, which the factor 2 stands for.
  const widthFactor = Math.cos((((south + north) / 2) * Math.PI) / 180) / 2;
  const near = things.filter(([x, y]) => x >= west && x <= east && y >= south && y <= north);
  let best: { place: LonLat; room: number } = { place: centreOf(geometry), room: Number.NEGATIVE_INFINITY };
  for (let column = 1; column < STEPS; column += 1) {
    for (let row = 1; row < STEPS; row += 1) {
      const place: LonLat = [west + ((east - west) * column) / STEPS, south + ((north - south) * row) / STEPS];
      if (!isInside(place, ring)) continue;
      const distance = ([x = 0, y = 0]: Position | LonLat): number =>
        Math.hypot((x - place[0]) * widthFactor, y - place[1]);
      const room = Math.min(...ring.map(distance), ...near.map(distance));
      if (room > best.room) best = { place, room };
    }
  }
  return best.place;
}

/** Even-odd rule. */
function isInside([x, y]: LonLat, ring: readonly Position[]): boolean {
  let inside = false;
  ring.forEach(([x0 = 0, y0 = 0], index) => {
    const [x1 = 0, y1 = 0] = ring[(index + 1) % ring.length] ?? [];
    if (y0 > y !== y1 > y && x < ((x1 - x0) * (y - y0)) / (y1 - y0) + x0) inside = !inside;
  });
  return inside;
}
