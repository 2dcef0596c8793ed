import {
  absoluteOrRelativeTimestamp,
  accessControlOperations,
  any,
  anyUri,
  base64,
  boolean,
  complex,
  countryCode,
  duration,
  eventCategory,
  id,
  integerBetween,
  issuedId,
  list,
  ncName,
  nonNegativeInteger,
  number,
  object,
  positiveInteger,
  resourceName,
  scheduleEntry,
  string,
  text,
  timestamp,
} from './data-type.ts';
import {
  actionState,
  contentStatus,
  evalCriteriaOperator,
  networkAction,
  stationaryIndication,
  wifiEncryptionType,
} from './enumerations.ts';

/** Complex data types of TS-0004 §6.3.5 and of releases 4 and 5. */

/** TS-0004 §6.3.5.11. */
export const scheduleEntries = complex('an object (scheduleEntries)', ['sce'], {
  sce: list(scheduleEntry, { minItems: 1, maxItems: 100 }),
});

/** Primitive content: an object with one member, named by a global element (TS-0004 §6.3.5.5, §7.5.2). */
export const primitiveContent = object('an object with one member, such as "m2m:cin"', {
  minProperties: 1,
  maxProperties: 1,
});
/** Primitives kept in resources; the procedure that uses one checks it as it would one that arrives (TS-0004 §6.4). */
export const requestPrimitive = object('a request primitive', { required: ['op'] });
export const responsePrimitive = object('a response primitive', { required: ['rsc'] });
export const filterCriteria = object('filter criteria', {});

/** Countries, and circles as latitude, longitude and radius in metres (TS-0004 §6.3.5.28). */
export const locationRegion = complex('an object (locationRegion)', [], { accc: list(countryCode), accr: list(any) });

/** TS-0004 §6.3.5.66. */
export const specializationType = complex('an object (specializationType)', [], {
  cnd: anyUri,
  mgd: nonNegativeInteger,
});

/** Releases 4 and 5. */
export const evalCriteria = complex('an object (evalCriteria)', ['optr', 'sbjt', 'thld'], {
  optr: evalCriteriaOperator,
  sbjt: ncName,
  thld: any,
});

/** TS-0004 §6.3.5.27, and of releases 4 and 5 users, a limit of uses, and criteria about the resource that is asked for. */
const accessControlContexts = complex('an object (accessControlContexts)', [], {
  actw: list(scheduleEntry),
  acip: complex('an object (IP addresses)', [], { ipv4: list(string), ipv6: list(string) }),
  aclr: locationRegion,
  acui: list(string),
  acl: nonNegativeInteger,
  acec: evalCriteria,
});

const accessControlObjectDetails = complex('an object (accessControlObjectDetails)', ['chty'], {
  ty: nonNegativeInteger,
  spty: specializationType,
  chty: list(nonNegativeInteger, { minItems: 1 }),
});

/** TS-0004 §6.3.5.27. */
const accessControlRule = complex('an object (accessControlRule)', ['acor', 'acop'], {
  acor: list(id),
  acop: accessControlOperations,
  acco: list(accessControlContexts),
  acaf: boolean,
  acod: list(accessControlObjectDetails),
  aca: list(ncName, { minItems: 1 }),
});

/** TS-0004 §6.3.5.26: `{ "acr": [ … ] }`. */
export const privileges = complex('{ "acr": [ access control rules ] }', [], {
  acr: list(accessControlRule, { maxItems: 200 }),
});

/** Session descriptions in SDP (TS-0004 §6.3.5.63). */
export const sessionDescriptions = complex('an object (sessionDescriptions)', ['sdc'], {
  sdc: list(text, { minItems: 1 }),
});

/** TS-0004 §6.3.5.40. */
export const missingData = complex('an object (missingData)', ['num', 'dur'], { num: positiveInteger, dur: duration });

/** TS-0004 §6.3.5.31. */
export const rateLimit = complex('an object (rateLimit)', ['mnn', 'tww'], { mnn: positiveInteger, tww: duration });

/** TS-0004 §6.3.5.7. */
export const eventNotificationCriteria = complex('event notification criteria', [], {
  crb: timestamp,
  cra: timestamp,
  ms: timestamp,
  us: timestamp,
  sts: positiveInteger,
  stb: nonNegativeInteger,
  exb: timestamp,
  exa: timestamp,
  sza: nonNegativeInteger,
  szb: positiveInteger,
  om: list(complex('an operation monitor', [], { ops: integerBetween(1, 63), or: id })),
  atr: list(ncName, { minItems: 1 }),
  net: list(integerBetween(1, 8), { minItems: 1, maxItems: 5, unique: true }),
  chty: list(nonNegativeInteger, { minItems: 1 }),
  md: missingData,
  fo: integerBetween(1, 3),
});

