import { hours, localTime, minutes } from '../fleet-clock.ts';
import type { Luminaire } from './luminaires.ts';
import { sunElevationDeg } from './sun.ts';

/** What a light reports; names and units are those the lighting mapping reads. */
export interface LightState {
  /** ISO 8601, real time. */
  readonly time: string;
  readonly powerState: 'on' | 'low' | 'off';
  /** Percent of full output. */
  readonly dimming: number;
  readonly activePowerW: number;
  readonly voltageV: number;
  readonly energyImportKwh: number;
  readonly lampTemperatureC: number;
  readonly burningHours: number;
  readonly status: 'ok' | 'defectiveLamp';
  /** The last command the light obeyed. */
  readonly commandId?: string;
}

/** Content of an instance in the light's `command` container. */
export interface DimCommand {
  readonly id: string;
  /** Percent; 0 is off. */
  readonly dimming: number;
}

/** Lights come on when the sun is this low, each photocell a little differently. */
const duskElevationDeg = -3;
const savingFrom = 23;
const savingUntil = 5;
const savingPercent = 50;
/** Driver and controller draw this even at night when the lamp is off. */
const standbyW = 1.2;

/** Chance that a lamp is out of order, and how long until the fitter has been. */
const failedShare = 0.012;
const repairAfterMs = hours(60);
/** Mean demonstration time between two failures of one lamp: with 500 lamps, one every two hours. */
const failureEveryMs = hours(1000);

/** One street light: follows the sun and its night programme, obeys commands until the programme's next change, fails at times. */
export class Light {
  readonly luminaire: Luminaire;
  #seenAtMs: number | undefined;
  #programme: number | undefined;
  #ordered: DimCommand | undefined;
  #lastCommandId: string | undefined;
  #failedUntilMs = 0;
  #energyWh: number;
  #burningMs: number;
  readonly #photocellDeg: number;
  /** Demonstration time from the start until a lamp that begins out of order is repaired. */
  readonly #repairedInMs: number;

  constructor(luminaire: Luminaire) {
    const { random } = luminaire;
    this.luminaire = luminaire;
    this.#photocellDeg = duskElevationDeg + random.normal() * 0.7;
    this.#burningMs = hours(random.between(200, 40_000));
    this.#energyWh = (this.#burningMs / hours(1)) * luminaire.ratedPowerW * 0.8;
    this.#repairedInMs = random.chance(failedShare) ? random.between(0.3, 1) * repairAfterMs : 0;
  }

  /** Does what the command says. @returns false when it is not a command this light understands */
  obey(command: unknown): boolean {
    if (typeof command !== 'object' || command === null) return false;
    const { id, dimming } = command as Partial<DimCommand>;
    if (typeof id !== 'string' || typeof dimming !== 'number' || !(dimming >= 0 && dimming <= 100)) return false;
    this.#ordered = { id, dimming };
    this.#lastCommandId = id;
    return true;
  }

  /** Goes on to a moment of demonstration time. @returns whether something changed that is worth a report at once */
  advance(now: Date): boolean {
    const before = this.#output();
    const wasFailed = this.#isFailed();
    const nowMs = now.getTime();
    const passedMs = Math.min(hours(24), nowMs - (this.#seenAtMs ?? nowMs));
    this.#energyWh += (this.#powerW() * passedMs) / hours(1);
    if (before > 0) this.#burningMs += passedMs;
    if (this.#seenAtMs === undefined) this.#failedUntilMs = nowMs + this.#repairedInMs;
    this.#seenAtMs = nowMs;
    const programme = this.#programmeAt(now);
    // The next step of the programme takes over from an order, as controllers in the field do.
    if (this.#programme !== undefined && programme !== this.#programme) this.#ordered = undefined;
    const isFirst = this.#programme === undefined;
    this.#programme = programme;
    if (!this.#isFailed() && this.luminaire.random.chance(passedMs / failureEveryMs)) {
      this.#failedUntilMs = nowMs + repairAfterMs;
    }
    return isFirst || this.#output() !== before || this.#isFailed() !== wasFailed;
  }

  state(at: Date): LightState {
    const output = this.#output();
    const { random } = this.luminaire;
    const lit = output > 0;
    return {
      time: at.toISOString(),
      powerState: lit ? (output < 100 ? 'low' : 'on') : 'off',
      dimming: output,
      activePowerW: Math.round(this.#powerW() * (1 + 0.01 * random.normal()) * 10) / 10,
      voltageV: Math.round((231 + random.normal() * 1.5) * 10) / 10,
      energyImportKwh: Math.round(this.#energyWh / 10) / 100,
      lampTemperatureC: Math.round((9 + (lit ? 26 * (output / 100) : 0) + random.normal()) * 10) / 10,
      burningHours: Math.round(this.#burningMs / hours(1)),
      status: this.#isFailed() ? 'defectiveLamp' : 'ok',
      ...(this.#lastCommandId === undefined ? {} : { commandId: this.#lastCommandId }),
    };
  }

  #isFailed(): boolean {
    return this.#failedUntilMs > (this.#seenAtMs ?? 0);
  }

  /** Percent of full output; a lamp out of order gives no light whatever it is told. */
  #output(): number {
    return this.#isFailed() ? 0 : (this.#ordered?.dimming ?? this.#programme ?? 0);
  }

  /** Drivers lose efficiency when dimmed: at 10 % of the light they still draw about 18 % of the power. */
  #powerW(): number {
    const output = this.#output();
    const { ratedPowerW } = this.luminaire;
    return output === 0 ? standbyW : ratedPowerW * (0.09 + (0.91 * output) / 100);
  }

  #programmeAt(now: Date): number {
    const [longitude = 0, latitude = 0] = this.luminaire.place.position;
    if (sunElevationDeg(now, latitude, longitude) > this.#photocellDeg) return 0;
    const { hour } = localTime(now);
    const isSavingTime = hour >= savingFrom || hour < savingUntil;
    if (!isSavingTime) return 100;
    return this.luminaire.sleepsAtNight && hour < savingUntil ? 0 : savingPercent;
  }
}

/** Demonstration time between two reports of a light to which nothing happens. */
export const lightReportEveryMs = minutes(15);
