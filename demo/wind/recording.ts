import { numberIn, readRows } from '../recordings.ts';

/** What a turbine reports; names and units are those the wind mapping reads. */
export interface TurbineReading {
  readonly activePowerKw: number;
  readonly reactivePowerKvar?: number;
  readonly windSpeedMs: number;
  readonly windDirectionDeg?: number;
  readonly nacelleDirectionDeg?: number;
  readonly pitchAngleDeg?: number;
  readonly rotorSpeedRpm?: number;
  readonly generatorSpeedRpm?: number;
  readonly outdoorTemperatureC?: number;
  readonly nacelleTemperatureC?: number;
  readonly gearboxOilTemperatureC?: number;
  readonly gridFrequencyHz?: number;
  readonly gridVoltageV?: number;
}

const columns = {
  activePowerKw: 'P_avg',
  reactivePowerKvar: 'Q_avg',
  windSpeedMs: 'Ws_avg',
  windDirectionDeg: 'Wa_avg',
  nacelleDirectionDeg: 'Ya_avg',
  pitchAngleDeg: 'Ba_avg',
  rotorSpeedRpm: 'Rs_avg',
  generatorSpeedRpm: 'Ds_avg',
  outdoorTemperatureC: 'Ot_avg',
  nacelleTemperatureC: 'Yt_avg',
  gearboxOilTemperatureC: 'Gost_avg',
  gridFrequencyHz: 'Nf_avg',
  gridVoltageV: 'Nu_avg',
} as const satisfies Record<keyof TurbineReading, string>;

/** Means over a turning vane may leave the circle by a little. */
const bearing = (degrees: number): number => Math.round((((degrees % 360) + 360) % 360) * 100) / 100;

/** Ten-minute means of each recorded turbine, in order of time; undefined where the recording has a gap. */
export const turbineRecordings: ReadonlyMap<string, readonly (TurbineReading | undefined)[]> = (() => {
  const recordings = new Map<string, (TurbineReading | undefined)[]>();
  const rows = readRows('la-haute-borne-2018-01.csv').toSorted((a, b) =>
    (a.Date_time ?? '').localeCompare(b.Date_time ?? ''),
  );
  for (const row of rows) {
    const turbine = row.Wind_turbine_name ?? '';
    const readings = recordings.get(turbine) ?? [];
    readings.push(readingIn(row));
    recordings.set(turbine, readings);
  }
  return recordings;
})();

function readingIn(row: Readonly<Record<string, string>>): TurbineReading | undefined {
  const entries = Object.entries(columns).flatMap(([name, column]) => {
    const value = numberIn(row, column);
    return value === undefined
      ? []
      : [[name, name.endsWith('Deg') && name !== 'pitchAngleDeg' ? bearing(value) : value]];
  });
  const reading: Partial<TurbineReading> = Object.fromEntries(entries);
  return reading.activePowerKw === undefined || reading.windSpeedMs === undefined
    ? undefined
    : { ...reading, activePowerKw: reading.activePowerKw, windSpeedMs: reading.windSpeedMs };
}

const cutInMs = 3.5;

/** What the control system would say of this reading; the recording itself has no state. */
export function statusOf({ activePowerKw, windSpeedMs }: TurbineReading): 'producing' | 'idle' | 'stopped' {
  if (activePowerKw > 0) return 'producing';
  return windSpeedMs < cutInMs + 0.5 ? 'idle' : 'stopped';
}
