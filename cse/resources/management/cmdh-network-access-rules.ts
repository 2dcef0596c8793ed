import { eventCategoryOrDefault, list } from '../data-type.ts';
import { attribute } from '../definition.ts';
import { managementObject } from '../management-object.ts';

/** TS-0001 §D.12.6, TS-0004 §D.12.7. */
export const cmdhNetworkAccessRules = managementObject({
  mgd: 1017,
  shortName: 'cmnr',
  longName: 'cmdhNetworkAccessRules',
  clause: 'TS-0004 §D.12.7',
  attributes: {
    aecs: attribute('applicableEventCategories', list(eventCategoryOrDefault), 'M', 'O', {
      mandatory: true,
      announce: 'OA',
    }),
  },
});
