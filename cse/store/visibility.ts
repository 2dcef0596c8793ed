import { definitionOf, servedTypes } from '../resources/index.ts';

const policyType = 1;
const cseBaseType = 5;

/** Types whose resources belong to their creator as long as they have no policy (TS-0001 §9.6.1.3.2). */
const ownedTypes = servedTypes.filter(
  (type) => type !== policyType && type !== cseBaseType && definitionOf(type)?.attributes.acpi !== undefined,
);

/**
 * Conditions that spare a search what access control would refuse anyway: a resource that belongs to somebody else, and has
 * no policy that could say otherwise. Whatever they let through is decided upon one by one.
 *
 * @param alias of the table of resources
 * @param originator all forms of the identifier of whoever searches; undefined: everything is let through
 */
export function visible(
  alias: string,
  originator: readonly string[] | undefined,
  parameters: { add(value: unknown): string },
): string[] {
  if (originator === undefined) return [];
  const forms = parameters.add(originator);
  return [
    `(${alias}.attributes ? 'acpi' OR ${alias}.ty <> ALL (${parameters.add(ownedTypes)}::integer[])
      OR COALESCE(${alias}.attributes->>'cstn', ${alias}.attributes->>'hld', ${alias}.creator) = ANY (${forms}::text[]))`,
  ];
}
