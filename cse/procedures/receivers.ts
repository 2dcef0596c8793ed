import { right } from '../access/rule.ts';
import { receiveFromMember } from '../cross-resource/receive.ts';
import { Refused } from '../refusal.ts';
import type { Receiver } from './receiver.ts';

/** An <AEAnnc> stands for an AE elsewhere, which gets what is sent to it (TS-0001 §10.2.13.12). */
const announcedAe: Receiver = (context, { request, asker }, { attributes: { lnk } }) => {
  const { fr: _fr, ...others } = request;
  return context.perform({ ...others, fr: asker.originator, to: String(lnk) }, asker);
};

/** What takes notifications itself, by resource type. An <AE> is not in here: its notifications are passed on to it. */
export const receivers: Readonly<Partial<Record<number, Receiver>>> = {
  5: async (context, call, resource) => {
    const { access, registrationPoints } = context;
    const { pc } = call.request;
    const { asker } = call;
    const answer = await registrationPoints.receive(call);
    if (answer !== undefined) return answer;
    if (!(await access.permits(asker, right.notify, resource))) {
      throw new Refused('ORIGINATOR_HAS_NO_PRIVILEGE', `${asker.originator} may not NOTIFY ${resource.path}`);
    }
    throw new Refused(
      'NOT_IMPLEMENTED',
      `pc: this CSE does not process ${Object.keys(pc ?? {})[0] ?? 'an empty notification'}`,
    );
  },
  48: receiveFromMember,
  10002: announcedAe,
};
