import { common, unannounced, universal } from './common.ts';
import { scheduleEntries } from './complex-types.ts';
import { id, list, string } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';
import { statModelType, statsRuleStatusType } from './enumerations.ts';

/** TS-0001 §9.6.25, TS-0004 §7.4.25. */
export const statsCollect = defineResource({
  type: 21,
  shortName: 'stcl',
  longName: 'statsCollect',
  clause: 'TS-0004 §7.4.25',
  parents: ['cb'],
  attributes: {
    ...universal,
    ...unannounced,
    cr: common.cr,
    sci: attribute('statsCollectID', string, 'NP', 'NP', { mandatory: true }),
    cei: attribute('collectingEntityID', id, 'M', 'NP', { mandatory: true }),
    cdi: attribute('collectedEntityID', list(id, { minItems: 1 }), 'O', 'NP'),
    srs: attribute('statsRuleStatus', statsRuleStatusType, 'M', 'O', { mandatory: true }),
    sm: attribute('statModel', statModelType, 'M', 'O', { mandatory: true }),
    cp: attribute('collectPeriod', scheduleEntries, 'O', 'O'),
    evi: attribute('eventID', string, 'O', 'O'),
  },
});
