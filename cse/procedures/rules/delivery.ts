import { badRequest, Refused } from '../../refusal.ts';
import { checkRequests } from '../../remote/deliveries.ts';
import { fromTimestamp } from '../../timestamp.ts';
import type { TypeRules } from '../type-rules.ts';

/** TS-0004 §7.4.11, TS-0001 §10.2.5.8, §10.2.5.10. That only neighbouring CSEs make one is checked before. */
export const deliveryRules: TypeRules = {
  async create(context, { attributes, asker }) {
    const { tg, ls } = attributes;
    if (typeof tg !== 'string' || !/^\/[^/]+$/.test(tg)) throw badRequest('tg (target): a CSE-ID "/…" is expected');
    checkLifespan(ls);
    if (asker.originator !== context.names.cseId) await checkRequests(context, asker.originator, tg, attributes.arq);
  },
  async update(context, { resource, given, asker }) {
    if (!/^\/[^/]+$/.test(asker.originator))
      throw new Refused('OPERATION_NOT_ALLOWED', 'fr: only a CSE changes a <delivery>');
    if (given.ls !== undefined) checkLifespan(given.ls);
    const { tg } = resource.attributes;
    if (given.arq !== undefined && asker.originator !== context.names.cseId)
      await checkRequests(context, asker.originator, String(tg), given.arq);
  },
};

function checkLifespan(ls: unknown): void {
  const ends = typeof ls === 'string' ? fromTimestamp(ls) : undefined;
  if (ends !== undefined && ends <= Date.now()) throw badRequest(`ls (lifespan): ${String(ls)} is in the past`);
}