/** Reference from one management object to another (TS-0004 §6.3.5.24). */
export const mgmtLinkRef = complex('an object (mgmtLinkRef)', ['nm', 'typ', 'val'], {
  nm: resourceName,
  typ: nonNegativeInteger,
  val: anyUri,
});

/** TS-0004 §6.3.5.51. */
export const receiverESPrimRandObject = complex(
  'an object (receiverESPrimRandObject)',
  ['esri', 'esrv', 'esrx', 'esks', 'espa'],
  {
    esri: ncName,
    esrv: ncName,
    esrx: absoluteOrRelativeTimestamp,
    esks: list(nonNegativeInteger),
    espa: list(nonNegativeInteger),
  },
);

/** TS-0004 §6.3.5.52. */
export const e2eSecInfo = complex('an object (e2eSecInfo)', ['esf'], {
  esf: list(nonNegativeInteger),
  escert: list(base64),
  esro: receiverESPrimRandObject,
});

/** TS-0004 §6.3.5.65. */
export const activityPattern = complex('an object (activityPattern)', ['se'], {
  se: list(scheduleEntries, { minItems: 1 }),
  sti: stationaryIndication,
  dsi: positiveInteger,
});

/** TS-0004 §6.3.5.64. */
export const activityPatternElements = complex('an object (activityPatternElements)', [], {
  ape: list(activityPattern),
});

/** TS-0004 §6.3.5.2. */
export const deliveryMetadata = complex('an object (deliveryMetadata)', ['tcop'], {
  tcop: boolean,
  tcin: list(id, { minItems: 1 }),
});

/** TS-0004 §6.3.5.30. */
export const responseTypeInfo = complex('an object (responseTypeInfo)', ['rtv'], {
  rtv: integerBetween(1, 5),
  nu: list(anyUri, { minItems: 1 }),
});

/** TS-0004 §6.3.5.4. */
export const metaInformation = complex('an object (metaInformation)', ['rvi'], {
  ty: nonNegativeInteger,
  ot: timestamp,
  rqet: absoluteOrRelativeTimestamp,
  rset: absoluteOrRelativeTimestamp,
  oet: absoluteOrRelativeTimestamp,
  rt: responseTypeInfo,
  rp: absoluteOrRelativeTimestamp,
  rcn: integerBetween(0, 12),
  ec: eventCategory,
  da: boolean,
  gid: string,
  fc: filterCriteria,
  drt: integerBetween(1, 2),
  rids: list(string),
  tqi: boolean,
  tkns: list(text),
  tids: list(string),
  ltids: list(ncName, { minItems: 1 }),
  grtm: list(anyUri, { minItems: 1 }),
  asi: boolean,
  aus: list(string),
  auri: boolean,
  sqi: boolean,
  rvi: string,
  vsi: string,
  gstn: positiveInteger,
  omr: list(id, { minItems: 1 }),
  msu: id,
});

/** TS-0004 §6.3.5.3. */
export const aggregatedRequest = complex('an object (aggregatedRequest)', ['req'], {
  req: list(
    complex('an object (request)', ['op', 'to', 'fr', 'rqi'], {
      op: integerBetween(1, 5),
      to: anyUri,
      fr: id,
      rqi: string,
      pc: primitiveContent,
      mi: metaInformation,
    }),
    { minItems: 1 },
  ),
});

/** TS-0004 §6.3.5.32. */
export const operationResult = complex('an object (operationResult)', ['rsc', 'rqi'], {
  rsc: nonNegativeInteger,
  rqi: string,
  pc: primitiveContent,
  to: anyUri,
  fr: id,
  ot: timestamp,
  rset: absoluteOrRelativeTimestamp,
  ec: eventCategory,
  cnst: contentStatus,
  cnot: positiveInteger,
});

/** TS-0004 §6.3.5.6. */
export const batchNotify = complex('an object (batchNotify)', [], { num: nonNegativeInteger, dur: duration });

/** TS-0004 §6.3.5.15. */
export const anyArgType = complex('an object (anyArgType)', ['nm', 'val'], { nm: ncName, val: any });

/** TS-0004 §6.3.5.16. */
export const resetArguments = complex('an object (resetArgsType)', [], { any: list(anyArgType) });

/** TS-0004 §6.3.5.17. */
export const rebootArguments = complex('an object (rebootArgsType)', [], { any: list(anyArgType) });

// Which arguments are mandatory is checked by the rules of <mgmtCmd>, whose refusal has a status of its own.

/** TS-0004 §6.3.5.18. */
export const uploadArguments = complex('an object (uploadArgsType)', [], {
  ftyp: string,
  url: anyUri,
  unm: string,
  pwd: string,
  any: list(anyArgType),
});

