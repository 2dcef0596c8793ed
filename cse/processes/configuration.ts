import type { Asker } from '../access/access.ts';
import { right } from '../access/rule.ts';
import { type Criteria, checkCriteria } from '../actions/criteria.ts';
import { findSubject, referenceOf } from '../actions/subject.ts';
import type { Json, JsonObject } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { Refused } from '../refusal.ts';
import type { Resource } from '../store/resource.ts';

export const processType = 63;
export const stateType = 64;
const actionType = 65;

/** One of `atcos` or `encos`. */
export interface Condition {
  readonly sri: string;
  readonly evc: Criteria;
}

/** One of `sttrs`: where to go when the criteria hold; nowhere means that the process is completed. */
export interface Transition {
  readonly evc: Criteria;
  readonly nxst?: string;
}

export const listOf = <T>(value: Json | undefined): readonly T[] =>
  Array.isArray(value) ? (value as unknown as T[]) : [];

const invalid = (message: string, cause?: unknown): Refused =>
  new Refused('INVALID_PROCESS_CONFIGURATION', message, { cause });

/** @throws Refused INVALID_PROCESS_CONFIGURATION: `inst` is no state of the process */
export async function checkInitialState(context: Context, process: Resource, inst: Json | undefined): Promise<void> {
  if (typeof inst !== 'string') throw invalid('inst (initialState): a state of the process is expected, there is none');
  await childOf(context, process, 'inst (initialState)', inst, stateType);
}

/** @throws Refused INVALID_PROCESS_CONFIGURATION: a subject is unknown or not readable, or does not go with its criteria */
export async function checkConditions(
  context: Context,
  name: string,
  conditions: readonly Condition[],
  asker: Asker,
): Promise<void> {
  for (const { sri, evc } of conditions) await checkSubject(context, name, sri, evc, asker);
}

/** @throws Refused INVALID_PROCESS_CONFIGURATION: action or next state are not where they belong, or criteria do not fit */
export async function checkState(context: Context, state: Resource, asker: Asker): Promise<void> {
  const process = await context.store.byNumber(state.parentNo ?? 0);
  if (process === undefined) return;
  const { stac, sttrs } = state.attributes;
  if (typeof stac === 'string') await childOf(context, state, 'stac (stateAction)', stac, actionType);
  for (const { evc, nxst } of listOf<Transition>(sttrs)) {
    if (nxst !== undefined) await childOf(context, process, 'sttrs/nxst', nxst, stateType);
    await checkSubject(context, 'sttrs', await transitionSubject(context, state), evc, asker);
  }
}

/** What the transitions of a state look at: what its action looks at; the state itself when it has no action. */
export async function transitionSubject(context: Context, state: Resource): Promise<string> {
  const { stac } = state.attributes;
  const action = typeof stac === 'string' ? await context.targets.resourceAt(stac) : undefined;
  return action === undefined ? state.ri : referenceOf(action);
}

async function childOf(
  context: Context,
  parent: Resource,
  name: string,
  reference: string,
  type: number,
): Promise<void> {
  const child = await context.targets.resourceAt(reference);
  if (child?.ty !== type || child.parentNo !== parent.no)
    throw invalid(`${name}: ${reference} is not ${type === stateType ? 'a <state>' : 'an <action>'} of ${parent.path}`);
}

async function checkSubject(
  context: Context,
  name: string,
  reference: string,
  evc: Criteria,
  asker: Asker,
): Promise<void> {
  try {
    const { resource, definition } = await findSubject(context, name, reference);
    if (!(await context.access.permits(asker, right.retrieve, resource)))
      throw invalid(`${name}: ${asker.originator} may not RETRIEVE ${resource.path}`);
    checkCriteria(`${name}/evc`, evc, definition);
  } catch (error) {
    if (error instanceof Refused && error.status === 'BAD_REQUEST') throw invalid(error.message, error);
    throw error;
  }
}

/** Whether a process leaves its configuration open to change. */
export const isDisabled = ({ attributes: { prst } }: { attributes: JsonObject }): boolean => prst === 1;
