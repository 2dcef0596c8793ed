import { localTime } from '../fleet-clock.ts';
import { type Kerb, kerbs, streets } from '../geography/streets.ts';
import { Random } from '../random.ts';
import { Filling } from './filling.ts';
import { type Sensor, sensors } from './sensors.ts';

/** What goes in, as NGSI-LD's WasteContainer names it, and how people call the container. */
const streams = {
  glass: { word: 'verre', fillPerDay: [0.03, 0.07], collectEveryDays: 14 },
  paper: { word: 'papier', fillPerDay: [0.05, 0.13], collectEveryDays: 7 },
  plastic: { word: 'emballages', fillPerDay: [0.06, 0.14], collectEveryDays: 7 },
  inorganic: { word: 'ordures ménagères', fillPerDay: [0.1, 0.26], collectEveryDays: 4 },
  organic: { word: 'biodéchets', fillPerDay: [0.08, 0.22], collectEveryDays: 4 },
} as const;
type Stream = keyof typeof streams;

interface Kind {
  readonly tag: string;
  readonly word: string;
  readonly depthMm: number;
  readonly emptyMm: number;
  readonly litres: number;
}
const kinds = {
  column: { tag: 'drop-off-point', word: 'PAV', depthMm: 1600, emptyMm: 250, litres: 4000 },
  buried: { tag: 'drop-off-point', word: 'PAV enterré', depthMm: 2100, emptyMm: 300, litres: 5000 },
  bin: { tag: 'bin', word: 'Bac', depthMm: 1050, emptyMm: 150, litres: 660 },
} as const satisfies Record<string, Kind>;

/** One container of the demonstration with the sensor under its lid. */
export interface Container {
  /** Number within the fleet, from 0. */
  readonly index: number;
  readonly devEui: string;
  readonly name: string;
  readonly sensor: Sensor;
  readonly place: Kerb;
  readonly stream: Stream;
  readonly kind: Kind;
  readonly filling: Filling;
  readonly random: Random;
  /** Where reception is poor, spreading factors are high. */
  readonly rssiDbm: number;
  fCnt: number;
  batteryPercent: number;
}

/** Locally administered identifiers: they never belong to a maker's device. */
const devEuiPrefix = '02a17e77e0';

/** Drop-off points stand where a few streams are brought together; bins stand alone. */
const sites: readonly { readonly kind: Kind; readonly streams: readonly Stream[] }[] = [
  { kind: kinds.column, streams: ['glass', 'paper', 'plastic'] },
  { kind: kinds.bin, streams: ['inorganic'] },
  { kind: kinds.buried, streams: ['glass', 'paper', 'plastic', 'inorganic'] },
  { kind: kinds.bin, streams: ['inorganic', 'organic'] },
];

/** The first `count` containers; asking for more keeps those there were. */
export function containerFleet(count: number): Container[] {
  const random = new Random('containers');
  const ordered = streets
    .flatMap((street) => kerbs(street, 60, 7))
    .map((place) => ({ place, order: random.next() }))
    .sort((a, b) => a.order - b.order);
  const containers: Container[] = [];
  for (const { place } of ordered) {
    if (containers.length >= count) break;
    const site = random.pick(sites);
    const number = random.integer(1, 89);
    for (const stream of site.streams) {
      if (containers.length < count) containers.push(container(containers.length, place, site.kind, stream, number));
    }
  }
  return containers;
}

function container(index: number, site: Kerb, kind: Kind, stream: Stream, number: number): Container {
  const random = new Random(`container ${index}`);
  const { word, fillPerDay, collectEveryDays } = streams[stream];
  const fitting = sensors.filter(({ rangeMm }) => rangeMm >= kind.depthMm + kind.emptyMm);
  const [longitude = 0, latitude = 0] = site.position;
  // Containers of one site stand side by side, two metres apart.
  const position = [longitude + random.between(-2e-5, 2e-5), latitude + random.between(-1.5e-5, 1.5e-5)];
  return {
    index,
    devEui: devEuiPrefix + (index + 1).toString(16).padStart(6, '0'),
    name: `${kind.word} ${word} – ${site.street.commune.name}, ${number} ${site.street.name}`,
    sensor: random.pick(fitting),
    place: { street: site.street, position },
    stream,
    kind,
    filling: new Filling(random, random.between(fillPerDay[0], fillPerDay[1]), collectEveryDays),
    random,
    rssiDbm: random.integer(-118, -78),
    fCnt: random.integer(20, 4000),
    batteryPercent: random.integer(35, 100),
  };
}

/** Facts the operator of the containers keeps at the network server, as tags or attributes of the device. */
export function tagsOf({ name, place, stream, kind }: Container, reportingIntervalS: number): Record<string, string> {
  const { commune, name: street } = place.street;
  const [longitude = 0, latitude = 0] = place.position;
  return {
    name,
    commune: commune.insee,
    commune_name: commune.name,
    address: street,
    waste_stream: stream,
    container_kind: kind.tag,
    capacity_l: String(kind.litres),
    depth_mm: String(kind.depthMm),
    empty_mm: String(kind.emptyMm),
    latitude: latitude.toFixed(6),
    longitude: longitude.toFixed(6),
    reporting_interval_s: String(reportingIntervalS),
    demo: 'true',
  };
}

/** What the sensor sees now: the level turned into a distance, with the few centimetres of noise waste makes. */
export function frameOf(container: Container, now: Date): Buffer {
  const { filling, kind, random, sensor } = container;
  const level = filling.levelAt(now);
  const noiseMm = random.normal() * 8;
  const distanceMm = Math.round(kind.emptyMm + kind.depthMm * (1 - level) + noiseMm);
  const { hour } = localTime(now);
  const temperatureC = 9 + 6 * Math.sin(((hour - 9) / 24) * 2 * Math.PI) + random.normal();
  return sensor.frame(
    {
      distanceMm: Math.min(sensor.rangeMm, Math.max(kind.emptyMm - 20, distanceMm)),
      temperatureC: Math.round(temperatureC * 10) / 10,
      batteryPercent: container.batteryPercent,
      fCnt: container.fCnt,
      isFull: level > 0.9,
    },
    random,
  );
}
