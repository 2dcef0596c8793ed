import { signal } from '@preact/signals';
import type { Json, JsonObject, PageRequest } from '../contract.ts';
import { demand } from './api.ts';
import { bootstrap, describeType } from './bootstrap.ts';

/** Address of the resource that is shown. */
export const selected = signal('');
/** On a phone: whether the resource or the tree is shown. */
export const isDetailShown = signal(false);

/** A child as the tree knows it. */
export interface Reference {
  readonly nm: string;
  readonly typ: number;
  readonly val: string;
}

/** What is known of the children of a resource. */
export interface Branch {
  readonly state: 'loading' | 'ready' | 'failed';
  readonly children: readonly Reference[];
  /** Position to go on from; undefined: all are there. */
  readonly next?: number;
  readonly problem?: string;
}

export const branches = signal<ReadonlyMap<string, Branch>>(new Map());
export const expanded = signal<ReadonlySet<string>>(new Set());
/** Rises when the shown resource is to be read again. */
export const revision = signal(0);

const pageSize = 100;
/** Instances have a list of their own, which is paged by their counter; the tree holds everything else. */
const instanceTypes: ReadonlySet<number> = new Set([4, 30, 58, 10_004, 10_030, 10_058]);
const holderElements: ReadonlyMap<number, string> = new Map([
  [3, 'm2m:cnt'],
  [28, 'm2m:fcnt'],
  [29, 'm2m:ts'],
]);

export const isInstance = (type: number): boolean => instanceTypes.has(type);
export const holdsInstances = (type: number): boolean => holderElements.has(type);

/** Shows a resource, and remembers it in the address of the page. */
export function show(address: string): void {
  isDetailShown.value = true;
  if (address === selected.value) revision.value += 1;
  else location.hash = address;
}

/** Follows the address of the page: the root unless it names something else. */
export function openAddress(): void {
  const asked = decodeURIComponent(location.hash.slice(1));
  const { name } = bootstrap().cse;
  selected.value = asked === '' ? name : asked;
  if (asked !== '') isDetailShown.value = true;
  if (selected.value !== name && !selected.value.startsWith(`${name}/`)) return;
  // The way to it is opened, so that the tree shows where it is.
  const parts = selected.value.split('/').slice(0, -1);
  const above = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  for (const address of [name, ...above]) void expand(address);
}

function setBranch(address: string, branch: Branch): void {
  branches.value = new Map(branches.value).set(address, branch);
}

export async function expand(address: string, type?: number): Promise<void> {
  expanded.value = new Set(expanded.value).add(address);
  if (!branches.value.has(address)) await loadChildren(address, type);
}

export function collapse(address: string): void {
  const rest = new Set(expanded.value);
  rest.delete(address);
  expanded.value = rest;
}

/** Reads the first or the next page of children. */
export async function loadChildren(address: string, type?: number, more = false): Promise<void> {
  const before = more ? branches.value.get(address) : undefined;
  const known = before?.children ?? [];
  setBranch(address, { state: 'loading', children: known });
  try {
    const { pc, cnot } = await demand(await childrenRequest(address, type, before?.next));
    const found = referencesIn(pc).filter(({ typ }) => !isInstance(typ));
    const children = [...known, ...found];
    setBranch(address, { state: 'ready', children, ...(cnot === undefined ? {} : { next: cnot }) });
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    setBranch(address, { state: 'failed', children: known, problem });
  }
}

/** Reads the children of a resource again, if the tree shows them. */
export function refreshBranch(address: string): void {
  if (branches.value.has(address)) void loadChildren(address);
}

async function childrenRequest(to: string, type: number | undefined, ofst: number | undefined): Promise<PageRequest> {
  const fc: JsonObject = { lvl: 1, lim: pageSize, ...(ofst === undefined ? {} : { ofst }) };
  const holder = type === undefined ? undefined : holderElements.get(type);
  if (holder !== undefined) {
    const { children } = await describeType(holder);
    const types = new Set(
      children.flatMap((element) => bootstrap().types.find((one) => one.element === element)?.type ?? []),
    );
    fc.ty = [...types].filter((number) => !isInstance(number));
  }
  return { op: 2, to, rcn: 6, fc };
}

export function referencesIn(pc: JsonObject | undefined): Reference[] {
  const list = (pc?.['m2m:rrl'] as JsonObject | undefined)?.rrf ?? pc?.['m2m:rrl'];
  return Array.isArray(list) ? (list as { [name: string]: Json }[]).map((one) => one as unknown as Reference) : [];
}

export const parentOf = (address: string): string => address.split('/').slice(0, -1).join('/');
