import { accessControlPolicyRules } from './rules/access-control-policy.ts';
import { actionRules } from './rules/action.ts';
import { aeRules } from './rules/ae.ts';
import { containerRules } from './rules/container.ts';
import { dependencyRules } from './rules/dependency.ts';
import { flexContainerRules } from './rules/flex-container.ts';
import { groupRules } from './rules/group.ts';
import { processManagementRules } from './rules/process-management.ts';
import { remoteCseRules } from './rules/remote-cse.ts';
import { stateRules } from './rules/state.ts';
import { subscriptionRules } from './rules/subscription.ts';
import type { TypeRules } from './type-rules.ts';

const rulesByType: ReadonlyMap<number, TypeRules> = new Map([
  [1, accessControlPolicyRules],
  [2, aeRules],
  [3, containerRules],
  [9, groupRules],
  [16, remoteCseRules],
  [23, subscriptionRules],
  [28, flexContainerRules],
  [63, processManagementRules],
  [64, stateRules],
  [65, actionRules],
  [66, dependencyRules],
]);

export const rulesOf = (type: number): TypeRules => rulesByType.get(type) ?? {};
