import type { Layer, PickingInfo } from '@deck.gl/core';
import { IconLayer, ScatterplotLayer, TextLayer } from '@deck.gl/layers';
import { hasStaleValues, isSeverity } from '../state/condition.ts';
import { nameOf, numberOf } from '../text/values.ts';
import type { Theme } from '../themes.ts';
import { type Atlas, levelStep } from './atlas.ts';
import { MAP_FONT } from './base-style.ts';
import type { Cluster, Placed } from './clusters.ts';
import type { LonLat } from './geometry.ts';
import { type Palette, rgb } from './palette.ts';
import { CELL, type Freshness, type Shares } from './sprites.ts';

/** What the layers are drawn from, worked out once per change of data or view. */
export interface Scene {
  readonly palette: Palette;
  readonly marks: Atlas;
  readonly clusters: { iconOf(shares: Shares): string; atlas(): Atlas };
  /** Every place, grouped or not, for the fine dots under the groups. */
  readonly everything: readonly Placed[];
  readonly grouped: readonly Cluster[];
  readonly single: readonly Placed[];
  readonly selected: LonLat | undefined;
  readonly hovered: LonLat | undefined;
  readonly zoom: number;
  readonly silenceFactor: number;
  readonly nowMs: number;
}

/** Layers whose objects can be pointed at. */
export type Picked =
  | { readonly kind: 'entity'; readonly placed: Placed }
  | { readonly kind: 'cluster'; readonly cluster: Cluster };

export function pickedFrom({ object, layer }: PickingInfo): Picked | undefined {
  if (object === undefined || object === null || layer === null) return undefined;
  return layer.id.startsWith('cluster')
    ? { kind: 'cluster', cluster: object as Cluster } // deck.gl gives back the very object the layer was fed with
    : { kind: 'entity', placed: object as Placed };
}

type Positioned = { readonly position: LonLat };
const getPosition = ({ position }: Positioned): [number, number] => [position[0], position[1]];

const TEXT_CHARACTERS = ' 0123456789,.kM';

/** Small and many below, large and few on top. */
const drawingOrder: readonly Theme[] = ['lighting', 'waste', 'energy', 'wind'];

/** Zoom from which names are written: where they do not lie on each other yet. */
const nameZoom: Readonly<Record<Theme, number>> = { waste: 16.2, lighting: 16.6, wind: 12.5, energy: 13 };

/** From far to near: dots, glows, marks of each theme, alert rings and badges, groups, selection. */
export function layersOf(scene: Scene): Layer[] {
  const { palette, marks, single, grouped, zoom } = scene;
  const inAlert = single.filter(({ condition }) => isSeverity(condition));
  const named = single.filter(({ type }) => zoom >= nameZoom[type.theme]);
  const closeness = Math.min(1, Math.max(0, (zoom - 10) / 5));
  const scale = 0.72 + closeness * 0.28;
  const lights = scene.everything.filter(({ type }) => type.theme === 'lighting');
  const glowSize = 7 + closeness ** 2 * 62;

  // Far away hundreds of glows lie on each other: each must be faint for streets to stay visible.
  const glowAlpha = (palette.scheme === 'dark' ? 90 : 80) + closeness * (palette.scheme === 'dark' ? 110 : 70);

  const icons = <T extends Positioned>(
    id: string,
    data: readonly T[],
    atlas: Atlas,
    props: {
      icon: (one: T) => string;
      size?: (one: T) => number;
      angle?: (one: T) => number;
      offset?: [number, number];
      pickable?: boolean;
    },
  ): Layer =>
    new IconLayer<T>({
      id,
      data: data as T[],
      iconAtlas: atlas.image as unknown as string, // the prop takes images; its type only names addresses
      iconMapping: atlas.places,
      getPosition,
      getIcon: props.icon,
      getSize: (one) => (props.size?.(one) ?? CELL) * scale,
      getAngle: props.angle ?? 0,
      getPixelOffset: props.offset === undefined ? [0, 0] : [props.offset[0] * scale, props.offset[1] * scale],
      sizeUnits: 'pixels',
      pickable: props.pickable ?? false,
      alphaCutoff: -1,
      updateTriggers: { getSize: [scale], getPixelOffset: [scale] },
    });

  return [
    new ScatterplotLayer<Placed>({
      id: 'dots',
      data: scene.everything as Placed[],
      getPosition,
      getFillColor: ({ type }) => [...rgb(palette.theme[type.theme]), 150] as [number, number, number, number],
      getRadius: 1.7,
      radiusUnits: 'pixels',
      visible: grouped.length > 0,
    }),
    new IconLayer<Placed>({
      id: 'glow',
      data: lights,
      iconAtlas: marks.image as unknown as string,
      iconMapping: marks.places,
      getPosition,
      getIcon: () => 'glow',
      getSize: (light) => glowSize * (0.45 + 0.55 * litLevel(light)),
      getColor: (light) =>
        [...rgb(palette.theme.lighting), litLevel(light) * glowAlpha] as [number, number, number, number],
      sizeUnits: 'pixels',
      alphaCutoff: -1,
      updateTriggers: { getSize: [glowSize], getColor: [palette.scheme, glowAlpha] },
    }),
    ...drawingOrder.map((theme) =>
      icons(
        `theme-${theme}`,
        single.filter(({ type }) => type.theme === theme),
        marks,
        {
          icon: (one) => iconOf(theme, one, scene),
          size: (one) => sizeOf(theme, one),
          angle: (one) => angleOf(theme, one),
          pickable: true,
        },
      ),
    ),
    icons('alert-rings', inAlert, marks, { icon: ({ condition }) => `ring ${condition}` }),
    icons('alert-badges', inAlert, marks, {
      icon: ({ condition }) => `badge ${condition}`,
      size: () => CELL * 0.44,
      offset: [12.5, -12.5],
    }),
    icons('clusters', grouped, scene.clusters.atlas(), {
      icon: ({ shares }) => scene.clusters.iconOf(shares),
      size: ({ count }) => clusterSize(count) / scale,
      pickable: true,
    }),
    new TextLayer<Cluster>({
      id: 'cluster-counts',
      data: grouped as Cluster[],
      getPosition,
      getText: ({ count }) => (count < 10_000 ? String(count) : `${Math.round(count / 1000)}k`),
      getSize: ({ count }) => (count < 100 ? 14 : 13.5),
      getColor: rgb(palette.ink1) as [number, number, number],
      fontFamily: `"${MAP_FONT}", sans-serif`,
      fontWeight: 600,
      characterSet: TEXT_CHARACTERS,
      fontSettings: { fontSize: 48, buffer: 6 },
      getTextAnchor: 'middle',
      getAlignmentBaseline: 'center',
      updateTriggers: { getColor: [palette.scheme] },
    }),
    icons(
      'cluster-badges',
      grouped.filter(({ worst }) => isSeverity(worst)),
      marks,
      { icon: ({ worst }) => `badge ${worst}`, size: () => (CELL * 0.46) / scale, offset: [15 / scale, -15 / scale] },
    ),
    ...(named.length === 0 ? [] : [namesLayer(named, palette)]),
    icons('selection', marked(scene.selected), marks, { icon: () => 'selection', size: () => CELL * 1.18 }),
    icons('hover', marked(scene.hovered), marks, { icon: () => 'selection', size: () => CELL }),
  ];
}

