import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { accessControlPolicy } from './access-control-policy.ts';
import { action } from './action.ts';
import { ae } from './ae.ts';
import { aeContactList } from './ae-contact-list.ts';
import { aeContactListPerCse } from './ae-contact-list-per-cse.ts';
import { authorizationDecision } from './authorization-decision.ts';
import { authorizationInformation } from './authorization-information.ts';
import { authorizationPolicy } from './authorization-policy.ts';
import { backgroundDataTransfer } from './background-data-transfer.ts';
import { container } from './container.ts';
import { contentInstance } from './content-instance.ts';
import { crossResourceSubscription } from './cross-resource-subscription.ts';
import { cseBase } from './cse-base.ts';
import type { ResourceDefinition } from './definition.ts';
import { delivery } from './delivery.ts';
import { dependency } from './dependency.ts';
import { dynamicAuthorizationConsultation } from './dynamic-authorization-consultation.ts';
import { eventConfig } from './event-config.ts';
import { execInstance } from './exec-instance.ts';
import { flexContainer } from './flex-container.ts';
import { type FlexContainerFile, flexContainerFilesIn } from './flex-container-file.ts';
import { flexContainerInstance } from './flex-container-instance.ts';
import { group } from './group.ts';
import { localMulticastGroup } from './local-multicast-group.ts';
import { locationPolicy } from './location-policy.ts';
import { m2mServiceSubscriptionProfile } from './m2m-service-subscription-profile.ts';
import { managementObjects } from './management/index.ts';
import { mgmtObj } from './management-object.ts';
import { mgmtCmd } from './mgmt-cmd.ts';
import { multimediaSession } from './multimedia-session.ts';
import { node } from './node.ts';
import { notificationTargetMgmtPolicyRef } from './notification-target-mgmt-policy-ref.ts';
import { notificationTargetPolicy } from './notification-target-policy.ts';
import { ontology } from './ontology.ts';
import { ontologyRepository } from './ontology-repository.ts';
import { policyDeletionRules } from './policy-deletion-rules.ts';
import { pollingChannel } from './polling-channel.ts';
import { primitiveProfile } from './primitive-profile.ts';
import { processManagement } from './process-management.ts';
import { offerFlexContainers, register, registeredTypes } from './registry.ts';
import { remoteCse } from './remote-cse.ts';
import { request } from './request.ts';
import { role } from './role.ts';
import { schedule } from './schedule.ts';
import { semanticDescriptor } from './semantic-descriptor.ts';
import { semanticMashupInstance } from './semantic-mashup-instance.ts';
import { semanticMashupJobProfile } from './semantic-mashup-job-profile.ts';
import { semanticMashupResult } from './semantic-mashup-result.ts';
import { serviceSubscribedAppRule } from './service-subscribed-app-rule.ts';
import { serviceSubscribedNode } from './service-subscribed-node.ts';
import { state } from './state.ts';
import { statsCollect } from './stats-collect.ts';
import { statsConfig } from './stats-config.ts';
import { subscription } from './subscription.ts';
import { timeSeries } from './time-series.ts';
import { timeSeriesInstance } from './time-series-instance.ts';
import { timeSyncBeacon } from './time-sync-beacon.ts';
import { token } from './token.ts';
import { transaction } from './transaction.ts';
import { transactionMgmt } from './transaction-mgmt.ts';
import { triggerRequest } from './trigger-request.ts';

/** The resource types this CSE serves, without announced variants, which follow from them. A further type is one file and one line here. */
const declared: readonly ResourceDefinition[] = [
  accessControlPolicy,
  action,
  ae,
  aeContactList,
  aeContactListPerCse,
  authorizationDecision,
  authorizationInformation,
  authorizationPolicy,
  backgroundDataTransfer,
  container,
  contentInstance,
  crossResourceSubscription,
  cseBase,
  delivery,
  dependency,
  dynamicAuthorizationConsultation,
  eventConfig,
  execInstance,
  flexContainer,
  flexContainerInstance,
  group,
  localMulticastGroup,
  locationPolicy,
  m2mServiceSubscriptionProfile,
  mgmtCmd,
  multimediaSession,
  node,
  notificationTargetMgmtPolicyRef,
  notificationTargetPolicy,
  ontology,
  ontologyRepository,
  policyDeletionRules,
  pollingChannel,
  primitiveProfile,
  processManagement,
  remoteCse,
  request,
  role,
  schedule,
  semanticDescriptor,
  semanticMashupInstance,
  semanticMashupJobProfile,
  semanticMashupResult,
  serviceSubscribedAppRule,
  serviceSubscribedNode,
  state,
  statsCollect,
  statsConfig,
  subscription,
  timeSeries,
  timeSeriesInstance,
  timeSyncBeacon,
  token,
  transaction,
  transactionMgmt,
  triggerRequest,
  mgmtObj,
  ...managementObjects,
];

for (const definition of declared) register(definition);
const standardFiles = flexContainerFilesIn(join(import.meta.dirname, 'flex-containers')).map(
  (path): FlexContainerFile => ({
    ...(JSON.parse(readFileSync(path, 'utf8')) as Omit<FlexContainerFile, 'path'>),
    path,
  }),
);
for (const file of standardFiles) offerFlexContainers(file);

/** Elements of the models that come with the CSE, by domain: `city`. */
export const standardFlexContainers = (): { readonly domain: string; readonly elements: readonly string[] }[] =>
  standardFiles.map(({ path, namespace, definitions: models }) => ({
    domain: basename(path, '.json'),
    elements: Object.keys(models).map((shortName) => `${namespace}:${shortName}`),
  }));

/** Type numbers served: `srt` of the CSEBase. */
export const servedTypes: readonly number[] = registeredTypes().sort((one, other) => one - other);

export type { CrossResourceSubscriptionAttributes } from './cross-resource-subscription.ts';
export type { Announcement, Attribute, AttributesOf, Optionality, ResourceDefinition } from './definition.ts';
export {
  definitionByElement,
  definitionFor,
  definitionOf,
  definitions,
  isKnownAttribute,
  mayHold,
  offerFlexContainers,
  register,
} from './registry.ts';
export type { SubscriptionAttributes } from './subscription.ts';
export { accessControlPolicy, ae, container, contentInstance, cseBase, subscription };
