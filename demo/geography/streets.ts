import type { Position } from 'geojson';
import { Random } from '../random.ts';
import { type Commune, communes, isInside, moved } from './communes.ts';

/**
 * Streets of the demonstration: invented lines in and around the real places where people live, so that lights stand in
 * rows and containers at kerbs. They are not the real streets, and everything placed on them is marked as demonstration.
 */
export interface Street {
  readonly name: string;
  readonly commune: Commune;
  /** From end to end, a point every few metres. */
  readonly line: readonly Position[];
  readonly isMain: boolean;
}

/** Where each commune is built up, roughly, with how far it reaches. */
const builtUp: Readonly<Record<string, readonly { readonly center: Position; readonly radiusM: number }[]>> = {
  '54521': [{ center: [5.9085, 49.4725], radiusM: 550 }],
  '54580': [
    { center: [5.929, 49.4672], radiusM: 900 },
    { center: [5.9195, 49.4635], radiusM: 600 },
  ],
  '57038': [
    { center: [5.956, 49.472], radiusM: 850 },
    { center: [5.949, 49.465], radiusM: 450 },
  ],
  '57041': [{ center: [5.9445, 49.4185], radiusM: 600 }],
  '57096': [
    { center: [5.9505, 49.3815], radiusM: 550 },
    { center: [5.9365, 49.3875], radiusM: 300 },
  ],
  '57529': [
    { center: [6.0185, 49.4425], radiusM: 600 },
    { center: [5.993, 49.4275], radiusM: 300 },
  ],
  '57565': [{ center: [5.907, 49.4895], radiusM: 380 }],
  '57603': [{ center: [5.953, 49.4845], radiusM: 420 }],
};

const mainStreetNames = [
  'rue de la Gare',
  'rue de Luxembourg',
  'rue de la République',
  'rue Jean Jaurès',
  'rue du Général de Gaulle',
];
const streetNames = [
  'rue des Mineurs',
  'rue de la Fontaine',
  'rue de l’Église',
  'rue des Écoles',
  'rue Pasteur',
  'rue Victor Hugo',
  'rue des Jardins',
  'rue du Stade',
  'rue de la Forêt',
  'rue des Acacias',
  'rue des Tilleuls',
  'rue Émile Zola',
  'rue du Moulin',
  'rue de la Mairie',
  'rue de la Côte',
  'rue des Roses',
  'rue Clemenceau',
  'rue Foch',
  'rue de Verdun',
  'rue de Metz',
  'rue du Puits',
  'rue de l’Alzette',
  'rue des Lilas',
  'rue Gambetta',
  'rue Anatole France',
  'rue Ambroise Croizat',
  'rue des Hauts-Fourneaux',
  'rue de la Paix',
  'rue du Cimetière',
  'rue Louise Michel',
];

const stepM = 6;
/** Bends gently: a degree or two each step. */
const bendRad = 0.025;
const blockM = 95;

function line(start: Position, bearingRad: number, lengthM: number, commune: Commune, random: Random): Position[] {
  const points: Position[] = [start];
  let bearing = bearingRad;
  for (let covered = 0; covered < lengthM; covered += stepM) {
    bearing += bendRad * random.normal() * 0.6;
    const next = moved(points.at(-1) ?? start, stepM * Math.sin(bearing), stepM * Math.cos(bearing));
    if (!isInside(next, commune.outline)) break;
    points.push(next);
  }
  return points;
}

/** A main street through each built-up place, and side streets off it. */
function streetsOf(commune: Commune): Street[] {
  const random = new Random(`streets ${commune.insee}`);
  const names = [...streetNames].sort(() => random.next() - 0.5);
  const mainNames = [...mainStreetNames].sort(() => random.next() - 0.5);
  return (builtUp[commune.insee] ?? []).flatMap(({ center, radiusM }) => {
    const bearing = random.between(0, Math.PI);
    const backwards = line(center, bearing + Math.PI, radiusM, commune, random)
      .slice(1)
      .reverse();
    const main = [...backwards, ...line(center, bearing, radiusM, commune, random)];
    const streets: Street[] = [{ name: mainNames.pop() ?? 'Grand-Rue', commune, line: main, isMain: true }];
    const stepsPerBlock = Math.round(blockM / stepM);
    for (let at = Math.round(stepsPerBlock / 2); at < main.length; at += stepsPerBlock) {
      const [corner, before] = [main[at], main[at - 1]];
      const name = names.pop();
      if (!corner || !before || !name) continue;
      const along = Math.atan2((corner[0] ?? 0) - (before[0] ?? 0), ((corner[1] ?? 0) - (before[1] ?? 0)) * 1.53);
      const side = random.chance(0.5) ? 1 : -1;
      // Shorter towards the edge of the place, so that the outline of the village is round.
      const outwards = Math.abs(at / main.length - 0.5) * 2;
      const lengthM = radiusM * Math.sqrt(Math.max(0.05, 1 - outwards ** 2)) * random.between(0.45, 0.85);
      const offMain = line(corner, along + (side * Math.PI) / 2, lengthM, commune, random);
      if (offMain.length > 6) streets.push({ name, commune, line: offMain, isMain: false });
    }
    return streets;
  });
}

export const streets: readonly Street[] = communes.flatMap(streetsOf);

/** A place beside a street. */
export interface Kerb {
  readonly street: Street;
  readonly position: Position;
}

/** Places every `spacingM` along a street, on alternating sides, `asideM` from its middle. */
export function kerbs(street: Street, spacingM: number, asideM: number): Kerb[] {
  const steps = Math.max(1, Math.round(spacingM / stepM));
  const places: Kerb[] = [];
  for (let at = Math.round(steps / 2); at + 1 < street.line.length; at += steps) {
    const here = street.line[at];
    const next = street.line[at + 1];
    if (!here || !next) break;
    const east = ((next[0] ?? 0) - (here[0] ?? 0)) * Math.cos(((here[1] ?? 0) * Math.PI) / 180);
    const north = (next[1] ?? 0) - (here[1] ?? 0);
    const length = Math.hypot(east, north);
    const side = places.length % 2 === 0 ? 1 : -1;
    const position = moved(here, (side * asideM * north) / length, (-side * asideM * east) / length);
    if (isInside(position, street.commune.outline)) places.push({ street, position });
  }
  return places;
}