/** TS-0004 §6.3.5.19. */
export const downloadArguments = complex('an object (downloadArgsType)', [], {
  ftyp: string,
  url: anyUri,
  unm: string,
  pwd: string,
  fsi: positiveInteger,
  tgf: string,
  dss: positiveInteger,
  surl: anyUri,
  stt: timestamp,
  cpt: timestamp,
  any: list(anyArgType),
});

/** TS-0004 §6.3.5.20. */
export const softwareInstallArguments = complex('an object (softwareInstallArgsType)', [], {
  url: anyUri,
  uuid: string,
  unm: string,
  pwd: string,
  eer: string,
  any: list(anyArgType),
});

/** TS-0004 §6.3.5.21. */
export const softwareUpdateArguments = complex('an object (softwareUpdateArgsType)', [], {
  uuid: string,
  vr: string,
  url: anyUri,
  unm: string,
  pwd: string,
  eer: string,
  any: list(anyArgType),
});

/** TS-0004 §6.3.5.22. */
export const softwareUninstallArguments = complex('an object (softwareUninstallArgsType)', [], {
  uuid: string,
  vr: string,
  eer: string,
  any: list(anyArgType),
});

/** TS-0004 §6.3.5.23. */
export const execReqArgs = complex('an object (execReqArgsListType)', [], {
  rst: list(resetArguments),
  rbo: list(rebootArguments),
  uld: list(uploadArguments),
  dld: list(downloadArguments),
  swin: list(softwareInstallArguments),
  swup: list(softwareUpdateArguments),
  swun: list(softwareUninstallArguments),
});

/** TS-0004 §6.3.5.37. */
export const deletionContexts = complex('an object (deletionContexts)', [], {
  tod: list(scheduleEntry),
  lr: list(locationRegion),
});

/** TS-0004 §6.3.5.41. */
export const tokenPermission = complex('an object (tokenPermission)', [], {
  ris: list(id, { minItems: 1 }),
  pv: privileges,
  rids: list(issuedId),
});

/** TS-0004 §6.3.5.53. */
export const tokenPermissions = complex('an object (tokenPermissions)', [], { pm: list(tokenPermission) });

/** TS-0004 §6.3.5.60. */
export const ipAddress = complex('an object (ipAddress)', [], { ip4: string, ip6: string });

/** TS-0004 §6.3.5.61. */
export const setOfPermissions = complex('an object (setOfPermissions)', [], { pv: list(privileges) });

/** TS-0004 §6.3.5.66. */
export const mashupMembers = complex('an object (mashupMembers)', ['msm'], {
  msm: list(complex('an object (mashupMember)', ['muri'], { muri: anyUri, mvl: number }), { minItems: 1 }),
});

/** TS-0004 §6.3.5.66. */
export const eventNotificationCriteriaSet = complex('an object (eventNotificationCriteriaSet)', [], {
  encn: list(eventNotificationCriteria, { minItems: 1 }),
  enc: list(eventNotificationCriteria, { minItems: 1 }),
});

/** Releases 4 and 5. */
export const setOfNotificationStatsInfo = complex(
  'an object (setOfNotificationStatsInfo)',
  ['tg', 'rqs', 'rsr', 'noec'],
  { tg: id, rqs: nonNegativeInteger, rsr: nonNegativeInteger, noec: nonNegativeInteger },
);

/** TS-0004 §6.3.5.33. */
export const aggregatedResponse = complex('an object (aggregatedResponse)', [], {
  ri: anyUri,
  'm2m:rsp': list(responsePrimitive),
});

/** TS-0004 §6.3.5.14. */
export const actionStatus = complex('an object (actionStatus)', [], { acn: anyUri, sus: actionState });

/** TS-0004 §6.3.5.54. */
export const backOffParameters = complex('an object (backOffParameters)', ['bops'], {
  bops: list(
    complex('an object (backOffParametersSet)', ['ibt', 'abt', 'mbt'], {
      nwa: networkAction,
      ibt: nonNegativeInteger,
      abt: nonNegativeInteger,
      mbt: nonNegativeInteger,
      rbt: nonNegativeInteger,
    }),
    { minItems: 1 },
  ),
});

/** TS-0004 §6.3.5.9. */
export const attributeValue = complex('an object (attribute)', ['nm', 'val'], { nm: ncName, val: any });

/** Releases 4 and 5. */
export const processConditions = complex('an object (processConditions)', ['evc', 'sri'], {
  evc: evalCriteria,
  sri: id,
});

/** Releases 4 and 5. */
export const stateTransition = complex('an object (stateTransition)', ['evc'], { evc: evalCriteria, nxst: id });

/** Releases 4 and 5. */
export const actionInput = complex('an object (actionInput)', [], { cstr: ncName, rsid: id, raid: id });

/** Releases 4 and 5. */
export const wifiCredentials = complex('an object (wifiCredentials)', ['enct'], {
  enct: wifiEncryptionType,
  unm: string,
  pwd: string,
  wepk: string,
  wpap: string,
});
