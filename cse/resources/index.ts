import { accessControlPolicy } from './access-control-policy.ts';
import { ae } from './ae.ts';
import { container } from './container.ts';
import { contentInstance } from './content-instance.ts';
import { cseBase } from './cse-base.ts';
import type { ResourceDefinition } from './definition.ts';
import { subscription } from './subscription.ts';

/** The resource types this CSE serves. A further type is one file and one line here. */
export const definitions: readonly ResourceDefinition[] = [
  accessControlPolicy,
  ae,
  container,
  contentInstance,
  cseBase,
  subscription,
];

const byType = new Map(definitions.map((definition) => [definition.type, definition]));

export const definitionOf = (type: number): ResourceDefinition | undefined => byType.get(type);

/** Attribute short names of any served type, for attribute conditions in filters. */
export const knownAttributes: ReadonlySet<string> = new Set(
  definitions.flatMap(({ attributes }) => Object.keys(attributes)),
);

export type { AttributesOf, ResourceDefinition } from './definition.ts';
export type { SubscriptionAttributes } from './subscription.ts';
export { accessControlPolicy, ae, container, contentInstance, cseBase, subscription };
