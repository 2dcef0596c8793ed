import { hours } from '../fleet-clock.ts';
import type { Random } from '../random.ts';
import { numberIn, readRows } from '../recordings.ts';

/** Litres brought on each recorded day, by street of Edinburgh, busiest recordings first. */
const litresByStreet: readonly (readonly number[])[] = (() => {
  const streets = new Map<string, number[]>();
  for (const row of readRows('edinburgh-litter-2016.csv')) {
    const litres = numberIn(row, 'litres');
    if (litres === undefined) continue;
    const days = streets.get(row.street ?? '') ?? [];
    streets.set(row.street ?? '', [...days, litres]);
  }
  const longEnough = [...streets.values()].filter((days) => days.length >= 20);
  return longEnough.sort((a, b) => b.length - a.length);
})();

/** Share of a day's waste brought in each hour: little at night, most in the late morning and after work. */
const shareByHour = [0.2, 0.1, 0.1, 0.1, 0.2, 0.6, 2, 4, 5, 6, 7, 8, 7, 6, 6, 6, 7, 9, 9, 7, 4, 3, 1.7, 1];
const shareSum = shareByHour.reduce((sum, share) => sum + share, 0);

const fullLevel = 0.8;
const detourShare = 0.75;

/**
 * How full one container is: fills by the recorded day of one street of Edinburgh after the other, is emptied when the
 * collection comes by.
 */
export class Filling {
  readonly #random: Random;
  readonly #days: readonly number[];
  readonly #meanLitres: number;
  /** Fraction of the container an average day fills. */
  readonly #fillPerDay: number;
  readonly #collectEveryDays: number;
  readonly #firstDay: number;
  #level: number;
  #hourSeen: number | undefined;

  /** @param fillPerDay how much of it an average day fills, 0–1 */
  constructor(random: Random, fillPerDay: number, collectEveryDays: number) {
    this.#random = random;
    this.#days = random.pick(litresByStreet);
    this.#meanLitres = this.#days.reduce((sum, litres) => sum + litres, 0) / this.#days.length;
    this.#fillPerDay = fillPerDay;
    this.#collectEveryDays = collectEveryDays;
    this.#firstDay = random.integer(0, 30);
    this.#level = Math.min(0.97, random.next() * fillPerDay * collectEveryDays);
  }

  /**
   * Goes on to a moment of demonstration time.
   * @returns 0 empty, 1 full
   */
  levelAt(now: Date): number {
    const hour = Math.floor(now.getTime() / hours(1));
    // After a long pause there is nothing to catch up with but the last days.
    const from = Math.max(this.#hourSeen ?? hour, hour - 24 * 14);
    for (let passed = from + 1; passed <= hour; passed += 1) this.#passHour(passed);
    this.#hourSeen = hour;
    return this.#level;
  }

  #passHour(hour: number): void {
    const day = Math.floor(hour / 24) + this.#firstDay;
    const hourOfDay = hour % 24;
    const collectionHour = 6;
    if (hourOfDay === collectionHour) {
      const isOnRound = day % this.#collectEveryDays === 0;
      // The round makes a detour for most containers known to be full.
      const isDetour = this.#level > fullLevel && this.#random.chance(detourShare);
      if (isOnRound || isDetour) {
        this.#level = 0.02;
        return;
      }
    }
    const litres = this.#days[day % this.#days.length] ?? 0;
    const brought = (litres / this.#meanLitres) * this.#fillPerDay * ((shareByHour[hourOfDay] ?? 0) / shareSum);
    this.#level = Math.min(1, this.#level + brought);
  }
}
