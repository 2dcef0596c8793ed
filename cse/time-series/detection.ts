import { readDataGenerationTime } from './data-generation-time.ts';

/** What missing data of a timeSeries are detected by, milliseconds. */
export interface Period {
  readonly pei: number;
  readonly peid: number;
  readonly mdt: number;
}

/** Where a detection stands; kept in the store across restarts. */
export interface Progress {
  /** Generation time of the first instance, milliseconds. */
  readonly first: number;
  readonly relative: boolean;
  /** What has to be added to generation times to get our time, milliseconds. */
  readonly shift: number;
  /** Number of the next expected point. */
  readonly next: number;
}

/** Points ahead of time that are remembered; those beyond are looked up in the store when their time has come. */
const aheadMax = 10_000;

/**
 * Which points of one timeSeries are expected when (TS-0001 §10.2.4.29): the first instance sets the beat, point N is
 * expected at `first + N · pei ± peid`, and looked for `mdt` after that.
 */
export class Detection {
  readonly #period: Period;
  readonly #first: number;
  readonly #relative: boolean;
  readonly #shift: number;
  readonly #arrived = new Set<number>();
  #next: number;

  constructor(period: Period, { first, relative, shift, next }: Progress) {
    this.#period = period;
    this.#first = first;
    this.#relative = relative;
    this.#shift = shift;
    this.#next = next;
  }

  /** Begins with the first instance. Points that would have to be looked for before it came are not expected. */
  static begin(period: Period, dgt: string, now: number): Detection {
    const { relative, milliseconds: first } = readDataGenerationTime(dgt);
    const shift = relative ? now - first : 0;
    const past = Math.floor((now - shift - period.mdt - first) / period.pei);
    return new Detection(period, { first, relative, shift, next: Math.max(1, past + 1) });
  }

  get progress(): Progress {
    return { first: this.#first, relative: this.#relative, shift: this.#shift, next: this.#next };
  }

  get relative(): boolean {
    return this.#relative;
  }

  /** Moment of the next look, milliseconds since 1970. */
  get nextLookAt(): number {
    return this.lookAt(this.expectedAt(this.#next));
  }

  /** When a point is looked for, milliseconds since 1970. @param expected its generation time, milliseconds */
  lookAt(expected: number): number {
    return expected + this.#period.mdt + this.#shift;
  }

  /** Generation time a point is expected at, milliseconds. */
  expectedAt(point: number): number {
    return this.#first + point * this.#period.pei;
  }

  /** An instance has come. */
  arrived(dgt: string): void {
    const { relative, milliseconds } = readDataGenerationTime(dgt);
    const point = Math.round((milliseconds - this.#first) / this.#period.pei);
    const outside = point < this.#next || point >= this.#next + aheadMax;
    if (outside || relative !== this.#relative) return;
    if (Math.abs(milliseconds - this.expectedAt(point)) <= this.#period.peid) this.#arrived.add(point);
  }

  /**
   * Goes on to the present.
   * @param atMost how many of the points are returned; the latest
   * @returns points whose time for a look has come and that did not arrive as far as is known here
   */
  advance(now: number, atMost: number): number[] {
    const last = Math.floor((now - this.#shift - this.#period.mdt - this.#first) / this.#period.pei);
    const absent: number[] = [];
    const from = Math.max(this.#next, last - atMost + 1);
    for (let point = from; point <= last; point += 1) if (!this.#arrived.has(point)) absent.push(point);
    this.#next = Math.max(this.#next, last + 1);
    for (const point of this.#arrived) if (point < this.#next) this.#arrived.delete(point);
    return absent;
  }
}
