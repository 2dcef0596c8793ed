import type pg from 'pg';
import type { Entity, EntityFilter, Page } from '../types.ts';
import { type EntityRow, entityColumns, toEntity } from './entity-row.ts';
import { searchText } from './search-text.ts';

const pageSizeMax = 5000;
const pageSizeDefault = 500;

/** Entities by type, commune, place and words, in the order of their ids. */
export async function listEntities(pool: pg.Pool, filter: EntityFilter): Promise<Page<Entity>> {
  const limit = Math.min(filter.limit ?? pageSizeDefault, pageSizeMax);
  const values: unknown[] = [limit + 1];
  const conditions: string[] = [];
  const where = (condition: (parameter: string) => string, value: unknown): void => {
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  if (filter.types !== undefined) where((types) => `type = ANY(${types}::text[])`, filter.types);
  if (filter.communes !== undefined) where((communes) => `commune = ANY(${communes}::text[])`, filter.communes);
  if (filter.bbox !== undefined) {
    const [west, south, east, north] = filter.bbox;
    if (west <= east) where((box) => `bounds && ${box}::box`, boxText(west, south, east, north));
    else {
      // Across the antimeridian: a box on each side of it.
      values.push(boxText(west, south, 180, north), boxText(-180, south, east, north));
      conditions.push(`(bounds && $${values.length - 1}::box OR bounds && $${values.length}::box)`);
    }
  }
  for (const word of searchText(filter.q ?? '')
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, 10)) {
    where((text) => `search LIKE ${text}`, `%${word.replaceAll(/[\\%_]/g, '\\$&')}%`);
  }
  if (filter.after !== undefined) where((after) => `id > ${after}`, filter.after);
  const { rows } = await pool.query<EntityRow>(
    `SELECT ${entityColumns} FROM territory.entity
     ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`} ORDER BY id LIMIT $1`,
    values,
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { items: page.map(toEntity), ...(rows.length > limit && last !== undefined ? { next: last.id } : {}) };
}

const boxText = (west: number, south: number, east: number, north: number): string =>
  `(${east},${north}),(${west},${south})`;
