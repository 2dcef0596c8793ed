import { randomUUID } from 'node:crypto';
import type { Asker } from '../access/access.ts';
import { right } from '../access/rule.ts';
import { type Json, type JsonObject, operation } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { Refused } from '../refusal.ts';
import { definitionOf } from '../resources/index.ts';
import { responseStatus } from '../response-status.ts';
import { fanOutName, type Member } from './member.ts';

const groupType = 9;

/** Member types that stand for virtual resources, TS-0004 §6.3.4.2.11. */
export const virtualMemberTypes: Readonly<Record<string, number>> = { ol: 20001, la: 20002, msp: 20003 };

/** What members of a group have to be: `mt` and `spty`. */
export interface Wanted {
  readonly mt: number;
  readonly spty?: { readonly cnd?: string; readonly mgd?: number };
}

/** `unreachable`: another CSE hosts the member and does not answer. */
export type Verdict = 'conforms' | 'deviates' | 'unreachable';

/**
 * Whether a member is of the type its group asks for (TS-0004 §7.4.13.2.1).
 *
 * @param asker on whose behalf members are looked at
 * @throws Refused RECEIVER_HAS_NO_PRIVILEGE when it may not be looked at; NOT_FOUND when its CSE says there is none
 */
export async function judge(context: Context, asker: Asker, member: Member, wanted: Wanted): Promise<Verdict> {
  const attributes = await attributesOfMember(context, asker, member);
  if (attributes === undefined) return 'unreachable';
  return conforms(attributes, member.virtual, wanted) ? 'conforms' : 'deviates';
}

function conforms(attributes: JsonObject, virtual: string | undefined, { mt, spty }: Wanted): boolean {
  const { ty } = attributes;
  const known = spty?.mgd ?? spty?.cnd;
  if (virtual === fanOutName) {
    if (ty !== groupType || attributes.mt !== mt) return false;
    const inner = attributes.spty as JsonObject | undefined;
    return known === undefined || inner?.mgd === known || inner?.cnd === known;
  }
  if (virtual !== undefined) {
    const holder = typeof ty === 'number' ? definitionOf(ty, specializationIn(attributes)) : undefined;
    return virtualMemberTypes[virtual] === mt && holder?.virtualChildren.includes(virtual) === true;
  }
  return ty === mt && (known === undefined || specializationIn(attributes) === known);
}

const specializationIn = ({ mgd, cnd }: JsonObject): Json | undefined => mgd ?? cnd;

/** Attributes of a member; of the resource it belongs to, when it is virtual. Undefined: unreachable. */
async function attributesOfMember(
  context: Context,
  asker: Asker,
  { id, resource, virtual }: Member,
): Promise<JsonObject | undefined> {
  if (resource !== undefined) {
    if (!(await context.access.permits(asker, right.retrieve, resource))) throw noPrivilege(id);
    return { ty: resource.ty, ...resource.attributes };
  }
  const to = virtual === undefined ? id : id.slice(0, -virtual.length - 1);
  const request = { op: operation.retrieve, to, fr: asker.originator, rqi: randomUUID(), rvi: '3' };
  const { rsc, pc } = await context.perform(request, asker);
  if (rsc === responseStatus.ORIGINATOR_HAS_NO_PRIVILEGE.rsc) throw noPrivilege(id);
  if (rsc === responseStatus.NOT_FOUND.rsc) throw new Refused('NOT_FOUND', `mid (memberIDs): there is no ${id}`);
  const [representation] = Object.values(pc ?? {});
  const isObject = typeof representation === 'object' && representation !== null && !Array.isArray(representation);
  return rsc === responseStatus.OK.rsc && isObject ? representation : undefined;
}

const noPrivilege = (id: string): Refused =>
  new Refused('RECEIVER_HAS_NO_PRIVILEGE', `mid (memberIDs): the type of ${id} may not be looked at`);