/** Names under turbines and buildings early, under everything when close. Its letters are painted from the names. */
const namesLayer = (named: readonly Placed[], palette: Palette): Layer =>
  new TextLayer<Placed>({
    id: 'names',
    data: named as Placed[],
    getPosition,
    getText: ({ entity }) => nameOf(entity),
    getSize: 12,
    getPixelOffset: [0, 24],
    getColor: rgb(palette.ink2) as [number, number, number],
    fontFamily: `"${MAP_FONT}", sans-serif`,
    fontWeight: 500,
    characterSet: 'auto',
    fontSettings: { sdf: true, fontSize: 64, buffer: 12, radius: 16, smoothing: 0.18 },
    outlineWidth: 4,
    outlineColor: rgb(palette.paper) as [number, number, number],
    getTextAnchor: 'middle',
    getAlignmentBaseline: 'center',
    updateTriggers: { getColor: [palette.scheme] },
  });

const marked = (position: LonLat | undefined): Positioned[] => (position === undefined ? [] : [{ position }]);

const clusterSize = (count: number): number => (count < 10 ? 40 : count < 100 ? 46 : 54);

const litLevel = ({ entity, condition }: Placed): number =>
  condition === 'unknown' || condition === 'stale'
    ? 0
    : Math.min(1, Math.max(0, numberOf(entity, 'illuminanceLevel') ?? 0));

function freshnessOf({ entity, type }: Placed, { silenceFactor, nowMs }: Scene): Freshness {
  if (entity.heardAtMs === undefined) return 'unknown';
  return hasStaleValues(entity, type, silenceFactor, nowMs) ? 'stale' : 'fresh';
}

function iconOf(theme: Theme, one: Placed, scene: Scene): string {
  const freshness = freshnessOf(one, scene);
  switch (theme) {
    case 'waste':
      return `waste ${levelStep(numberOf(one.entity, 'fillingLevel') ?? 0)} ${freshness}`;
    case 'lighting':
      return `lighting ${levelStep(numberOf(one.entity, 'illuminanceLevel') ?? 0)} ${freshness}`;
    case 'wind':
      return `wind ${(numberOf(one.entity, 'activePower') ?? 0) > 0} ${freshness}`;
    case 'energy':
      return `energy ${freshness}`;
  }
}

/** Turbines and buildings grow with their power, relative to what they can do. */
function sizeOf(theme: Theme, { entity }: Placed): number {
  if (theme === 'wind')
    return CELL * (0.8 + 0.4 * share(numberOf(entity, 'activePower'), numberOf(entity, 'ratedPower') ?? 2_000));
  if (theme === 'energy')
    return CELL * (0.7 + 0.4 * share(numberOf(entity, 'activePower'), numberOf(entity, 'subscribedPower') ?? 100));
  return theme === 'lighting' ? CELL * 1.1 : CELL;
}

const share = (value: number | undefined, whole: number): number =>
  value === undefined || whole <= 0 ? 0 : Math.min(1, Math.max(0, value / whole));

/** deck.gl turns counter-clockwise, compasses clockwise. */
const angleOf = (theme: Theme, { entity }: Placed): number =>
  theme === 'wind' ? -(numberOf(entity, 'nacelleDirection') ?? 0) : 0;
