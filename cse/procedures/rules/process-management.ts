import type { Asker } from '../../access/access.ts';
import type { JsonObject } from '../../primitive.ts';
import {
  type Condition,
  checkConditions,
  checkInitialState,
  checkState,
  isDisabled,
  listOf,
  stateType,
} from '../../processes/configuration.ts';
import { Refused } from '../../refusal.ts';
import { processControl, processStatus } from '../../resources/enumerations.ts';
import type { Resource } from '../../store/resource.ts';
import type { Context } from '../context.ts';
import type { TypeRules } from '../type-rules.ts';

const { disabled, enabled, activated, paused } = processStatus.of;
const { enable, disable, pause, reactivate } = processControl.of;

/** <processManagement>, release 4. */
export const processManagementRules: TypeRules = {
  create(_context, { attributes }) {
    attributes.prst = disabled;
    attributes.prct = disable;
  },
  async update(context, { resource, given, attributes, asker }) {
    for (const name of ['inst', 'atcos', 'encos'])
      if (given[name] !== undefined && !isDisabled(resource))
        throw new Refused('OPERATION_NOT_ALLOWED', `${name} can only be changed while ${resource.path} is disabled`);
    if (typeof given.inst === 'string') await checkInitialState(context, resource, given.inst);
    for (const name of ['atcos', 'encos']) await checkConditions(context, name, listOf<Condition>(given[name]), asker);
    if (given.prct !== undefined) await control(context, resource, attributes, asker);
  },
};

/** What `prct` asks for, and whether the process is in a status for it. */
async function control(context: Context, process: Resource, attributes: JsonObject, asker: Asker): Promise<void> {
  const { prst } = process.attributes;
  const expect = (status: number, name: string): void => {
    if (prst !== status)
      throw new Refused('OPERATION_NOT_ALLOWED', `prct: ${process.path} is not ${name}; its status is ${String(prst)}`);
  };
  switch (attributes.prct) {
    case enable:
      expect(disabled, 'disabled');
      await checkInitialState(context, process, attributes.inst);
      for (const name of ['atcos', 'encos'])
        await checkConditions(context, name, listOf<Condition>(attributes[name]), asker);
      for (const state of await context.store.childrenOfType(process, stateType))
        await checkState(context, state, asker);
      attributes.prst = enabled;
      break;
    case pause:
      expect(activated, 'activated');
      attributes.prst = paused;
      break;
    case reactivate:
      expect(paused, 'paused');
      attributes.prst = activated;
      break;
    default:
      attributes.prst = disabled;
      delete attributes.cust;
  }
}
