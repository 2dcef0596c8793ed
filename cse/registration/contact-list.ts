import type { Context } from '../procedures/context.ts';
import { changeResource } from '../procedures/own-change.ts';
import { createOwn } from '../procedures/own-create.ts';
import { deleteResource } from '../procedures/own-delete.ts';
import { definitionOf } from '../resources/index.ts';
import type { Resource } from '../store/resource.ts';

const listType = 43;
const listPerCseType = 44;
const listName = 'aeContactList';
/** AE identifiers of one CSE; beyond, the CSE is told of every change. */
const identifiersMax = 10_000;

/**
 * The <AEContactList> of the IN-CSE: which CSE refers to which AE, so that it can be told when the AE registers elsewhere
 * (TS-0001 §9.6.45, §9.6.46, TS-0004 §7.5.1.2.17).
 *
 * @param before identifier the CSE refers to no longer
 * @param now identifier it refers to from now on
 */
export async function noteReference(
  context: Context,
  cseId: string,
  before: string | undefined,
  now: string | undefined,
): Promise<void> {
  const list = await contactList(context);
  const path = `${list.path}/${nameOf(cseId)}`;
  const known = await context.store.byPath(path);
  if (known === undefined) {
    if (now === undefined) return;
    const definition = definitionOf(listPerCseType);
    if (definition === undefined) return;
    await createOwn(context, list, definition, { csi: cseId, ail: [now] }, context.names.cseId, { rn: nameOf(cseId) });
    await count(context, list, 1);
    return;
  }
  const listed = identifiersIn(known);
  if (now === undefined ? !listed.includes(before ?? '') : before === undefined && listed.includes(now)) return;
  const after = listed.filter((identifier) => identifier !== before && identifier !== now);
  if (now !== undefined && after.length < identifiersMax) after.push(now);
  if (after.length > 0) await changeResource(context, known.no, () => ({ ail: after.sort() }));
  else {
    await deleteResource(context, known, context.names.cseId);
    await count(context, list, -1);
  }
}

/** CSEs that refer to an AE. */
export async function cseReferringTo(context: Context, identifier: string): Promise<string[]> {
  const { rows } = await context.store.pool.query<{ csi: string }>(
    `SELECT r.attributes->>'csi' AS csi FROM cse.resource l JOIN cse.resource r ON r.parent_no = l.no
     WHERE l.path = $1 AND r.ty = ${listPerCseType} AND r.attributes->'ail' ? $2`,
    [`${context.names.cseName}/${listName}`, identifier],
  );
  return rows.map(({ csi }) => csi);
}

async function contactList(context: Context): Promise<Resource> {
  const { store, names } = context;
  const path = `${names.cseName}/${listName}`;
  const known = await store.byPath(path);
  if (known !== undefined) return known;
  const [base, definition] = [await store.byPath(names.cseName), definitionOf(listType)];
  if (base === undefined || definition === undefined) throw new Error('a CSE has a CSEBase');
  return createOwn(context, base, definition, { nic: 0 }, names.cseId, { rn: listName });
}

async function count(context: Context, list: Resource, by: number): Promise<void> {
  await changeResource(context, list.no, ({ attributes: { nic } }) => ({ nic: Math.max(0, Number(nic ?? 0) + by) }));
}

const nameOf = (cseId: string): string => cseId.replace(/^\/+/, '').replace(/[^A-Za-z0-9._-]/g, '-');

const identifiersIn = ({ attributes: { ail } }: Resource): string[] => (Array.isArray(ail) ? ail.map(String) : []);
