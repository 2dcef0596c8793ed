import Supercluster from 'supercluster';
import { type Condition, compareConditions } from '../state/condition.ts';
import type { Situation } from '../state/filters.ts';
import { type Theme, themes } from '../themes.ts';
import { type Bounds, type LonLat, pointOf } from './geometry.ts';
import type { Shares } from './sprites.ts';

/** From this zoom on everything stands alone, however close. */
export const CLUSTER_ZOOM_MAX = 14;
const CLUSTER_RADIUS_PIXELS = 46;

interface Tally {
  worst: Condition;
  counts: Partial<Record<Theme, number>>;
}

/** Things too close to be told apart at this zoom. */
export interface Cluster {
  readonly id: number;
  readonly position: LonLat;
  readonly count: number;
  readonly worst: Condition;
  readonly shares: Shares;
}

export interface Grouped {
  readonly clusters: readonly Cluster[];
  readonly single: readonly Placed[];
}

export type Placed = Situation & { readonly position: LonLat };

/** Groups what is close together, says how many and how bad the worst is. */
export class Clusters {
  readonly #index: Supercluster<{ placed: Placed }, Tally>;

  constructor(placed: readonly Placed[]) {
    this.#index = new Supercluster<{ placed: Placed }, Tally>({
      radius: CLUSTER_RADIUS_PIXELS,
      maxZoom: CLUSTER_ZOOM_MAX,
      minPoints: 3,
      map: ({ placed: { condition, type } }) => ({ worst: condition, counts: { [type.theme]: 1 } }),
      reduce: (sum, { worst, counts }) => {
        if (compareConditions(worst, sum.worst) < 0) sum.worst = worst;
        // The accumulated object is shared with its first member until it is replaced.
        const total = { ...sum.counts };
        for (const { theme } of themes) {
          const count = counts[theme];
          if (count !== undefined) total[theme] = (total[theme] ?? 0) + count;
        }
        sum.counts = total;
      },
    });
    this.#index.load(
      placed.map((one) => ({
        type: 'Feature',
        properties: { placed: one },
        geometry: { type: 'Point', coordinates: [...one.position] },
      })),
    );
  }

  at(bounds: Bounds, zoom: number): Grouped {
    const clusters: Cluster[] = [];
    const single: Placed[] = [];
    for (const { geometry, properties } of this.#index.getClusters([...bounds], Math.floor(zoom))) {
      if ('placed' in properties) single.push(properties.placed);
      else {
        clusters.push({
          id: properties.cluster_id,
          position: [geometry.coordinates[0] ?? 0, geometry.coordinates[1] ?? 0],
          count: properties.point_count,
          worst: properties.worst,
          shares: sharesOf(properties.counts),
        });
      }
    }
    return { clusters, single };
  }

  /** Zoom at which a cluster falls apart. */
  expansionZoom(cluster: Pick<Cluster, 'id'>): number {
    return this.#index.getClusterExpansionZoom(cluster.id);
  }
}

/** Positions of what has one. */
export const placed = (situations: readonly Situation[]): Placed[] =>
  situations.flatMap((situation) => {
    const position = pointOf(situation.entity);
    return position === undefined ? [] : [{ ...situation, position }];
  });

/** Rounded to twelfths so that few different rings are needed; a theme that is there never rounds to nothing. */
export function sharesOf(counts: Partial<Record<Theme, number>>): Shares {
  const present = themes.flatMap(({ theme }) => {
    const count = counts[theme];
    return count === undefined ? [] : [{ theme, count }];
  });
  const total = present.reduce((sum, { count }) => sum + count, 0);
  const twelfths = present.map(({ count }) => Math.max(1, Math.round((count / total) * 12)));
  // What rounding added or lost is taken from or given to the largest share.
  const largest = twelfths.indexOf(Math.max(...twelfths));
  const excess = twelfths.reduce((sum, part) => sum + part, 0) - 12;
  return present.map(({ theme }, index) => [theme, (twelfths[index] ?? 0) - (index === largest ? excess : 0)]);
}
