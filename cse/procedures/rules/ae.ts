import { retire } from '../../registration/enrolment.ts';
import { aeRegistrationStatus } from '../../resources/enumerations.ts';
import type { TypeRules } from '../type-rules.ts';

/** TS-0004 §7.4.5.2, TS-0001 §10.2.2; the identifier is found before (`registration/identifier.ts`). */
export const aeRules: TypeRules = {
  create(_context, { attributes, ri }) {
    attributes.aei = ri;
    if (attributes.trps === true) attributes.regs ??= aeRegistrationStatus.of.active;
  },
  delete: (context, { ri }) => retire(context, ri),
};
