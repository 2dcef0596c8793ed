/** Time in the demonstration: runs `pace` times as fast as ours. What devices send is stamped with real time. */
export class FleetClock {
  readonly pace: number;
  readonly #startedAtMs: number;
  readonly #startsAtMs: number;

  /**
   * @param pace 1 is real time and keeps the real hour; any other pace starts at five in the afternoon, so that nightfall
   *   and the street lights are seen soon after the start
   */
  constructor(pace: number, now: Date = new Date()) {
    this.pace = pace;
    this.#startedAtMs = now.getTime();
    const startHour = 17;
    const { hour, minute } = localTime(now);
    const sinceStartHourMs = hours(hour - startHour) + minutes(minute);
    this.#startsAtMs = pace === 1 ? this.#startedAtMs : this.#startedAtMs - sinceStartHourMs;
  }

  now(): Date {
    return new Date(this.#startsAtMs + (Date.now() - this.#startedAtMs) * this.pace);
  }

  /** Real milliseconds that a span of demonstration time takes. */
  realMs(demonstrationMs: number): number {
    return demonstrationMs / this.pace;
  }
}

export const minutes = (count: number): number => count * 60_000;
export const hours = (count: number): number => count * 3_600_000;

const wallClock = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/Paris',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/** Hour and minute on the clocks of the territory, whatever the time zone of this machine. */
export function localTime(at: Date): { readonly hour: number; readonly minute: number } {
  const [hour = 0, minute = 0] = wallClock.format(at).split(':').map(Number);
  return { hour, minute };
}
