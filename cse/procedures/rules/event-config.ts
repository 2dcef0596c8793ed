import type { JsonObject } from '../../primitive.ts';
import { badRequest } from '../../refusal.ts';
import { eventType } from '../../resources/enumerations.ts';
import type { TypeRules } from '../type-rules.ts';

const { dataOperation, storageBased, timerBased } = eventType.of;
/** Attributes that go with one type of event only, TS-0004 Table 7.4.24.1-3. */
const belongsTo: Readonly<Record<string, number>> = {
  evs: timerBased,
  eve: timerBased,
  opt: dataOperation,
  ds: storageBased,
};

/** TS-0001 §9.6.24, TS-0004 §7.4.24. */
export const eventConfigRules: TypeRules = {
  create(_context, { attributes, ri }) {
    check(attributes);
    attributes.evi = ri;
  },
  update: (_context, { attributes }) => check(attributes),
};

function check(attributes: JsonObject): void {
  const { evt, ds, evs, eve, erts, eris } = attributes;
  for (const [name, type] of Object.entries(belongsTo)) {
    if (attributes[name] !== undefined && evt !== type)
      throw badRequest(`${name} goes with evt (eventType) ${type}, not with ${String(evt)}`);
  }
  if (evt === storageBased && (typeof ds !== 'number' || ds === 0))
    throw badRequest('ds (dataSize): a size above zero is expected for a storage based event');
  if (erts !== undefined && eris !== undefined)
    throw badRequest('erts (eventResourceTypes) and eris (eventResourceIDs) exclude each other');
  if (typeof evs === 'string' && typeof eve === 'string' && eve <= evs)
    throw badRequest('eve (eventEnd) is expected to be later than evs (eventStart)');
}
