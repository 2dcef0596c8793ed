import type { JsonObject } from '../../primitive.ts';
import { badRequest } from '../../refusal.ts';
import type { TypeRules } from '../type-rules.ts';

/** What missing data are detected by; fixed while they are. */
const detection = ['pei', 'peid', 'mdt', 'mdn'] as const;

/** TS-0001 §9.6.36, TS-0004 §7.4.38. */
export const timeSeriesRules: TypeRules = {
  create(_context, { attributes }) {
    if (typeof attributes.pei === 'number') attributes.peid ??= defaultDelta(attributes.pei);
    attributes.mdc = 0;
    check(attributes);
  },
  update(_context, { resource, given, attributes }) {
    const changed = detection.filter((name) => given[name] !== undefined);
    if (changed.length > 0 && (given.mdd !== undefined || resource.attributes.mdd === true)) {
      throw badRequest(
        `${changed.join(', ')}: cannot be changed together with mdd (missingDataDetect) or while it is true`,
      );
    }
    if (typeof given.pei === 'number' && given.peid === undefined) {
      const { peid } = attributes;
      if (typeof peid !== 'number' || peid > given.pei / 2) attributes.peid = defaultDelta(given.pei);
    }
    if (given.mdd === true || changed.length > 0) {
      delete attributes.mdlt;
      attributes.mdc = 0;
    }
    check(attributes);
  },
};

/** The local policy for a periodicIntervalDelta nobody chose: as wide as it may be. */
const defaultDelta = (pei: number): number => Math.floor(pei / 2);

function check({ pei, peid, mdd, mdt }: JsonObject): void {
  if (typeof pei === 'number' && typeof peid === 'number' && peid > pei / 2) {
    throw badRequest(`peid (periodicIntervalDelta): at most half of pei ${pei} is expected, found ${peid}`);
  }
  if (mdd !== true) return;
  if (typeof mdt !== 'number') throw badRequest('mdt (missingDataDetectTimer) is expected when mdd is true');
  if (typeof peid === 'number' && mdt <= peid) {
    throw badRequest(`mdt (missingDataDetectTimer): more than peid ${peid} is expected, found ${mdt}`);
  }
}
