import { Refused } from '../../refusal.ts';
import { sessionState } from '../../resources/enumerations.ts';
import type { TypeRules } from '../type-rules.ts';

const { offline, online } = sessionState.of;

/** TS-0001 §9.6.57, TS-0004 §7.4.56. The session itself is a matter of the two AEs. */
export const multimediaSessionRules: TypeRules = {
  create(_context, { parent, attributes }) {
    if (parent.attributes.scp === undefined)
      throw new Refused('TARGET_HAS_NO_SESSION_CAPABILITY', `to: ${parent.path} has no sessionCapabilities (scp)`);
    attributes.sst = offline;
  },
  update(_context, { resource, given }) {
    const described = given.osd !== undefined || given.asd !== undefined;
    if (resource.attributes.sst === online && given.sst !== offline && described)
      throw new Refused('SESSION_IS_ONLINE', `osd, asd: ${resource.path} is online; its descriptions are kept`);
  },
};
