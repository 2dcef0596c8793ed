import type { Geometry } from 'geojson';
import type pg from 'pg';
import type { Entity, KnownAttribute } from '../types.ts';

export type Attributes = Record<string, KnownAttribute>;

/** One row of `territory.entity`, as far as reading goes. */
export interface EntityRow {
  readonly key: number;
  readonly id: string;
  readonly type: string;
  readonly attributes: Attributes;
  readonly seq: number;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly heard_at: Date | null;
}

export const entityColumns = 'key, id, type, attributes, seq, created_at, updated_at, heard_at';

export function toEntity(row: EntityRow): Entity {
  const { attributes } = row;
  const name = textOf(attributes.name);
  const commune = communeOf(attributes);
  const geometry = geometryOf(attributes);
  return {
    id: row.id,
    type: row.type,
    ...(name === undefined ? {} : { name }),
    ...(commune === undefined ? {} : { commune }),
    ...(geometry === undefined ? {} : { geometry }),
    attributes,
    seq: row.seq,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    ...(row.heard_at === null ? {} : { heardAt: row.heard_at.toISOString() }),
  };
}

export function textOf(attribute: KnownAttribute | undefined): string | undefined {
  return attribute?.type === 'Property' && typeof attribute.value === 'string' ? attribute.value : undefined;
}

export function numberOf(attribute: KnownAttribute | undefined): number | undefined {
  return attribute?.type === 'Property' && typeof attribute.value === 'number' ? attribute.value : undefined;
}

export function communeOf(attributes: Attributes): string | undefined {
  const address = attributes.address;
  if (address?.type !== 'Property' || typeof address.value !== 'object' || address.value === null) return undefined;
  const locality = (address.value as { readonly addressLocality?: unknown }).addressLocality;
  return typeof locality === 'string' ? locality : undefined;
}

export function geometryOf(attributes: Attributes): Geometry | undefined {
  return attributes.location?.type === 'GeoProperty' ? attributes.location.value : undefined;
}

/** Rows of these entities, in no particular order. */
export async function readEntityRows(client: pg.ClientBase | pg.Pool, ids: readonly string[]): Promise<EntityRow[]> {
  if (ids.length === 0) return [];
  const { rows } = await client.query<EntityRow>({
    name: 'territory entities by id',
    text: `SELECT ${entityColumns} FROM territory.entity WHERE id = ANY($1::text[])`,
    values: [ids],
  });
  return rows;
}
