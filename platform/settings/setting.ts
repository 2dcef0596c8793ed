export type JsonSchema = Record<string, unknown>;

/** One setting: how it is named in the environment, what it accepts, what it is when nobody says anything. */
export interface Setting<T> {
  readonly env: string;
  readonly schema: JsonSchema;
  readonly fallback: T;
  readonly about: string;
}

export const setting = <T>(env: string, schema: JsonSchema, fallback: T, about: string): Setting<T> => ({
  env,
  schema,
  fallback,
  about,
});

export const port = { type: 'integer', minimum: 0, maximum: 65_535 };
export const count = (minimum: number, maximum: number) => ({ type: 'integer', minimum, maximum });
export const text = { type: 'string', minLength: 1 };
export const url = { type: 'string', pattern: '^[a-z+]+://' };
export const optionalText = { type: ['string', 'null'], minLength: 1 };
export const flag = { type: 'boolean' };
