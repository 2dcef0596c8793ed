import { type Names, readAddress } from '../address.ts';
import type { Json, JsonObject } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { currentAttributes } from '../procedures/result.ts';
import { alive } from '../procedures/target.ts';
import { badRequest } from '../refusal.ts';
import { definitionFor, definitionOf, type ResourceDefinition } from '../resources/index.ts';
import { instanceTypeOf, isInstance, type Resource } from '../store/resource.ts';
import type { CommittedChange } from '../store/write.ts';

/** What criteria look at: a resource of this CSE, or the newest instance of a container (`…/la`). */
export interface Subject {
  readonly resource: Resource;
  readonly latest: boolean;
  /** Of the resource, or of the instances. */
  readonly definition: ResourceDefinition;
}

/** Where a subject is looked for among changes: a structured address or an identifier. */
export interface SubjectKey {
  readonly key: string;
  readonly latest: boolean;
}

/** @returns undefined when the reference has no form that a subject can have */
export function subjectKey(reference: string, names: Names): SubjectKey | undefined {
  const address = readAddress(reference, names);
  if (!address.local || address.attribute !== undefined) return undefined;
  const { structured, value, below } = address;
  if (!structured) return below === undefined || below === 'la' ? { key: value, latest: below === 'la' } : undefined;
  return value.endsWith('/la') ? { key: value.slice(0, -3), latest: true } : { key: value, latest: false };
}

/**
 * Finds what criteria look at.
 *
 * @param name attribute that holds the reference, for the refusal
 * @throws Refused BAD_REQUEST when it is not a resource of this CSE
 */
export async function findSubject({ names, store }: Context, name: string, reference: string): Promise<Subject> {
  const wanted = subjectKey(reference, names);
  const resource =
    wanted === undefined ? undefined : (alive(await store.byRi(wanted.key)) ?? alive(await store.byPath(wanted.key)));
  if (wanted === undefined || resource === undefined)
    throw badRequest(`${name}: ${reference} is not a resource of this CSE`);
  const type = instanceTypeOf(resource.ty);
  if (wanted.latest && type === undefined) throw badRequest(`${name}: ${resource.path} has no instances`);
  const definition = wanted.latest && type !== undefined ? definitionOf(type) : definitionFor(resource);
  if (definition === undefined) throw badRequest(`${name}: the type of ${reference} is not known`);
  return { resource, latest: wanted.latest, definition };
}

/** Attributes of a subject as they are now; undefined when it is gone, or the container has no instance. */
export async function subjectAttributes(context: Context, reference: string): Promise<JsonObject | undefined> {
  const { names, store } = context;
  const wanted = subjectKey(reference, names);
  if (wanted === undefined) return undefined;
  const resource = alive(await store.byRi(wanted.key)) ?? alive(await store.byPath(wanted.key));
  if (resource === undefined) return undefined;
  if (!wanted.latest) return currentAttributes(store, resource);
  return alive(await store.latest(resource))?.attributes;
}

/** Keys under which the subjects of a change may be known: of the resource; of the container of an instance. */
export function keysOf({ resource }: CommittedChange): readonly string[] {
  return isInstance(resource.ty)
    ? [resource.pi, resource.path.slice(0, resource.path.lastIndexOf('/'))]
    : [resource.ri, resource.path];
}

/**
 * Attributes of a subject right after a change; undefined when the change is not one of this subject: a container changes
 * with every instance, `la` changes with nothing else.
 */
export async function attributesAfter(
  { store }: Context,
  { kind, resource, attributes }: CommittedChange,
  { latest }: SubjectKey,
): Promise<JsonObject | undefined> {
  if (kind === 'deleted') return undefined;
  if (!isInstance(resource.ty)) return latest ? undefined : attributes;
  if (latest) return attributes;
  const container = await store.byNumber(resource.no);
  return container === undefined ? undefined : currentAttributes(store, container);
}

/** `sri` of an action; its parent where it has none. */
export const referenceOf = ({
  pi,
  attributes: { sri },
}: {
  pi: string;
  attributes: { [name: string]: Json };
}): string => (typeof sri === 'string' ? sri : pi);
