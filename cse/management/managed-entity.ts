import { randomUUID } from 'node:crypto';
import { messageOf } from '#platform';
import { type Json, type JsonObject, operation } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { alive } from '../procedures/target.ts';
import { Refused } from '../refusal.ts';
import { execResultType } from '../resources/enumerations.ts';
import type { Resource } from '../store/resource.ts';

const aeType = 2;
const groupType = 9;
const nodeType = 14;
const answerTimeoutMs = 10_000;
const { success, requestUnsupported, requestDenied, internalError, invalidArguments } = execResultType.of;

/**
 * Nodes a command is meant for: the one `ext` names, or the members of the group it names.
 *
 * @throws Refused EXTERNAL_OBJECT_NOT_REACHABLE when one of them is not a <node> of this CSE (TS-0004 §7.3.4.1)
 */
export async function managedNodes({ targets }: Context, ext: string): Promise<Resource[]> {
  const target = alive(await targets.resourceAt(ext));
  const members = target?.ty === groupType && Array.isArray(target.attributes.mid) ? target.attributes.mid : [ext];
  const nodes: Resource[] = [];
  for (const member of members.map(String)) {
    const node = alive(await targets.resourceAt(member));
    if (node?.ty !== nodeType)
      throw new Refused('EXTERNAL_OBJECT_NOT_REACHABLE', `ext (execTarget): ${member} is not a <node> of this CSE`);
    nodes.push(node);
  }
  return nodes;
}

/**
 * Who takes commands for a node: the address of its management client, else the AEs and the CSE it hosts. No external
 * management protocol is spoken here; the session is a notification.
 */
export function agentsOf({ targets }: Context, { attributes: { mgca, hael, hcl } }: Resource): readonly string[] {
  if (typeof mgca === 'string' && URL.canParse(mgca) && targets.speaks(mgca)) return [mgca];
  return [...(Array.isArray(hael) ? hael.map(String) : []), ...(typeof hcl === 'string' ? [hcl] : [])];
}

/**
 * Shows an execution to the managed entity and waits for what it says: its first agent that answers decides.
 *
 * @param event type of event that the notification names: 3 a new execution, 1 one that is to be cancelled
 * @returns value of execResult
 */
export async function command(
  context: Context,
  execution: Resource,
  event: number,
  shown: JsonObject,
): Promise<number> {
  const { targets, names, log } = context;
  const node = alive(await targets.resourceAt(String(execution.attributes.ext)));
  if (node === undefined) return internalError;
  const content = {
    'm2m:sgn': { nev: { net: event, rep: { 'm2m:exin': shown } }, sur: `${names.cseId}/${execution.pi}` },
  };
  for (const agent of agentsOf(context, node)) {
    try {
      const { rsc } = await send(context, agent, content);
      return resultOf(rsc);
    } catch (error) {
      log.debug({ agent, path: execution.path, reason: messageOf(error) }, 'an agent of a node does not answer');
    }
  }
  return internalError;
}

async function send({ targets, names }: Context, agent: string, content: JsonObject): Promise<{ rsc: number }> {
  const signal = AbortSignal.timeout(answerTimeoutMs);
  const ae = agent.includes('://') ? undefined : await targets.resourceAt(agent);
  if (ae?.ty !== aeType) return targets.send(agent, content, signal);
  const request = {
    op: operation.notify,
    to: `${names.cseId}/${ae.ri}`,
    fr: names.cseId,
    rqi: randomUUID(),
    pc: content,
  };
  return targets.sendToAe(ae, request, signal);
}

const unsupported: ReadonlySet<number> = new Set([4005, 5001, 5207]);
const invalid: ReadonlySet<number> = new Set([4000, 6022, 6023, 6024]);

function resultOf(rsc: number): number {
  if (rsc >= 2000 && rsc < 3000) return success;
  if (unsupported.has(rsc)) return requestUnsupported;
  if (invalid.has(rsc)) return invalidArguments;
  return rsc >= 4000 && rsc < 5000 ? requestDenied : internalError;
}

export const isSuccess = (result: Json): boolean => result === success;
