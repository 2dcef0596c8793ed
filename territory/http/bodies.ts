import { originSchema } from '../entities/check-update.ts';
import { findUnstorable } from '../storable.ts';
import type { AlertReport, CommandReport, CommandRequest, QuarantineReport, Update } from '../types.ts';
import { bodyReader } from './read-body.ts';

const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength });
const localizedText = {
  type: 'object',
  required: ['fr', 'en'],
  additionalProperties: false,
  properties: { fr: text(1000), en: text(1000) },
};
const entityId = { type: 'string', pattern: '^urn:ngsi-ld:[A-Za-z]+:[A-Za-z0-9._~:-]+$', maxLength: 256 };
const identifier = { type: 'string', pattern: '^[a-z0-9][a-z0-9-]*$', maxLength: 64 };

const list = (name: string, maxItems: number, items: object) => ({
  type: 'object',
  required: [name],
  additionalProperties: false,
  properties: { [name]: { type: 'array', maxItems, items } },
});

/** Each update is judged by itself when it is stored; here only that they are a list of the right size. */
export const readUpdates = bodyReader<{ updates: readonly Update[] }>(
  list('updates', 1000, { type: 'object' }),
  () => undefined,
);

export const readAlertReports = bodyReader<{ alerts: readonly AlertReport[] }>(
  list('alerts', 1000, {
    type: 'object',
    required: ['rule', 'entity', 'active', 'severity', 'message'],
    additionalProperties: false,
    properties: {
      rule: identifier,
      entity: entityId,
      active: { type: 'boolean' },
      severity: { enum: ['critical', 'major', 'minor', 'information'] },
      message: localizedText,
      value: { type: ['number', 'string', 'boolean', 'null'], maxLength: 1000 },
      unit: text(20),
      observedAt: { type: 'string', format: 'date-time', maxLength: 40 },
      origin: originSchema,
    },
  }),
);

export const readQuarantineReports = bodyReader<{ items: readonly QuarantineReport[] }>(
  list('items', 500, {
    type: 'object',
    required: ['reason', 'stage', 'origin', 'message'],
    additionalProperties: false,
    properties: {
      reason: { anyOf: [text(2000), { ...localizedText, properties: { fr: text(2000), en: text(2000) } }] },
      stage: identifier,
      mapping: text(100),
      origin: originSchema,
      message: {},
    },
  }),
  // The message is kept as text: it may be in quarantine because of what it holds.
  ({ items }) => findUnstorable({ items: items.map(({ message: _, ...rest }) => rest) }),
);

export const readCommandRequest = bodyReader<CommandRequest>({
  type: 'object',
  required: ['entity', 'action', 'parameters'],
  additionalProperties: false,
  properties: { entity: entityId, action: text(64), parameters: { type: 'object', maxProperties: 50 } },
});

export const readCommandReport = bodyReader<CommandReport>({
  type: 'object',
  required: ['state'],
  additionalProperties: false,
  properties: { state: { enum: ['sent', 'failed'] }, reason: text(1000) },
  if: { properties: { state: { const: 'failed' } } },
  // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
  then: { required: ['reason'] },
});

/** What an operator may add when acknowledging or closing. */
export const readNote = bodyReader<{ note?: string }>({
  type: 'object',
  additionalProperties: false,
  properties: { note: text(1000) },
});
