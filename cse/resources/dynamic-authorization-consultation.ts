import { common, unannounced, universal } from './common.ts';
import { boolean, list, pointOfAccess, timestamp } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';

/** TS-0001 §9.6.40, TS-0004 §7.4.36. */
export const dynamicAuthorizationConsultation = defineResource({
  type: 34,
  shortName: 'dac',
  longName: 'dynamicAuthorizationConsultation',
  clause: 'TS-0004 §7.4.36',
  parents: ['cb', 'csr', 'ae'],
  attributes: {
    ...universal,
    ...unannounced,
    cstn: common.cstn,
    dae: attribute('dynamicAuthorizationEnabled', boolean, 'M', 'O', { mandatory: true }),
    dap: attribute('dynamicAuthorizationPoA', list(pointOfAccess), 'M', 'O', { mandatory: true }),
    dal: attribute('dynamicAuthorizationLifetime', timestamp, 'O', 'O'),
  },
});
