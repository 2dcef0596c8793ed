import type { Request } from 'express';
import { Refusal } from '#platform';
import type { BoundingBox } from '../types.ts';

/** Query string of a request, with what each parameter may be. Lists are comma-separated or repeated. */
export class Query {
  readonly #parameters: URLSearchParams;

  /** @throws Refusal 400 for a parameter that is not one of `known` */
  constructor(request: Request, known: readonly string[]) {
    this.#parameters = new URLSearchParams(request.url.split('?')[1] ?? '');
    for (const name of this.#parameters.keys()) {
      if (!known.includes(name)) {
        throw new Refusal(400, 'unknown-parameter', `${name.slice(0, 64)}: expected one of ${known.join(', ')}`);
      }
    }
  }

  text(name: string, lengthMax = 256): string | undefined {
    const value = this.#parameters.get(name);
    if (value === null) return undefined;
    if (value.length > lengthMax || value.includes('\0')) {
      throw new Refusal(400, `bad-${name}`, `${name}: a text of at most ${lengthMax} characters is expected`);
    }
    return value;
  }

  requiredText(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === '') throw new Refusal(400, `bad-${name}`, `${name} is missing`);
    return value;
  }

  texts(name: string, countMax = 100): readonly string[] | undefined {
    if (!this.#parameters.has(name)) return undefined;
    const values = this.#parameters.getAll(name).flatMap((value) => value.split(','));
    if (values.length > countMax || values.some((value) => value.length > 256 || value.includes('\0'))) {
      throw new Refusal(400, `bad-${name}`, `${name}: at most ${countMax} texts of 256 characters are expected`);
    }
    return values;
  }

  choices<const T extends string>(name: string, allowed: readonly T[]): readonly T[] | undefined {
    return this.texts(name)?.map((value) => {
      const choice = allowed.find((candidate) => candidate === value);
      if (choice === undefined) {
        throw new Refusal(400, `bad-${name}`, `${name}: expected one of ${allowed.join(', ')}`);
      }
      return choice;
    });
  }

  count(name: string, maximum: number): number | undefined {
    const text = this.#parameters.get(name);
    if (text === null) return undefined;
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < 1 || value > maximum) {
      throw new Refusal(400, `bad-${name}`, `${name}: a whole number from 1 to ${maximum} is expected`);
    }
    return value;
  }

  /** `west,south,east,north` in degrees. */
  boundingBox(name: string): BoundingBox | undefined {
    const text = this.#parameters.get(name);
    if (text === null) return undefined;
    const sides = text.split(',').map((side) => (side.trim() === '' ? Number.NaN : Number(side)));
    const [west, south, east, north] = sides;
    const isLongitude = (value: number | undefined): value is number => value !== undefined && Math.abs(value) <= 180;
    const isLatitude = (value: number | undefined): value is number => value !== undefined && Math.abs(value) <= 90;
    if (
      sides.length === 4 &&
      isLongitude(west) &&
      isLatitude(south) &&
      isLongitude(east) &&
      isLatitude(north) &&
      south <= north
    ) {
      return [west, south, east, north];
    }
    throw new Refusal(400, `bad-${name}`, `${name}: west,south,east,north in WGS 84 degrees is expected`);
  }
}

/** Leaves out what was not given, so that defaults apply. */
export const given = <T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
