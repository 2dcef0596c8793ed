import { common, unannounced, universal } from './common.ts';
import { eventNotificationCriteriaSet, setOfNotificationStatsInfo } from './complex-types.ts';
import { anyUri, boolean, duration, eventCategory, list, positiveInteger } from './data-type.ts';
import { type AttributesOf, attribute, defineResource } from './definition.ts';
import { eventEvaluationMode, timeWindowType } from './enumerations.ts';

/** TS-0001 §9.6.58, TS-0004 §7.4.58. */
export const crossResourceSubscription = defineResource({
  type: 48,
  shortName: 'crs',
  longName: 'crossResourceSubscription',
  clause: 'TS-0004 §7.4.58',
  parents: ['cb', 'csr', 'ae'],
  virtualChildren: ['ntsr'],
  attributes: {
    ...universal,
    ...unannounced,
    cr: common.cr,
    cstn: common.cstn,
    rrat: attribute('regularResourcesAsTarget', list(anyUri, { minItems: 1 }), 'O', 'NP'),
    srat: attribute('subscriptionResourcesAsTarget', list(anyUri, { minItems: 1 }), 'O', 'NP'),
    rrats: attribute('regularResourcesAsTargetSubscriptions', list(anyUri, { minItems: 1 }), 'NP', 'NP'),
    twt: attribute('timeWindowType', timeWindowType, 'M', 'O', { mandatory: true }),
    tws: attribute('timeWindowSize', duration, 'M', 'O', { mandatory: true }),
    encs: attribute('eventNotificationCriteriaSet', eventNotificationCriteriaSet, 'O', 'NP'),
    nec: attribute('notificationEventCat', eventCategory, 'O', 'NP'),
    exc: attribute('expirationCounter', positiveInteger, 'O', 'O'),
    nu: attribute('notificationURI', list(anyUri, { minItems: 1, maxItems: 50 }), 'M', 'O', { mandatory: true }),
    su: attribute('subscriberURI', anyUri, 'O', 'NP'),
    eem: attribute('eventEvaluationMode', eventEvaluationMode, 'O', 'O'),
    nse: attribute('notificationStatsEnable', boolean, 'O', 'O'),
    nsi: attribute('notificationStatsInfo', list(setOfNotificationStatsInfo), 'NP', 'NP'),
  },
});

export type CrossResourceSubscriptionAttributes = AttributesOf<typeof crossResourceSubscription.attributes>;
