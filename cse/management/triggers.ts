import type { Json, JsonObject } from '../primitive.ts';
import { badRequest } from '../refusal.ts';
import { actionState, logStatus, wifiConnectionStatus } from '../resources/enumerations.ts';

const { uninitialized, successful, failure, inProcess } = actionState.of;

/** An attribute that, set to true, makes the device do something. */
interface Trigger {
  readonly name: string;
  /** Attribute in which the device says how far it is; without one it is only told. */
  readonly status?: string;
  /** What the CSE knows at once to be the consequence. */
  readonly consequence?: (attributes: JsonObject) => JsonObject;
  /** What holds once the device has said that it succeeded. */
  readonly outcome?: JsonObject;
  /** Whether the attribute is absent, instead of false, while nothing is asked for. */
  readonly absent?: boolean;
}

/** Triggers of each management object, by short name (TS-0004 §D.2 to §D.11; wifiClient: release 4). */
const triggersOf: Readonly<Record<string, readonly Trigger[]>> = {
  fwr: [{ name: 'ud', status: 'uds' }],
  swr: [
    { name: 'in', status: 'ins' },
    { name: 'un', status: 'ins' },
    { name: 'act', status: 'acts' },
    { name: 'dea', status: 'acts' },
  ],
  dvc: [
    { name: 'ena', status: 'cas', outcome: { cus: true }, absent: true },
    { name: 'dis', status: 'cas', outcome: { cus: false }, absent: true },
  ],
  rbo: [{ name: 'rbo' }, { name: 'far' }],
  evl: [
    { name: 'lga', consequence: () => ({ lgst: logStatus.of.started }) },
    { name: 'lgo', consequence: () => ({ lgst: logStatus.of.stopped }) },
  ],
  wific: [{ name: 'ud' }, { name: 'scan' }, { name: 'trdst', consequence: ({ rdst }) => ({ rdst: rdst !== true }) }],
};

/** Triggers that contradict each other. */
const contradictions = [
  ['in', 'un'],
  ['act', 'dea'],
  ['rbo', 'far'],
  ['lga', 'lgo'],
  ['ena', 'dis'],
] as const;

/** What a new management object holds where its originator says nothing. */
const initially: Readonly<Record<string, JsonObject>> = {
  fwr: { uds: { sus: uninitialized } },
  swr: { in: false, un: false, ins: { sus: uninitialized } },
  rbo: { rbo: false, far: false },
  evl: { lga: false, lgo: false },
  wific: { cons: wifiConnectionStatus.of.disconnected, scanr: [], ud: false, trdst: false },
};

/** Fills in what the CSE chooses for a new management object. */
export function initialize(shortName: string, attributes: JsonObject): void {
  for (const [name, value] of Object.entries(initially[shortName] ?? {})) attributes[name] ??= structuredClone(value);
}

/** @throws Refused BAD_REQUEST for two triggers that contradict each other, or one that can only be true */
export function checkTriggers(shortName: string, given: JsonObject): void {
  const triggers = triggersOf[shortName] ?? [];
  const own = triggers.map(({ name }) => name);
  for (const [one, other] of contradictions) {
    if (own.includes(one) && given[one] === true && given[other] === true)
      throw badRequest(`${one}, ${other}: only one of them can be true`);
  }
  for (const { name, absent } of triggers)
    if (absent === true && given[name] === false) throw badRequest(`${name}: true is expected, found false`);
}

/**
 * What triggers bring about: a status that says the device is at work; and, when the device has said that it is done, a
 * trigger that can be set again.
 *
 * @param ri identifier of the object: a status names its action by the address of the trigger
 * @param attributes as they will be stored; changed in place
 */
export function applyTriggers(shortName: string, ri: string, given: JsonObject, attributes: JsonObject): void {
  const triggers = triggersOf[shortName] ?? [];
  for (const trigger of triggers) {
    const { name, status, consequence } = trigger;
    if (given[name] === true) {
      for (const other of triggers)
        if (other.name !== name && other.status === status && status) reset(other, attributes);
      if (status !== undefined) attributes[status] = { acn: `${ri}#${name}`, sus: inProcess };
      if (consequence !== undefined) {
        Object.assign(attributes, consequence(attributes));
        reset(trigger, attributes);
      }
    } else if (status !== undefined && given[status] !== undefined && attributes[name] === true) {
      const state = stateOf(given[status]);
      if (state === successful) Object.assign(attributes, trigger.outcome);
      if (state === successful || state === failure) reset(trigger, attributes);
    }
  }
}

/** Triggers of which the device is only told, and which are set back once it has been. */
export const momentary = (shortName: string): readonly string[] =>
  (triggersOf[shortName] ?? [])
    .filter(({ status, consequence }) => status === undefined && consequence === undefined)
    .map(({ name }) => name);

const stateOf = (status: Json | undefined): Json | undefined => (status as JsonObject | null | undefined)?.sus;

function reset({ name, absent }: Trigger, attributes: JsonObject): void {
  if (absent === true) delete attributes[name];
  else if (attributes[name] !== undefined) attributes[name] = false;
}
