import type { JsonObject } from '../../primitive.ts';
import { badRequest } from '../../refusal.ts';
import { eventConfigType } from '../../statistics/rule.ts';
import type { Context } from '../context.ts';
import type { TypeRules } from '../type-rules.ts';

/** TS-0001 §9.6.25, TS-0004 §7.4.25. */
export const statsCollectRules: TypeRules = {
  async create(context, { attributes, ri }) {
    await checkEvent(context, attributes);
    attributes.sci = `${context.names.cseId}/${ri}`;
  },
  update: (context, { attributes }) => checkEvent(context, attributes),
};

/** An event based collection, and there is no other, names the event it collects. */
async function checkEvent({ store }: Context, { evi }: JsonObject): Promise<void> {
  if (typeof evi !== 'string')
    throw badRequest('evi (eventID): the event of an <eventConfig> is expected, there is none');
  const event = await store.byRi(evi);
  if (event?.ty !== eventConfigType) throw badRequest(`evi (eventID): ${evi} is not the event of an <eventConfig>`);
}
