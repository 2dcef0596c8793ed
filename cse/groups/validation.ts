import type { JsonObject } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { changeResource } from '../procedures/own-change.ts';
import { deleteResource } from '../procedures/own-delete.ts';
import { Refused } from '../refusal.ts';
import type { GroupAttributes } from '../resources/group.ts';
import type { Resource } from '../store/resource.ts';
import { settleMembers, validationKind } from './membership.ts';

/** Looks at members that could not be reached before, until they can; then does what `csy` says (TS-0004 §7.4.13.2.1). */
export function validateLater(context: Context): void {
  context.timetable.handle(validationKind, async (no) => {
    const group = await context.store.byNumber(no);
    if (group === undefined || group.attributes.mtv !== false) return undefined;
    const settled = await settle(context, group);
    if (settled === undefined) {
      await deleteResource(context, group, context.names.cseId);
      return undefined;
    }
    if (settled.mtv === false) return context.settings.groupValidationSeconds * 1000;
    const changes: JsonObject = {};
    for (const name of ['mid', 'cnm', 'mt', 'mtv', 'spty'])
      if (settled[name] !== group.attributes[name]) changes[name] = settled[name] ?? null;
    // Whoever changed the members meanwhile had them looked at.
    await changeResource(context, no, ({ version }) => (version === group.version ? changes : undefined));
    return undefined;
  });
}

/** @returns attributes of the group as they should be; undefined when it should not be at all */
async function settle(context: Context, group: Resource): Promise<JsonObject | undefined> {
  const attributes: JsonObject = { ...group.attributes };
  const creator = { originator: group.creator, authenticated: true, registered: true };
  const { mid } = attributes as unknown as GroupAttributes;
  try {
    await settleMembers(context, creator, attributes, mid, true);
    return attributes;
  } catch (error) {
    if (error instanceof Refused && error.status === 'GROUP_MEMBER_TYPE_INCONSISTENT') return undefined;
    throw error;
  }
}
