import { Refused } from '../refusal.ts';

/** Functions a job profile can name, as classes in its function descriptor: `?f a <urn:alzette:mashup:average>`. */
const functions: Readonly<Record<string, (values: readonly number[]) => number>> = {
  average: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  minimum: (values) => values.reduce((least, value) => Math.min(least, value)),
  maximum: (values) => values.reduce((most, value) => Math.max(most, value)),
  count: (values) => values.length,
};

const namespace = 'urn:alzette:mashup:';

/** Finds the class that names the function, in a function descriptor. */
export const functionQuery = `SELECT ?name WHERE { ?f a ?name FILTER (STRSTARTS(STR(?name), "${namespace}")) }`;

/** @throws Refused NOT_IMPLEMENTED when no known function is named */
export function functionNamed(names: readonly string[]): (values: readonly number[]) => number {
  for (const name of names) {
    const known = functions[name.slice(namespace.length)];
    if (known !== undefined) return known;
  }
  throw new Refused(
    'NOT_IMPLEMENTED',
    `fucd (functionDescriptor): a class <${namespace}…> of ${Object.keys(functions).join(', ')} is expected`,
  );
}
