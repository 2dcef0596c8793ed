import { badRequest, Refused } from '../../refusal.ts';
import { alreadyRegistered } from '../../registration/identifier.ts';
import type { Context } from '../context.ts';
import type { TypeRules } from '../type-rules.ts';

const infrastructure = 1;

/** Registration of other CSEs, TS-0004 §7.4.4.2, TS-0001 §10.2.2.7. Who may try it is decided before (`access/registration.ts`). */
export const remoteCseRules: TypeRules = {
  async create(context, { attributes, asker }) {
    const { names, remote, settings } = context;
    const mirror = asker.originator === names.cseId;
    if (!mirror) {
      if (settings.type === 'ASN')
        throw new Refused('OPERATION_NOT_ALLOWED', 'ty: no CSE can register with an ASN-CSE');
      attributes.csi = asker.originator;
    }
    const { csi } = attributes;
    if (typeof csi !== 'string' || !/^\/[^/]+$/.test(csi)) throw badRequest('csi (CSE-ID): a CSE-ID "/…" is expected');
    if (csi === names.cseId) throw badRequest(`csi (CSE-ID): ${csi} is this CSE itself`);
    if (attributes.cst === infrastructure && !mirror && settings.type === 'IN' && isOurs(attributes.spi, context)) {
      throw badRequest('cst (cseType): an IN-CSE does not register with the IN-CSE of its own service provider');
    }
    if ((await remote.directory.of(csi)) !== undefined) throw alreadyRegistered(csi);
    attributes.spi ??= names.spId;
    checkDescendants(context, attributes.dcse);
  },
  update(context, { given }) {
    checkDescendants(context, given.dcse);
  },
};

const isOurs = (spi: unknown, { names }: Context): boolean =>
  spi === undefined || spi === names.spId || `//${String(spi)}` === names.spId;

/** A CSE cannot be below itself. */
function checkDescendants({ names }: Context, dcse: unknown): void {
  if (Array.isArray(dcse) && dcse.includes(names.cseId)) {
    throw badRequest(`dcse (descendantCSEs): ${names.cseId} is this CSE, which would then be below itself`);
  }
}
