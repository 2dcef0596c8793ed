import { notificationsFor } from '../notifications/evaluate.ts';
import { type Event, eventType } from '../notifications/event.ts';
import type { JsonObject } from '../primitive.ts';
import { attributesOf, elementOf, feedLabels } from '../representation.ts';
import { isInstance, type Resource } from '../store/resource.ts';
import type { CommittedChange, Effects, NewInstance } from '../store/write.ts';
import type { Context } from './context.ts';
import type { Instances } from './type-rules.ts';

export type ChangeKind = CommittedChange['kind'];

/** What is known about the surroundings of a change before it is stored. */
export interface Surroundings {
  readonly ancestors: readonly Resource[];
  /** Subscriptions to the parent. */
  readonly toParent: readonly Resource[];
  /** Subscriptions to the resource itself. */
  readonly toSelf: readonly Resource[];
}

export async function surroundingsOf({ store }: Context, resource: Resource, isNew: boolean): Promise<Surroundings> {
  const ancestors = await store.ancestors(resource);
  const toParent = resource.parentNo === null ? [] : await store.subscriptionsOf(resource.parentNo);
  const toSelf = isNew || isInstance(resource.ty) ? [] : await store.subscriptionsOf(resource.no);
  return { ancestors, toParent, toSelf };
}

/** An instance as it is stored together with a change of what holds it. */
export function withEffects(
  context: Context,
  instance: Instances['append'],
  holder: Resource,
  originator: string,
  { ancestors, toSelf }: Surroundings,
): { instance?: NewInstance } {
  if (instance === undefined) return {};
  const surroundings = { ancestors: [holder, ...ancestors], toParent: toSelf, toSelf: [] };
  return {
    instance: {
      ...instance,
      effects: (stored) => effectsOf(context, 'created', stored, originator, attributesOf(stored), surroundings),
    },
  };
}

/**
 * Feed entry and notifications of one change.
 *
 * @param attributes all attributes of the resource after the change; before it, for a deletion
 * @param modified what an UPDATE changed
 */
export function effectsOf(
  { names }: Context,
  kind: ChangeKind,
  resource: Resource,
  originator: string,
  attributes: JsonObject,
  { ancestors, toParent, toSelf }: Surroundings,
  modified?: JsonObject,
): Effects {
  const element = elementOf(resource);
  const text = JSON.stringify(attributes);
  const body = `{"ty":${resource.ty},"to":${JSON.stringify(resource.path)},"ri":${JSON.stringify(resource.ri)},"parent":${JSON.stringify(
    ancestors[0]?.path ?? '',
  )},"originator":${JSON.stringify(originator)},"pc":{"${element}":${text}}}`;
  const changes = [{ kind, labels: feedLabels(resource, ancestors), body }];
  const committed: CommittedChange = {
    kind,
    resource,
    attributes,
    originator,
    ...(modified === undefined ? {} : { modified }),
  };
  if (toParent.length === 0 && toSelf.length === 0) return { changes, notifications: [], committed };
  const event = (type: Event['type']): Event => ({
    type,
    subject: resource,
    element,
    attributes,
    text: () => text,
    originator,
    ...(modified === undefined ? {} : { modified }),
  });
  switch (kind) {
    case 'created':
      return {
        changes,
        committed,
        notifications: notificationsFor(event(eventType.childCreated), toParent, names.cseId),
      };
    case 'updated':
      return { changes, committed, notifications: notificationsFor(event(eventType.updated), toSelf, names.cseId) };
    case 'deleted':
      return {
        changes,
        committed,
        notifications: [
          ...notificationsFor(event(eventType.deleted), toSelf, names.cseId),
          ...notificationsFor(event(eventType.childDeleted), toParent, names.cseId),
        ],
      };
  }
}
