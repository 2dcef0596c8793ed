import { cancel } from '../../management/executions.ts';
import type { Json } from '../../primitive.ts';
import { Refused } from '../../refusal.ts';
import { execStatusType } from '../../resources/enumerations.ts';
import type { Resource } from '../../store/resource.ts';
import type { Context } from '../context.ts';
import type { TypeRules } from '../type-rules.ts';

/** TS-0001 §9.6.17, TS-0004 §7.4.17. */
export const execInstanceRules: TypeRules = {
  async update(context, { resource, given, attributes }) {
    if (given.exd !== true) return;
    if (!(await cancel(context, resource, await commandType(context, resource))))
      throw new Refused('ALREADY_COMPLETE', `exd: ${resource.path} is over`);
    attributes.exs = execStatusType.of.cancelled;
  },
  async delete(context, resource) {
    await cancel(context, resource, await commandType(context, resource));
  },
};

async function commandType({ store }: Context, { parentNo }: Resource): Promise<Json | undefined> {
  const command = parentNo === null ? undefined : await store.byNumber(parentNo);
  return command?.attributes.cmt;
}
