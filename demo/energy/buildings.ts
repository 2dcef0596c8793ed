import { numberIn, readRows } from '../recordings.ts';

/** A public building of the demonstration. Names are of the kind found here; places and figures are generated. */
export interface PublicBuilding {
  readonly id: string;
  readonly name: string;
  readonly commune: string;
  readonly communeName: string;
  readonly coordinates: readonly [longitude: number, latitude: number];
  readonly category: string;
  readonly floorAreaM2: number;
  readonly subscribedPowerKw: number;
  /** Peak power of the photovoltaic roof; 0 without one. */
  readonly solarPeakKw: number;
}

export const buildings: readonly PublicBuilding[] = [
  {
    id: 'b01',
    name: 'Centre culturel – Villerupt',
    commune: '54580',
    communeName: 'Villerupt',
    coordinates: [5.9312, 49.4689],
    category: 'culture',
    floorAreaM2: 3200,
    subscribedPowerKw: 160,
    solarPeakKw: 60,
  },
  {
    id: 'b02',
    name: 'Hôtel de ville – Audun-le-Tiche',
    commune: '57038',
    communeName: 'Audun-le-Tiche',
    coordinates: [5.9574, 49.4731],
    category: 'administration',
    floorAreaM2: 1450,
    subscribedPowerKw: 72,
    solarPeakKw: 0,
  },
  {
    id: 'b03',
    name: 'Piscine – Villerupt',
    commune: '54580',
    communeName: 'Villerupt',
    coordinates: [5.9262, 49.4641],
    category: 'sport',
    floorAreaM2: 2100,
    subscribedPowerKw: 240,
    solarPeakKw: 90,
  },
  {
    id: 'b04',
    name: 'École primaire – Thil',
    commune: '54521',
    communeName: 'Thil',
    coordinates: [5.9097, 49.4731],
    category: 'enseignement',
    floorAreaM2: 1100,
    subscribedPowerKw: 54,
    solarPeakKw: 36,
  },
  {
    id: 'b05',
    name: 'Collège – Audun-le-Tiche',
    commune: '57038',
    communeName: 'Audun-le-Tiche',
    coordinates: [5.9527, 49.4692],
    category: 'enseignement',
    floorAreaM2: 5200,
    subscribedPowerKw: 210,
    solarPeakKw: 100,
  },
  {
    id: 'b06',
    name: 'Salle polyvalente – Aumetz',
    commune: '57041',
    communeName: 'Aumetz',
    coordinates: [5.9461, 49.4192],
    category: 'associations',
    floorAreaM2: 980,
    subscribedPowerKw: 60,
    solarPeakKw: 0,
  },
  {
    id: 'b07',
    name: 'Gymnase – Ottange',
    commune: '57529',
    communeName: 'Ottange',
    coordinates: [6.0174, 49.4434],
    category: 'sport',
    floorAreaM2: 1650,
    subscribedPowerKw: 84,
    solarPeakKw: 70,
  },
  {
    id: 'b08',
    name: 'Mairie – Boulange',
    commune: '57096',
    communeName: 'Boulange',
    coordinates: [5.9512, 49.3821],
    category: 'administration',
    floorAreaM2: 620,
    subscribedPowerKw: 36,
    solarPeakKw: 9,
  },
];

const load = readRows('uci-household-2007-02.csv').map((row) => ({
  activePowerKw: numberIn(row, 'active_power_kw') ?? 0,
  reactivePowerKvar: numberIn(row, 'reactive_power_kvar') ?? 0,
  voltageV: numberIn(row, 'voltage_v') ?? 230,
}));
const roof = readRows('nrel-serf-east-2016-07.csv').map((row) => numberIn(row, 'ac_power_w') ?? 0);
const loadPeakKw = Math.max(...load.map(({ activePowerKw }) => activePowerKw));
const roofPeakW = Math.max(...roof);
/** The household is never without load, a building much less so: this share of the contract is always drawn. */
const baseShare = 0.12;
const peakShare = 0.85;
const rowsPerWeek = 7 * 24 * 4;

/** What the building management system reports; names and units are those the energy mapping reads. */
export interface BuildingReading {
  /** From the grid; negative while the roof produces more than the building uses. */
  readonly activePowerKw: number;
  readonly reactivePowerKvar: number;
  readonly solarPowerKw?: number;
  readonly voltageV: number;
  readonly currentA: number;
}

/** @param row quarter of an hour of the recording; one building plays another week than the next */
export function readingOf(building: PublicBuilding, index: number, row: number): BuildingReading {
  const at = (row + index * rowsPerWeek) % load.length;
  // The mean of two households one quarter apart takes the edge off single kettles.
  const first = load[at] ?? load[0];
  const second = load[(at + 37 * (index + 1)) % load.length] ?? first;
  const share = ((first?.activePowerKw ?? 0) + (second?.activePowerKw ?? 0)) / 2 / loadPeakKw;
  const drawnKw = building.subscribedPowerKw * (baseShare + (peakShare - baseShare) * share);
  const solarKw = building.solarPeakKw * ((roof[row % roof.length] ?? 0) / roofPeakW);
  const reactiveKvar = ((first?.reactivePowerKvar ?? 0) / loadPeakKw) * building.subscribedPowerKw;
  const voltageV = first?.voltageV ?? 230;
  const gridKw = drawnKw - solarKw;
  return {
    activePowerKw: rounded(gridKw),
    reactivePowerKvar: rounded(reactiveKvar),
    ...(building.solarPeakKw > 0 ? { solarPowerKw: rounded(solarKw) } : {}),
    voltageV: rounded(voltageV),
    // Three-phase connection: current per phase.
    currentA: rounded((Math.hypot(gridKw, reactiveKvar) * 1000) / (3 * voltageV)),
  };
}

const rounded = (value: number): number => Math.round(value * 100) / 100;

export const firstRowOfDay = ({ hour, minute }: { hour: number; minute: number }): number =>
  hour * 4 + Math.floor(minute / 15);
export const rowsPerDay = 24 * 4;
