import { Ajv2020 } from 'ajv/dist/2020.js';
import { type LocalizedText, validateEntity } from '#ontologies';
import { findUnstorable } from '../storable.ts';
import type { Origin, Update, UpdateResult } from '../types.ts';

/** Times that observations may have. */
export interface TimeWindow {
  readonly earliest: Date;
  readonly latest: Date;
}

/** JSON Schema of an origin, wherever one is given. */
export const originSchema = {
  type: 'object',
  required: ['resource'],
  additionalProperties: false,
  properties: {
    resource: { type: 'string', minLength: 1, maxLength: 500 },
    sequence: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    mapping: { type: 'string', minLength: 1, maxLength: 100 },
  },
};

const hasShape = new Ajv2020().compile<{ entity: object; origin: Origin }>({
  type: 'object',
  required: ['entity', 'origin'],
  additionalProperties: false,
  properties: { entity: { type: 'object' }, origin: originSchema },
});

/**
 * Judges one update by itself, before anything is written.
 * @returns why it is refused, or undefined when it can be stored
 */
export function checkUpdate(given: unknown, window: TimeWindow): UpdateResult | undefined {
  if (!hasShape(given)) {
    const [error] = hasShape.errors ?? [];
    const what = [error?.message, error?.params?.additionalProperty].filter(Boolean).join(': ');
    return refused(error?.instancePath ?? '', { fr: `la mise à jour n’est pas valide : ${what}`, en: what });
  }
  const unstorable = findUnstorable(given);
  if (unstorable !== undefined) return refused(unstorable.path, unstorable.reason);
  const invalid = validateEntity(given.entity);
  if (invalid !== undefined) return refused(`/entity${invalid.path}`, invalid.reason);
  return checkTimes(given as Update, window);
}

/** A device whose clock is wrong would freeze the current value (far future) or hide in the past. */
function checkTimes({ entity }: Update, { earliest, latest }: TimeWindow): UpdateResult | undefined {
  for (const [name, attribute] of Object.entries(entity)) {
    if (typeof attribute === 'string' || attribute.observedAt === undefined) continue;
    const time = Date.parse(attribute.observedAt);
    const path = `/entity/${name}/observedAt`;
    if (Number.isNaN(time)) {
      return refused(path, {
        fr: `${name} : ${attribute.observedAt} n’est pas une date`,
        en: `${name}: ${attribute.observedAt} is not a time`,
      });
    }
    if (time > latest.getTime()) {
      return refused(path, {
        fr: `${name} est daté du ${attribute.observedAt}, dans le futur : l’horloge de l’appareil est fausse`,
        en: `${name} is dated ${attribute.observedAt}, in the future: the device's clock is wrong`,
      });
    }
    if (time < earliest.getTime()) {
      return refused(path, {
        fr: `${name} est daté du ${attribute.observedAt}, avant le ${earliest.toISOString()} : l’historique n’est pas conservé aussi longtemps, ou l’horloge de l’appareil est fausse`,
        en: `${name} is dated ${attribute.observedAt}, before ${earliest.toISOString()}: history is not kept that long, or the device's clock is wrong`,
      });
    }
  }
  return undefined;
}

const refused = (path: string, reason: LocalizedText): UpdateResult => ({ status: 'refused', reason, path });
