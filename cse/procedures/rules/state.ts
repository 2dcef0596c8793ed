import { checkState, isDisabled } from '../../processes/configuration.ts';
import { Refused } from '../../refusal.ts';
import type { Resource } from '../../store/resource.ts';
import type { Context } from '../context.ts';
import type { TypeRules } from '../type-rules.ts';

/** <state>, release 4. What it refers to is checked when the process is enabled, and earlier when it is changed. */
export const stateRules: TypeRules = {
  create(_context, { parent, attributes }) {
    refuseWhileEnabled(parent, 'a <state> can only be added');
    attributes.sact = false;
  },
  async update(context, { resource, given, attributes, asker }) {
    if (given.stac === undefined && given.sttrs === undefined) return;
    refuseWhileEnabled(await processOf(context, resource), 'stac and sttrs can only be changed');
    await checkState(context, { ...resource, attributes }, asker);
  },
  async delete(context, resource) {
    refuseWhileEnabled(await processOf(context, resource), 'a <state> can only be deleted');
  },
};

const processOf = async ({ store }: Context, { parentNo }: Resource): Promise<Resource | undefined> =>
  parentNo === null ? undefined : store.byNumber(parentNo);

function refuseWhileEnabled(process: Resource | undefined, what: string): void {
  if (process !== undefined && !isDisabled(process))
    throw new Refused('OPERATION_NOT_ALLOWED', `${what} while ${process.path} is disabled`);
}
