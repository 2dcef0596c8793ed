import { Refused } from '../../refusal.ts';
import { requestStatus } from '../../resources/enumerations.ts';
import type { TypeRules } from '../type-rules.ts';

/** TS-0004 §7.4.12.2.4: deleting a <request> recalls what it stands for, as long as that has not begun. */
export const requestRules: TypeRules = {
  async delete({ requests }, { no, path, attributes: { rs } }) {
    const { pending, forwarded, partiallyCompleted } = requestStatus.of;
    const recalled = rs === pending && (await requests.recall(no));
    if (!recalled && (rs === pending || rs === forwarded || rs === partiallyCompleted))
      throw new Refused('UNABLE_TO_RECALL_REQUEST', `to: what ${path} stands for is being carried out`);
  },
};
