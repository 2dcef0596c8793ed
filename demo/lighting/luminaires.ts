import { communes } from '../geography/communes.ts';
import { type Kerb, kerbs, streets } from '../geography/streets.ts';
import { Random } from '../random.ts';
import { numberIn, readRows } from '../recordings.ts';

/** A luminaire with its controller. */
export interface Luminaire {
  /** `light-0001` */
  readonly id: string;
  readonly name: string;
  readonly place: Kerb;
  readonly model: string;
  readonly vendor: string;
  readonly lamp: 'LED' | 'HPS';
  readonly ratedPowerW: number;
  readonly colourTemperatureK: number | undefined;
  readonly heightM: number;
  /** Cabinet it is fed from. */
  readonly circuit: string;
  /** On side streets the commune switches off in the small hours. */
  readonly sleepsAtNight: boolean;
  readonly random: Random;
}

const inventory = readRows('luminaires.csv').map((row) => ({
  lamp: row.lamp === 'LED' ? ('LED' as const) : ('HPS' as const),
  watts: numberIn(row, 'watts') ?? 0,
  colourTemperatureK: numberIn(row, 'colour_temperature_k'),
  count: numberIn(row, 'count') ?? 0,
}));
type InventoryRow = (typeof inventory)[number];

const spacingM = 30;
const asideM = 4.5;
/** Side streets take weaker luminaires of the inventory than main streets. */
const sideStreetWattsMax = 110;

/**
 * `count` luminaires, shared among the communes by their inhabitants: whole streets, the main ones first, so that rows of
 * lights are seen.
 */
export function luminaireFleet(count: number): Luminaire[] {
  const random = new Random('luminaires');
  const population = communes.reduce((sum, commune) => sum + commune.population, 0);
  const places = communes.map((commune) => {
    const rows = streets
      .filter((street) => street.commune === commune)
      .map((street) => ({ row: kerbs(street, spacingM, asideM), order: street.isMain ? 0 : 1 + random.next() }))
      .sort((a, b) => a.order - b.order);
    return { ordered: rows.flatMap(({ row }) => row), share: Math.round((count * commune.population) / population) };
  });
  const chosen = places.flatMap(({ ordered, share }) => ordered.slice(0, share));
  // Rounding, or a commune with few streets, leaves some over.
  const spare = places.flatMap(({ ordered, share }) => ordered.slice(share));
  return [...chosen, ...spare].slice(0, count).map((place, index) => luminaire(index + 1, place));
}

function luminaire(number: number, place: Kerb): Luminaire {
  const { street } = place;
  const equipment = new Random(`luminaires of ${street.commune.insee} ${street.name}`);
  const fitting = inventory.filter(({ watts }) => street.isMain || watts <= sideStreetWattsMax);
  // One street was equipped at once: every pole has the same luminaire. Half of the streets have been renovated.
  const renovated = equipment.chance(0.55);
  const choice = equipment.pickWeighted(
    fitting.filter(({ lamp }) => (lamp === 'LED') === renovated),
    ({ count }: InventoryRow) => count,
  );
  const id = `light-${String(number).padStart(4, '0')}`;
  return {
    id,
    name: `Lampadaire ${String(number).padStart(4, '0')} · ${street.name}, ${street.commune.name}`,
    place,
    vendor: 'Luméa (démonstration)',
    model: `lumea/${choice.lamp.toLowerCase()}-${choice.watts}`,
    lamp: choice.lamp,
    ratedPowerW: choice.watts,
    colourTemperatureK: choice.colourTemperatureK,
    heightM: street.isMain ? 8 : 6,
    circuit: `AR-${street.commune.insee}-${String((equipment.integer(1, 9) % 9) + 1).padStart(2, '0')}`,
    sleepsAtNight: !street.isMain && equipment.chance(0.3),
    random: new Random(id),
  };
}
