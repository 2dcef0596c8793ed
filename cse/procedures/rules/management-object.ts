import { applyTriggers, checkTriggers, initialize, momentary } from '../../management/triggers.ts';
import type { JsonObject } from '../../primitive.ts';
import { badRequest } from '../../refusal.ts';
import { definitionFor } from '../../resources/index.ts';
import type { Resource } from '../../store/resource.ts';
import type { Context } from '../context.ts';
import { changeResource } from '../own-change.ts';
import type { TypeRules } from '../type-rules.ts';

/** Management objects and what sets them in motion: TS-0004 §7.4.15, Annex D. */
export const managementObjectRules: TypeRules = {
  create(_context, { definition, attributes, ri }) {
    const { shortName, specialization, longName } = definition;
    if (specialization === undefined)
      throw badRequest('pc: a specialization of <mgmtObj> is expected, such as m2m:fwr');
    if (attributes.mgd !== specialization)
      throw badRequest(
        `mgd (mgmtDefinition): ${specialization} is expected for <${longName}>, found ${attributes.mgd}`,
      );
    if (attributes.mgs !== undefined)
      throw badRequest('mgs (mgmtSchema) only goes with a self-defined management object (mgd 0)');
    checkTriggers(shortName, attributes);
    check(shortName, attributes);
    const given = { ...attributes };
    initialize(shortName, attributes);
    applyTriggers(shortName, ri, given, attributes);
  },
  created: (context, resource) => setBack(context, resource, resource.attributes),
  update(_context, { resource, given, attributes }) {
    const shortName = shortNameOf(resource);
    checkTriggers(shortName, given);
    check(shortName, attributes);
    applyTriggers(shortName, resource.ri, given, attributes);
  },
  updated: (context, resource, _before, _asker, given) => setBack(context, resource, given),
};

const shortNameOf = (resource: Resource): string => definitionFor(resource)?.shortName ?? '';

/** Subscribers have been told that the trigger was set; now it can be set again. */
async function setBack(context: Context, resource: Resource, given: JsonObject): Promise<void> {
  const names = momentary(shortNameOf(resource)).filter((name) => given[name] === true);
  if (names.length === 0) return;
  await changeResource(context, resource.no, () => Object.fromEntries(names.map((name) => [name, false])));
}

/** What one encryption needs to know, by its number. */
const encryptionNeeds: Readonly<Record<number, readonly string[]>> = {
  2: ['wepk'],
  3: ['wpap'],
  4: ['wpap'],
  5: ['wpap'],
  6: ['unm', 'pwd'],
  7: ['unm', 'pwd'],
  8: ['unm', 'pwd'],
};

/** What the attributes of one object demand of each other (release 4). */
function check(shortName: string, { mesc, meil, wcrds }: JsonObject): void {
  if (shortName === 'datc' && mesc !== undefined && meil !== undefined)
    throw badRequest('mesc (measurementSchedule) and meil (measurementInterval) exclude each other');
  if (shortName !== 'wific' || wcrds === undefined) return;
  const credentials = wcrds as JsonObject;
  const missing = encryptionNeeds[Number(credentials.enct)]?.find((name) => credentials[name] === undefined);
  if (missing !== undefined) throw badRequest(`wcrds: encryption ${credentials.enct} needs ${missing}`);
}
