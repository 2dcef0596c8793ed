import type { TypeRules } from '../type-rules.ts';

/** <AEAnnc> that stands for an AE with an identifier of the service provider, TS-0001 §10.2.2.2. */
export const aeAnnouncedRules: TypeRules = {
  create(_context, { attributes, asker, ri }) {
    const { lnk } = attributes;
    // The identifier this IN-CSE chose takes the place of the bare `S`.
    if (typeof lnk === 'string' && asker.originator.endsWith('/S') && lnk === asker.originator)
      attributes.lnk = `${lnk.slice(0, -1)}${ri}`;
  },
  updated(context, { attributes }, before) {
    context.registrationPoints.relinked(before.attributes.lnk, attributes.lnk);
  },
};
