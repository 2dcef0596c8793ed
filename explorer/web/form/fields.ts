import type { AttributeDescription, Json, JsonObject, TypeDescription } from '../../contract.ts';
import { t } from '../text/messages.ts';

/** How a value is entered. */
export type Field =
  | { readonly kind: 'truth' }
  | { readonly kind: 'choice'; readonly choices: readonly Choice[] }
  | { readonly kind: 'number'; readonly min?: number; readonly max?: number }
  | { readonly kind: 'line'; readonly isTimestamp: boolean }
  | { readonly kind: 'lines'; readonly isNumeric: boolean }
  | { readonly kind: 'content' }
  | { readonly kind: 'json' };

/** One value of an enumeration, and its name in the standard. */
interface Choice {
  readonly value: string | number;
  readonly label: string;
}

/** What was entered cannot be such a value. */
export class Unreadable extends Error {}

/** Chooses how a value is entered by what its schema accepts. */
export function fieldFor(name: string, type: TypeDescription): Field {
  const schema = (type.schema.$defs as JsonObject)[`attribute.${name}`] as JsonObject | undefined;
  if (schema === undefined) return { kind: 'json' };
  if (name === 'con') return { kind: 'content' };
  if (Array.isArray(schema.enum))
    return { kind: 'choice', choices: choicesOf(name, schema.enum as (string | number)[], type) };
  if (schema.type === 'boolean') return { kind: 'truth' };
  if (schema.type === 'integer' || schema.type === 'number') {
    const { minimum, maximum } = schema;
    return {
      kind: 'number',
      ...(typeof minimum === 'number' ? { min: minimum } : {}),
      ...(typeof maximum === 'number' ? { max: maximum } : {}),
    };
  }
  if (schema.type === 'string') return { kind: 'line', isTimestamp: String(schema.pattern).startsWith('^\\d{8}T') };
  const items = schema.items as JsonObject | undefined;
  if (schema.type === 'array' && items !== undefined) {
    const isNumeric =
      items.type === 'integer' || (Array.isArray(items.enum) && items.enum.every((one) => typeof one === 'number'));
    if (isNumeric || items.type === 'string' || Array.isArray(items.enum)) return { kind: 'lines', isNumeric };
  }
  return { kind: 'json' };
}

/** The names of values stand in what the definition says it expects: "one of 1 (periodic), 2 (sliding)". */
function choicesOf(name: string, values: readonly (string | number)[], { attributes }: TypeDescription): Choice[] {
  const expected = attributes.find((row) => row.name === name)?.expected ?? '';
  const named = new Map([...expected.matchAll(/(\d+) \((\w+)\)/g)].map(([, value, label]) => [value, label]));
  return values.map((value) => {
    const label = named.get(String(value));
    return { value, label: label === undefined ? String(value) : `${value} – ${label}` };
  });
}

/** What is expected, in the words of the reader. */
export function expectation(field: Field): string {
  switch (field.kind) {
    case 'choice':
      return t('kind.choice', { values: field.choices.map(({ label }) => label).join(', ') });
    case 'number': {
      const { min, max = Number.MAX_SAFE_INTEGER } = field;
      if (min === undefined) return t('kind.number');
      return max === Number.MAX_SAFE_INTEGER ? t('kind.atLeast', { min }) : t('kind.between', { min, max });
    }
    case 'line':
      return t(field.isTimestamp ? 'kind.timestamp' : 'kind.line');
    default:
      return t(`kind.${field.kind}`);
  }
}

/** A value as it stands in its field. */
export function entered(field: Field, value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  if (field.kind === 'lines' && Array.isArray(value)) return value.map(String).join('\n');
  if (field.kind === 'json') return JSON.stringify(value, null, 2);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * Reads a field.
 * @returns undefined when nothing was entered
 * @throws Unreadable
 */
export function readField(field: Field, text: string): Json | undefined {
  if (text.trim() === '') return undefined;
  switch (field.kind) {
    case 'truth':
      return text === 'true';
    case 'choice':
      return field.choices.find(({ value }) => String(value) === text)?.value ?? text;
    case 'number':
      return numeric(text);
    case 'lines': {
      const lines = text.split('\n').map((line) => line.trim());
      return lines.filter((line) => line !== '').map((line) => (field.isNumeric ? numeric(line) : line));
    }
    case 'json':
      return parsed(text);
    case 'content':
    case 'line':
      return text;
  }
}

function numeric(text: string): number {
  const value = Number(text.trim());
  if (Number.isNaN(value)) throw new Unreadable(text);
  return value;
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new Unreadable(text);
  }
}

/** Attributes that a form of CREATE or UPDATE shows: the mandatory ones first. */
export function editable(type: TypeDescription, operation: 'create' | 'update'): AttributeDescription[] {
  return type.attributes
    .filter((row) => row[operation] !== 'NP' && row.supported && row.name !== 'cr')
    .toSorted((one, other) => rank(one, operation) - rank(other, operation));
}

const rank = ({ name, ...row }: AttributeDescription, operation: 'create' | 'update'): number =>
  name === 'rn' ? 0 : row[operation] === 'M' ? 1 : 2;
