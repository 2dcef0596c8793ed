/**
 * Schedule entries, TS-0004 §6.3.3 and §7.4.9.1: seven fields – second, minute, hour, day of month, month, day of week
 * (0 is Sunday), year – each `*`, or a list of numbers, ranges `a-b` and steps `a-b/n` or `*`/n. Times are UTC.
 */

type Field = (value: number) => boolean;
type Schedule = (milliseconds: number) => boolean;

const bounds: readonly (readonly [number, number])[] = [
  [0, 59],
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 6],
  [2000, 9999],
];
const secondMs = 1_000;

/** @returns undefined when the text is not a schedule entry */
export function readSchedule(text: string): Schedule | undefined {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== bounds.length) return undefined;
  const fields: Field[] = [];
  for (const [index, part] of parts.entries()) {
    const field = readField(part, bounds[index] ?? [0, 0]);
    if (field === undefined) return undefined;
    fields.push(field);
  }
  return (milliseconds) => {
    const date = new Date(milliseconds);
    const values = [
      date.getUTCSeconds(),
      date.getUTCMinutes(),
      date.getUTCHours(),
      date.getUTCDate(),
      date.getUTCMonth() + 1,
      date.getUTCDay(),
      date.getUTCFullYear(),
    ];
    return fields.every((field, index) => field(values[index] ?? -1));
  };
}

/**
 * Milliseconds from now until one of the schedules includes the time; 0: it does now. Looks ahead no further than asked.
 * @returns `horizonMs` when none does before that
 */
export function untilOpen(schedules: readonly Schedule[], now: number, horizonMs: number): number {
  const open = (time: number) => schedules.some((includes) => includes(time));
  if (open(now)) return 0;
  const next = Math.floor(now / secondMs) * secondMs + secondMs;
  for (let time = next; time < now + horizonMs; time += secondMs) if (open(time)) return time - now;
  return horizonMs;
}

function readField(text: string, [minimum, maximum]: readonly [number, number]): Field | undefined {
  const tests: Field[] = [];
  for (const item of text.split(',')) {
    const match = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(item);
    if (match === null) return undefined;
    const [, from, to, every] = match;
    const low = from === undefined ? minimum : Number(from);
    const high = to !== undefined ? Number(to) : from === undefined || every !== undefined ? maximum : low;
    const step = every === undefined ? 1 : Number(every);
    if (low < minimum || high > maximum || low > high || step === 0) return undefined;
    tests.push((value) => value >= low && value <= high && (value - low) % step === 0);
  }
  return (value) => tests.some((test) => test(value));
}
