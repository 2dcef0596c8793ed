import { aeStem, type Names, readAddress } from '../address.ts';
import type { Json } from '../primitive.ts';
import { eventType, statsRuleStatusType } from '../resources/enumerations.ts';
import { readSchedule } from '../schedule.ts';
import type { Resource } from '../store/resource.ts';

/** What one <statsCollect> asks to be counted, taken together with the <eventConfig> it names. */
export interface StatisticsRule {
  readonly collect: Resource;
  readonly event: Resource;
  /** Value of eventType. */
  readonly type: number;
  /** Whether requests of an entity are counted. */
  readonly collects: (entity: string) => boolean;
  /** Whether it is time to count. */
  readonly isOpen: (milliseconds: number) => boolean;
  /** Whether operations of a kind are counted. */
  readonly counts: (operation: number) => boolean;
  /** Whether events of a resource are counted. @param names addresses and identifiers the resource goes by */
  readonly concerns: (type: number, names: readonly string[]) => boolean;
  /** Size in bytes above which there is an event. */
  readonly sizeBytes: number;
}

export const collectType = 21;
export const eventConfigType = 7;

/** @returns undefined for a rule that is not active, or whose event is not configured any more */
export function ruleOf(collect: Resource, events: readonly Resource[], names: Names): StatisticsRule | undefined {
  const { srs, evi, cdi, cp } = collect.attributes;
  const event = events.find(({ attributes }) => attributes.evi === evi);
  if (srs !== statsRuleStatusType.of.active || event === undefined) return undefined;
  const { evt, opt, erts, eris, ds } = event.attributes;
  const entities = new Set(texts(cdi).map((entity) => aeStem(entity, names)));
  const schedules = texts((cp as { sce?: Json } | undefined)?.sce).map((entry) => readSchedule(entry) ?? (() => false));
  const types = new Set(Array.isArray(erts) ? erts : []);
  const resources = new Set(texts(eris).map((reference) => nameOf(reference, names)));
  return {
    collect,
    event,
    type: Number(evt),
    collects: (entity) => entities.size === 0 || entities.has(entity),
    isOpen: (milliseconds) => schedules.length === 0 || schedules.some((includes) => includes(milliseconds)),
    counts: (operation) => !Array.isArray(opt) || opt.length === 0 || opt.includes(operation),
    concerns: (type, known) =>
      (types.size === 0 || types.has(type)) && (resources.size === 0 || known.some((name) => resources.has(name))),
    sizeBytes: typeof ds === 'number' ? ds : Number.POSITIVE_INFINITY,
  };
}

/** Whether a rule is one of the kinds that requests and changes can trigger. */
export const isTimerBased = ({ type }: StatisticsRule): boolean => type === eventType.of.timerBased;

/** An address in the form resources are compared in: a path of this CSE, or an identifier. */
export function nameOf(reference: string, names: Names): string {
  const address = readAddress(reference, names);
  return address.local && address.below === undefined ? address.value : reference;
}

const texts = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
