import { accessControlPolicyRules } from './rules/access-control-policy.ts';
import { actionRules } from './rules/action.ts';
import { aeRules } from './rules/ae.ts';
import { aeAnnouncedRules } from './rules/ae-announced.ts';
import { authorizationDecisionRules } from './rules/authorization-decision.ts';
import { authorizationInformationRules } from './rules/authorization-information.ts';
import { authorizationPolicyRules } from './rules/authorization-policy.ts';
import { backgroundDataTransferRules } from './rules/background-data-transfer.ts';
import { containerRules } from './rules/container.ts';
import { crossResourceSubscriptionRules } from './rules/cross-resource-subscription.ts';
import { deliveryRules } from './rules/delivery.ts';
import { dependencyRules } from './rules/dependency.ts';
import { eventConfigRules } from './rules/event-config.ts';
import { execInstanceRules } from './rules/exec-instance.ts';
import { flexContainerRules } from './rules/flex-container.ts';
import { groupRules } from './rules/group.ts';
import { localMulticastGroupRules } from './rules/local-multicast-group.ts';
import { locationPolicyRules } from './rules/location-policy.ts';
import { managementObjectRules } from './rules/management-object.ts';
import { mgmtCmdRules } from './rules/mgmt-cmd.ts';
import { multimediaSessionRules } from './rules/multimedia-session.ts';
import {
  policyDeletionRulesRules,
  targetPolicyReferenceRules,
  targetPolicyRules,
} from './rules/notification-target.ts';
import { ontologyRules } from './rules/ontology.ts';
import { primitiveProfileRules } from './rules/primitive-profile.ts';
import { processManagementRules } from './rules/process-management.ts';
import { remoteCseRules } from './rules/remote-cse.ts';
import { requestRules } from './rules/request.ts';
import { roleRules } from './rules/role.ts';
import { scheduleRules } from './rules/schedule.ts';
import { semanticDescriptorRules } from './rules/semantic-descriptor.ts';
import { semanticMashupInstanceRules } from './rules/semantic-mashup-instance.ts';
import { semanticMashupJobProfileRules } from './rules/semantic-mashup-job-profile.ts';
import { serviceSubscribedAppRuleRules } from './rules/service-subscribed-app-rule.ts';
import { serviceSubscribedNodeRules } from './rules/service-subscribed-node.ts';
import { stateRules } from './rules/state.ts';
import { statsCollectRules } from './rules/stats-collect.ts';
import { subscriptionRules } from './rules/subscription.ts';
import { timeSeriesRules } from './rules/time-series.ts';
import { timeSyncBeaconRules } from './rules/time-sync-beacon.ts';
import { tokenRules } from './rules/token.ts';
import { transactionRules } from './rules/transaction.ts';
import { transactionMgmtRules } from './rules/transaction-mgmt.ts';
import { triggerRequestRules } from './rules/trigger-request.ts';
import type { TypeRules } from './type-rules.ts';

const rulesByType: ReadonlyMap<number, TypeRules> = new Map([
  [1, accessControlPolicyRules],
  [2, aeRules],
  [3, containerRules],
  [6, deliveryRules],
  [9, groupRules],
  [16, remoteCseRules],
  [18, scheduleRules],
  [17, requestRules],
  [23, subscriptionRules],
  [25, targetPolicyReferenceRules],
  [26, targetPolicyRules],
  [27, policyDeletionRulesRules],
  [24, semanticDescriptorRules],
  [39, ontologyRules],
  [40, semanticMashupJobProfileRules],
  [41, semanticMashupInstanceRules],
  [28, flexContainerRules],
  [7, eventConfigRules],
  [8, execInstanceRules],
  [10, locationPolicyRules],
  [12, mgmtCmdRules],
  [13, managementObjectRules],
  [29, timeSeriesRules],
  [19, serviceSubscribedAppRuleRules],
  [20, serviceSubscribedNodeRules],
  [21, statsCollectRules],
  [60, timeSyncBeaconRules],
  [48, crossResourceSubscriptionRules],
  [31, roleRules],
  [32, tokenRules],
  [45, localMulticastGroupRules],
  [50, transactionMgmtRules],
  [51, transactionRules],
  [46, multimediaSessionRules],
  [47, triggerRequestRules],
  [49, backgroundDataTransferRules],
  [35, authorizationDecisionRules],
  [36, authorizationPolicyRules],
  [37, authorizationInformationRules],
  [62, primitiveProfileRules],
  [63, processManagementRules],
  [64, stateRules],
  [65, actionRules],
  [66, dependencyRules],
  [10_002, aeAnnouncedRules],
]);

export const rulesOf = (type: number): TypeRules => rulesByType.get(type) ?? {};
