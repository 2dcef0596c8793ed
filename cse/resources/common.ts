import { any, anyUri, id, label, list, ncName, nonNegativeInteger, resourceName, timestamp } from './data-type.ts';
import { attribute } from './definition.ts';
import { announceSyncType } from './enumerations.ts';

/** Universal attributes, TS-0001 §9.6.1.3.1: every resource has them, the CSE assigns all but the name. */
export const universal = {
  rn: attribute('resourceName', resourceName, 'O', 'NP', { mandatory: true }),
  ty: attribute('resourceType', nonNegativeInteger, 'NP', 'NP', { mandatory: true }),
  ri: attribute('resourceID', id, 'NP', 'NP', { mandatory: true }),
  pi: attribute('parentID', id, 'NP', 'NP', { mandatory: true }),
  ct: attribute('creationTime', timestamp, 'NP', 'NP', { mandatory: true }),
  lt: attribute('lastModifiedTime', timestamp, 'NP', 'NP', { mandatory: true }),
} as const;

/** Attributes most types share, TS-0001 §9.6.1.3.2, in the form most types declare them. */
export const common = {
  et: attribute('expirationTime', timestamp, 'O', 'O', { mandatory: true, announce: 'MA' }),
  lbl: attribute('labels', list(label), 'O', 'O', { announce: 'MA' }),
  acpi: attribute('accessControlPolicyIDs', list(anyUri, { minItems: 1, maxItems: 50 }), 'O', 'O', { announce: 'MA' }),
  daci: attribute('dynamicAuthorizationConsultationIDs', list(anyUri, { minItems: 1, maxItems: 50 }), 'O', 'O', {
    announce: 'OA',
  }),
  cr: attribute('creator', any, 'O', 'NP'),
  cstn: attribute('custodian', id, 'O', 'O'),
} as const;

/** The same in resources that are never announced. */
export const unannounced = {
  et: { ...common.et, announce: 'NA' },
  lbl: { ...common.lbl, announce: 'NA' },
  acpi: { ...common.acpi, announce: 'NA' },
  daci: { ...common.daci, announce: 'NA' },
} as const;

/** Attributes of announceable resources. */
export const announceable = {
  at: attribute('announceTo', list(anyUri), 'O', 'O'),
  aa: attribute('announcedAttribute', list(ncName), 'O', 'O'),
  ast: attribute('announceSyncType', announceSyncType, 'O', 'O', { announce: 'MA' }),
} as const;
