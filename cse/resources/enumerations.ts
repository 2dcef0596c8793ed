import { enumeration } from './data-type.ts';

/**
 * Enumeration types of TS-0004 §6.3.4.2, each value by the name the standard gives it.
 */

/** TS-0004 §6.3.4.2.2. */
export const cseTypeId = enumeration({ inCse: 1, mnCse: 2, asnCse: 3 });
/** TS-0004 §6.3.4.2.3. */
export const locationSource = enumeration({ networkBased: 1, deviceBased: 2, sharingBased: 3 });
/** TS-0004 §6.3.4.2.10. */
export const requestStatus = enumeration({ completed: 1, failed: 2, pending: 3, forwarded: 4, partiallyCompleted: 5 });
/** TS-0004 §6.3.4.2.12. */
export const consistencyStrategy = enumeration({ abandonMember: 1, abandonGroup: 2, setMixed: 3 });
/** TS-0004 §6.3.4.2.13. */
export const cmdType = enumeration({
  reset: 1,
  reboot: 2,
  upload: 3,
  download: 4,
  softwareInstall: 5,
  softwareUninstall: 6,
  softwareUpdate: 7,
});
/** TS-0004 §6.3.4.2.14. */
export const execModeType = enumeration({ immediateOnce: 1, immediateRepeat: 2, randomOnce: 3, randomRepeat: 4 });
/** TS-0004 §6.3.4.2.15. */
export const execStatusType = enumeration({
  initiated: 1,
  pending: 2,
  finished: 3,
  cancelling: 4,
  cancelled: 5,
  nonCancellable: 6,
});
/** TS-0004 §6.3.4.2.16. */
export const execResultType = enumeration({
  success: 0,
  requestUnsupported: 1,
  requestDenied: 2,
  cancellationDenied: 3,
  internalError: 4,
  invalidArguments: 5,
  resourcesExceeded: 6,
  fileTransferFailed: 7,
  fileTransferServerAuthenticationFailure: 8,
  unsupportedProtocol: 9,
  uploadFailed: 10,
  fileTransferFailedMulticastGroupUnableJoin: 11,
  fileTransferFailedServerContactFailed: 12,
  fileTransferFailedFileAccessFailed: 13,
  fileTransferFailedDownloadIncomplete: 14,
  fileTransferFailedFileCorrupted: 15,
  fileTransferFileAuthenticationFailure: 16,
  fileTransferWindowExceeded: 19,
  invalidUuidFormat: 20,
  unknownExecutionEnvironment: 21,
  disabledExecutionEnvironment: 22,
  executionEnvironmentMismatch: 23,
  duplicateDeploymentUnit: 24,
  systemResourcesExceeded: 25,
  unknownDeploymentUnit: 26,
  invalidDeploymentUnitState: 27,
  invalidDeploymentUnitUpdateDowngradeDisallowed: 28,
  invalidDeploymentUnitUpdateUpgradeDisallowed: 29,
  invalidDeploymentUnitUpdateVersionExists: 30,
  notFinished: 31,
});
/** TS-0004 §6.3.4.2.17. */
export const pendingNotification = enumeration({ sendLatest: 1, sendAllPending: 2 });
/** TS-0004 §6.3.4.2.20. */
export const actionState = enumeration({ uninitialized: 0, successful: 1, failure: 2, inProcess: 3 });
/** TS-0004 §6.3.4.2.21. */
export const batteryStatus = enumeration({
  normal: 1,
  charging: 2,
  chargingComplete: 3,
  damaged: 4,
  lowBattery: 5,
  notInstalled: 6,
  unknown: 7,
});
/** TS-0004 §6.3.4.2.23. */
export const logTypeId = enumeration({ system: 1, security: 2, event: 3, trace: 4, panic: 5 });
/** TS-0004 §6.3.4.2.24. */
export const logStatus = enumeration({ started: 1, stopped: 2, unknown: 3, notPresent: 4, error: 5 });
/** TS-0004 §6.3.4.2.25. */
export const eventType = enumeration({ dataOperation: 1, storageBased: 2, timerBased: 3 });
/** TS-0004 §6.3.4.2.26. */
export const statsRuleStatusType = enumeration({ active: 1, inactive: 2 });
/** TS-0004 §6.3.4.2.27. */
export const statModelType = enumeration({ eventBased: 1 });
/** TS-0004 §6.3.4.2.32. */
export const notificationTargetPolicyAction = enumeration({
  accept: 1,
  reject: 2,
  askSubscriptionCreatorFirst: 3,
  informSubscriptionCreatorOnly: 4,
});
/** TS-0004 §6.3.4.2.33. */
export const logicalOperator = enumeration({ and: 1, or: 2 });
/** TS-0004 §6.3.4.2.36. */
export const alljoynDirection = enumeration({ allJoynToOneM2M: 1, oneM2MToAllJoyn: 2 });
/** TS-0004 §6.3.4.2.43. */
export const stationaryIndication = enumeration({ stationary: 1, mobile: 2 });
/** TS-0004 §6.3.4.2.44. */
export const contentStatus = enumeration({ partialContent: 1, fullContent: 2 });
/** TS-0004 §6.3.4.2.45. */
export const networkAction = enumeration({
  cellularRegistration: 1,
  cellularAttach: 2,
  cellularPdpctxact: 3,
  cellularSms: 4,
  default: 5,
});
/** TS-0004 §6.3.4.2.46. */
export const locationInformationType = enumeration({ positionFix: 1, geofenceEvent: 2 });
/** TS-0004 §6.3.4.2.47. */
export const geofenceEventCriteria = enumeration({ entering: 1, leaving: 2, inside: 3, outside: 4 });
/** TS-0004 §6.3.4.2.48. */
export const semanticFormat = enumeration({
  iri: 1,
  functionalStyle: 2,
  owlXml: 3,
  rdfXml: 4,
  turtle: 5,
  manchester: 6,
  jsonLd: 7,
});
/** TS-0004 §6.3.4.2.49. */
export const triggerPurpose = enumeration({
  establishConnection: 1,
  registrationRequest: 2,
  executeCrud: 3,
  enrolmentRequest: 4,
});
/** TS-0004 §6.3.4.2.51. */
export const decision = enumeration({ permit: 1, deny: 2 });
/** TS-0004 §6.3.4.2.52. */
export const authorizationStatus = enumeration({
  ok: 1,
  notApplicable: 2,
  missingAttribute: 3,
  syntaxError: 4,
  processingError: 5,
});
/** TS-0004 §6.3.4.2.53. */
export const acpCombiningAlgorithm = enumeration({ permitOverrides: 1 });
/** TS-0004 §6.3.4.2.54. */
export const mashupMemberStoreType = enumeration({ uriOnly: 1, uriAndValue: 2 });
/** TS-0004 §6.3.4.2.55. */
export const mashupResultGenType = enumeration({ onCreation: 1, onRequest: 2, periodically: 3, onMemberUpdate: 4 });
/** TS-0004 §6.3.4.2.56. */
export const locationUpdateEventCriteria = enumeration({ locationChange: 0 });
/** TS-0004 §6.3.4.2.57. */
export const aeRegistrationStatus = enumeration({ active: 1, inactive: 2 });
/** TS-0004 §6.3.4.2.58. */
export const multicastCapability = enumeration({ mbms: 1, ip: 2 });
/** TS-0004 §6.3.4.2.59. */
export const sessionState = enumeration({ offline: 1, online: 2 });
/** TS-0004 §6.3.4.2.60. */
export const triggerStatus = enumeration({
  processing: 1,
  errorNseNotFound: 2,
  triggered: 3,
  delivered: 4,
  expired: 5,
  failed: 6,
  replaced: 7,
  unconfirmed: 8,
  terminated: 9,
});
/** TS-0004 §6.3.4.2.61. */
export const timeWindowType = enumeration({ periodicWindow: 1, slidingWindow: 2 });
/** TS-0004 §6.3.4.2.62. */
export const transferSelectionGuidance = enumeration({ lowestCost: 1, bestDataRates: 2 });
/** TS-0004 §6.3.4.2.63. */
export const transactionMode = enumeration({ cseControlled: 1, creatorControlled: 2 });
/** TS-0004 §6.3.4.2.64. */
export const transactionControl = enumeration({ initial: 1, lock: 2, execute: 3, commit: 4, abort: 5 });
/** TS-0004 §6.3.4.2.65. */
export const transactionState = enumeration({ initial: 1, locked: 2, executed: 3, committed: 4, error: 5, aborted: 6 });
/** TS-0004 §6.3.4.2.66. */
export const transactionLockType = enumeration({ blockAll: 1, allowRetrieves: 2 });
/** TS-0004 §6.3.4.2.67. */
export const transactionMgmtHandling = enumeration({ delete: 1, persist: 2 });
/** Releases 4 and 5. */
export const cellularNetworkBearer = enumeration({
  gsm: 0,
  tdScdma: 1,
  wcdma: 2,
  cdma2000: 3,
  wimax: 4,
  lteTdd: 5,
  lteFdd: 6,
  nbIoT: 7,
});
/** Releases 4 and 5. */
export const coverageEnhancementLevel = enumeration({
  noCoverageEnhancementInTheServingCell: 0,
  coverageEnhancementLevel0: 1,
  coverageEnhancementLevel1: 2,
  coverageEnhancementLevel2: 3,
  coverageEnhancementLevel3: 4,
});
/** Releases 4 and 5. */
export const evalCriteriaOperator = enumeration({
  equal: 1,
  notEqual: 2,
  greaterThan: 3,
  lessThan: 4,
  greaterThanOrEqual: 5,
  lessThanOrEqual: 6,
});
/** Releases 4 and 5. */
export const evalMode = enumeration({ off: 0, once: 1, periodic: 2, continuous: 3 });
/** Releases 4 and 5. */
export const eventEvaluationMode = enumeration({
  allEventsPresent: 1,
  allOrSomeEventsPresent: 2,
  allOrSomeEventsMissing: 3,
  allEventsMissing: 4,
  someEventsMissing: 5,
});
/** Releases 4 and 5. */
export const geometryType = enumeration({
  point: 1,
  lineString: 2,
  polygon: 3,
  multiPoint: 4,
  multiLineString: 5,
  multiPolygon: 6,
});
/** Releases 4 and 5. */
export const processControl = enumeration({ enable: 1, disable: 2, pause: 3, reactivate: 4 });
/** Releases 4 and 5. */
export const processStatus = enumeration({
  disabled: 1,
  enabled: 2,
  activated: 3,
  paused: 4,
  completed: 5,
  aborted: 6,
});
/** Releases 4 and 5. */
export const simStatus = enumeration({ inactive: 0, active: 1 });
/** Releases 4 and 5. */
export const simType = enumeration({ uicc: 0, removableEuicc: 1, euicc: 2, iuicc: 3 });
/** Releases 4 and 5. */
export const wifiConnectionStatus = enumeration({
  disconnected: 0,
  connected: 1,
  idle: 2,
  noSsidAvailable: 3,
  scanCompleted: 4,
  failed: 5,
  lost: 6,
});
/** Releases 4 and 5. */
export const wifiEncryptionType = enumeration({
  none: 1,
  wep: 2,
  wpaPersonal: 3,
  wpa2Personal: 4,
  wpa3Personal: 5,
  wpaEnterprise: 6,
  wpa2Enterprise: 7,
  wpa3Enterprise: 8,
});
/** Releases 4 and 5. */
export const announceSyncType = enumeration({ uniDirectional: 1, biDirectional: 2 });
/** Releases 4 and 5. */
export const beaconCriteria = enumeration({ periodic: 1, lossOfSynchronization: 2 });
