import type { JsonObject } from '../../primitive.ts';
import { Refused } from '../../refusal.ts';
import { triggerPurpose, triggerStatus } from '../../resources/enumerations.ts';
import type { Context } from '../context.ts';
import type { TypeRules } from '../type-rules.ts';

const { establishConnection, executeCrud } = triggerPurpose.of;
/** What an operation that is to be triggered needs, and nothing else has. */
const ofOperations = ['tiae', 'tio', 'tirt'] as const;
/** Attributes whose UPDATE replaces the request that waits in the underlying network. */
const replacing = ['tri', 'tpe', 'tvt', 'tiae', 'tia', 'tio', 'tirt'] as const;

/**
 * TS-0001 §9.6.49, TS-0004 §7.4.57. This CSE has no network exposure (Mcn), so there is never a network service entity to
 * hand a trigger to, and none that could replace or recall one.
 */
export const triggerRequestRules: TypeRules = {
  async create(context, { attributes }) {
    attributes.tpe ??= establishConnection;
    checkPurpose(attributes);
    await checkRecipient(context, attributes);
    attributes.tst = triggerStatus.of.errorNseNotFound;
  },
  update(_context, { resource, given }) {
    if (replacing.every((name) => given[name] === undefined)) return;
    const { tst } = resource.attributes;
    throw new Refused(
      'UNABLE_TO_REPLACE_REQUEST',
      `to: the trigger is not being processed (triggerStatus ${String(tst)})`,
    );
  },
  delete(_context, { attributes: { tst } }) {
    throw new Refused(
      'UNABLE_TO_RECALL_REQUEST',
      `to: the trigger is not being processed (triggerStatus ${String(tst)})`,
    );
  },
};

function checkPurpose(attributes: JsonObject): void {
  const { tpe } = attributes;
  const needed = tpe === executeCrud ? [...ofOperations, 'tia'] : [];
  const missing = needed.find((name) => attributes[name] === undefined);
  if (missing !== undefined)
    throw new Refused('INVALID_TRIGGER_PURPOSE', `tpe (triggerPurpose): ${String(tpe)} needs ${missing}`);
  const superfluous = tpe === executeCrud ? undefined : ofOperations.find((name) => attributes[name] !== undefined);
  if (superfluous !== undefined)
    throw new Refused('INVALID_TRIGGER_PURPOSE', `tpe (triggerPurpose): ${superfluous} only goes with ${executeCrud}`);
}

/** A registree can forbid to be triggered. */
async function checkRecipient({ store, names }: Context, { tri }: JsonObject): Promise<void> {
  const base = await store.byPath(names.cseName);
  const { rows } = await store.pool.query<{ path: string }>(
    `SELECT path FROM cse.resource
     WHERE parent_no = $1 AND ty IN (2, 16) AND attributes->'tri' = $2::jsonb AND attributes->'tren' = 'false' LIMIT 1`,
    [base?.no ?? 0, JSON.stringify(tri)],
  );
  const recipient = rows[0]?.path;
  if (recipient !== undefined)
    throw new Refused('TRIGGERING_DISABLED_FOR_RECIPIENT', `tri: ${recipient} does not want to be triggered`);
}
