import { checkArguments, checkCommandType, checkExecutable } from '../../management/arguments.ts';
import { cancel, execute } from '../../management/executions.ts';
import { agentsOf, managedNodes } from '../../management/managed-entity.ts';
import { Refused } from '../../refusal.ts';
import { execModeType, execStatusType } from '../../resources/enumerations.ts';
import { changeResource } from '../own-change.ts';
import type { TypeRules } from '../type-rules.ts';

const execInstanceType = 8;

/** TS-0001 §9.6.16, TS-0004 §7.4.16. */
export const mgmtCmdRules: TypeRules = {
  create(_context, { attributes }) {
    checkCommandType(attributes.cmt);
    checkArguments(attributes.cmt, attributes.exra);
    attributes.exe ??= false;
    attributes.exm ??= execModeType.of.immediateOnce;
  },
  async update(context, { resource, given, attributes }) {
    checkArguments(attributes.cmt, given.exra === null ? undefined : given.exra);
    if (given.ext !== undefined || given.exm !== undefined) {
      if ((await context.store.childrenOfType(resource, execInstanceType)).length > 0)
        throw new Refused('OPERATION_NOT_ALLOWED', `ext, exm: ${resource.path} has executions already`);
    }
    if (given.exe !== true) return;
    checkExecutable(attributes.cmt, attributes.exra);
    for (const node of await managedNodes(context, String(attributes.ext)))
      if (agentsOf(context, node).length === 0)
        throw new Refused(
          'MGMT_SESSION_CANNOT_BE_ESTABLISHED',
          `ext: ${node.path} names nobody who takes commands (mgca, hael, hcl)`,
        );
  },
  async updated(context, resource, _before, asker, given) {
    if (given.exe !== true) return;
    for (const node of await managedNodes(context, String(resource.attributes.ext)))
      await execute(context, resource, node, asker.originator);
  },
  async delete(context, resource) {
    for (const execution of await context.store.childrenOfType(resource, execInstanceType))
      if (await cancel(context, execution, resource.attributes.cmt))
        await changeResource(context, execution.no, () => ({ exs: execStatusType.of.cancelled }));
  },
};
