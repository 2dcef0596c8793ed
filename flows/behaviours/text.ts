/** A property of a node that holds text; empty when it is absent. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

/** Labels as a user writes them, separated by commas or spaces. */
export const labelsOf = (value: unknown): string[] =>
  textOf(value)
    .split(/[\s,]+/)
    .filter((label) => label !== '');

/** A whole number within bounds; the fallback when it is not one. */
export function wholeNumber(value: unknown, fallback: number, minimum: number, maximum: number): number {
  const number = Number(value);
  if (value === '' || value === undefined || value === null || !Number.isFinite(number)) return fallback;
  return Math.min(maximum, Math.max(minimum, Math.round(number)));
}
