import type { JsonObject } from '../../primitive.ts';
import { Refused } from '../../refusal.ts';
import type { Resource } from '../../store/resource.ts';
import type { TypeRules } from '../type-rules.ts';

const nodeType = 14;

/** TS-0004 §7.4.9.2. */
export const scheduleRules: TypeRules = {
  create: (_context, { parent, attributes }) => checkCoordination(parent, attributes),
  async update({ store }, { resource, given }) {
    const parent = resource.parentNo === null ? undefined : await store.byNumber(resource.parentNo);
    if (parent !== undefined) checkCoordination(parent, given);
  },
};

/** Only the schedule of a node can be coordinated with an underlying network. */
function checkCoordination(parent: Resource, { nco }: JsonObject): void {
  if (nco !== undefined && parent.ty !== nodeType)
    throw new Refused('CONTENTS_UNACCEPTABLE', 'nco (networkCoordinated): only the schedule of a <node> has it');
}
