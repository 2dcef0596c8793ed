import { aeStem, type Names } from '../address.ts';
import { definitionFor } from '../resources/index.ts';
import { isInstance, type Resource } from '../store/resource.ts';

const policyType = 1;
const cseBaseType = 5;

/**
 * What decides about access to a resource (TS-0001 §9.6.1.3.2, §9.6.2):
 * `self` – a policy, by its own `pvs`; `policies` – those it refers to, and nothing else; `parent` – its type knows no
 * `acpi`; `owner` – its type knows `acpi` but it has none: its creator, or the custodian or holder that took the creator's
 * place; `base` – the CSEBase, which everyone who is registered may read.
 */
export type Governing =
  | { readonly by: 'self' }
  | { readonly by: 'policies'; readonly references: readonly string[] }
  | { readonly by: 'parent' }
  | { readonly by: 'owner'; readonly owner: string }
  | { readonly by: 'base' };

const byParent: Governing = { by: 'parent' };
/** Keyed by the resource object, which is replaced when the resource changes. */
const known = new WeakMap<Resource, Governing>();

export function governingOf(resource: Resource, names: Names): Governing {
  if (isInstance(resource.ty)) return byParent;
  let governing = known.get(resource);
  if (governing === undefined) {
    governing = read(resource, names);
    known.set(resource, governing);
  }
  return governing;
}

function read(resource: Resource, names: Names): Governing {
  if (resource.ty === policyType) return { by: 'self' };
  const { acpi } = resource.attributes;
  if (Array.isArray(acpi) && acpi.length > 0) return { by: 'policies', references: acpi.map(String) };
  if (definitionFor(resource)?.attributes.acpi === undefined) return byParent;
  return resource.ty === cseBaseType ? { by: 'base' } : { by: 'owner', owner: ownerOf(resource, names) };
}

function ownerOf({ creator, attributes: { cstn, hld } }: Resource, names: Names): string {
  const [keeper] = [cstn, hld].filter((one) => typeof one === 'string');
  return keeper === undefined ? creator : aeStem(keeper, names);
}
