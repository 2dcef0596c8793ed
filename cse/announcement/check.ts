import { cseOf, readAddress } from '../address.ts';
import type { JsonObject } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { badRequest, Refused } from '../refusal.ts';
import type { ResourceDefinition } from '../resources/index.ts';
import { isInstance, type Resource } from '../store/resource.ts';
import { optionallyAnnounced } from './attributes.ts';

/** An entry of `at`: a CSE, or the resource under which the announced one is to be made. */
export const isCseId = (entry: string): boolean => cseOf(entry) === entry;

/**
 * Checks `at` and `aa` of a CREATE or UPDATE (TS-0001 §10.2.13.2, §10.2.13.7).
 *
 * @param parent of the resource
 * @throws Refused BAD_REQUEST; OPERATION_NOT_ALLOWED for an instance whose parent is not announced there
 */
export async function checkAnnouncement(
  context: Context,
  definition: ResourceDefinition,
  given: JsonObject,
  parent?: Resource,
): Promise<void> {
  const { at, aa } = given;
  if (Array.isArray(aa)) checkNames(definition, aa.map(String));
  if (!Array.isArray(at)) return;
  const { announcementTargetsMax } = context.settings;
  const entries = at.map(String);
  if (entries.length > announcementTargetsMax) {
    throw badRequest(
      `at (announceTo): at most ${announcementTargetsMax} entries are accepted, found ${entries.length}`,
    );
  }
  if (new Set(entries).size < entries.length) throw badRequest('at (announceTo): an entry occurs twice');
  for (const entry of entries) {
    if (!entry.startsWith('/'))
      throw badRequest(`at (announceTo): a CSE-ID "/…" or an address on another CSE is expected, found "${entry}"`);
    if (readAddress(entry, context.names).local)
      throw badRequest(`at (announceTo): ${entry} is on this CSE, which hosts the original`);
    if (!isInstance(definition.type) || !isCseId(entry)) continue;
    const parentAnnounced =
      parent !== undefined && (await context.announcements.addressOf(parent.ri, entry)) !== undefined;
    if (!parentAnnounced) {
      throw new Refused(
        'OPERATION_NOT_ALLOWED',
        `at (announceTo): ${parent?.path} is not announced to ${entry}, hence nor can its instances be`,
      );
    }
  }
}

function checkNames(definition: ResourceDefinition, names: readonly string[]): void {
  const allowed = optionallyAnnounced(definition);
  const wrong = names.find((name) => !allowed.includes(name));
  if (wrong !== undefined) {
    throw badRequest(
      `aa (announcedAttribute): "${wrong}" is not an optionally announced attribute of <${definition.longName}>; these are ${allowed.join(', ')}`,
    );
  }
  if (new Set(names).size < names.length) throw badRequest('aa (announcedAttribute): a name occurs twice');
}

/** Whether a request has to do with announcement. */
export const concernsAnnouncement = ({ at, aa }: JsonObject): boolean => at !== undefined || aa !== undefined;
