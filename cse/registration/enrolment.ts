import { randomUUID } from 'node:crypto';
import { messageOf } from '#platform';
import { cseOf } from '../address.ts';
import { type Json, type JsonObject, operation, type RequestPrimitive } from '../primitive.ts';
import type { Answer, Context } from '../procedures/context.ts';
import { Refused } from '../refusal.ts';
import { statusName } from '../response-status.ts';

const aeAnnouncedType = 10_002;
const element = 'm2m:aeA';
const infrastructureType = 1;
const never = '99991231T235959';
const release = '3';
/** Value of `link` while the AE is registered nowhere (TS-0004 §7.4.5.2.4). */
export const inactive = 'INACTIVE';

export interface Enrolment {
  /** AE-ID-Stem, or `S` when the IN-CSE shall choose. */
  readonly stem: string;
  readonly api: Json | undefined;
  readonly srv: Json | undefined;
  readonly credentialId: string | undefined;
}

/**
 * Tells the IN-CSE that an AE with an identifier of the service provider (`S…`) registers here: it keeps an <AEAnnc> for
 * it (TS-0001 §10.2.2.2 cases a, b and e, TS-0004 §7.4.5.2.1).
 *
 * @returns AE-ID-Stem
 * @throws Refused TARGET_NOT_REACHABLE without a way to the IN-CSE; with the status the IN-CSE answers
 */
export async function enrol(context: Context, { stem, api, srv, credentialId = '' }: Enrolment): Promise<string> {
  const { cseId } = context.names;
  const { id, base } = await infrastructureCse(context);
  const lbl = [`Credential-ID:${credentialId}`];
  const lnk = `${cseId}/${stem}`;
  if (stem !== 'S') {
    const renewed = await ask(context, stem, {
      op: operation.update,
      to: `${id}/${stem}`,
      pc: { [element]: { lnk, lbl } },
    });
    if (renewed.rsc === 2004) return stem;
    if (renewed.rsc !== 4004) throw refused(renewed);
  }
  const representation: JsonObject = { et: never, lnk, lbl, api: api ?? null, srv: srv ?? null };
  const created = await ask(context, stem, {
    op: operation.create,
    to: base,
    ty: aeAnnouncedType,
    pc: { [element]: representation },
  });
  const announced = created.pc?.[element];
  const ri =
    typeof announced === 'object' && announced !== null && !Array.isArray(announced) ? announced.ri : undefined;
  if (created.rsc !== 2001 || typeof ri !== 'string') throw refused(created);
  return ri;
}

/** The AE is no longer registered here: its <AEAnnc> stays and says so (TS-0004 §7.4.5.2.4). Never rejects. */
export async function retire(context: Context, stem: string): Promise<void> {
  if (!stem.startsWith('S') || context.settings.type === 'IN') return;
  try {
    const { id } = await infrastructureCse(context);
    const answer = await ask(context, stem, {
      op: operation.update,
      to: `${id}/${stem}`,
      pc: { [element]: { lnk: inactive } },
    });
    if (answer.rsc >= 4000) throw refused(answer);
  } catch (error) {
    context.log.warn({ ae: stem, reason: messageOf(error) }, 'the IN-CSE does not know yet that an AE is gone');
  }
}

/**
 * Stem of an AE that another CSE enrols here.
 * @returns undefined when this is another announcement
 */
export function stemOfEnrolment(originator: string, { lnk }: JsonObject): string | undefined {
  const cse = cseOf(originator);
  const stem = cse === undefined ? '' : originator.slice(cse.length + 1);
  return stem.startsWith('S') && lnk === `${cse}/${stem}` ? stem : undefined;
}

async function infrastructureCse({ remote: { directory } }: Context): Promise<{ id: string; base: string }> {
  const registrar = directory.registrar === undefined ? undefined : await directory.of(directory.registrar);
  const { cst, csi, ici, cb } = registrar?.attributes ?? {};
  const id = cst === infrastructureType ? csi : ici;
  if (typeof id !== 'string') {
    throw new Refused(
      'TARGET_NOT_REACHABLE',
      'fr: identifiers that begin with S are given by the IN-CSE, and no way leads there',
    );
  }
  return { id, base: cst === infrastructureType && typeof cb === 'string' ? cb : `${id}/-` };
}

function ask(context: Context, stem: string, request: Omit<RequestPrimitive, 'rqi' | 'fr'>): Promise<Answer> {
  const originator = `${context.names.cseId}/${stem}`;
  return context.perform(
    { ...request, fr: originator, rqi: randomUUID(), rvi: release },
    { originator, authenticated: true, registered: true },
  );
}

function refused({ rsc, pc }: Answer): Refused {
  const why = pc?.['m2m:dbg'];
  return new Refused(
    statusName(rsc) ?? 'INTERNAL_SERVER_ERROR',
    `fr: the IN-CSE does not register it: ${typeof why === 'string' ? why : rsc}`,
  );
}
