import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Log, messageOf } from '#platform';

/** A node as the flow file holds it. Tabs have no `z`; nodes of a tab carry its id in `z`. */
interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly z?: string;
  readonly [property: string]: unknown;
}

/** One tab with its nodes, or the configuration nodes that tabs share. */
interface ShippedFlow {
  readonly name: string;
  readonly nodes: readonly FlowNode[];
}

/** What was installed, so that a later version knows whether the user has changed it since. */
type InstallRecord = Record<string, { readonly installed: string; readonly nodeIds: readonly string[] }>;

const shippedFolder = new URL('../shipped/', import.meta.url);

/** @throws when a shipped file is not a list of nodes */
export function readShippedFlows(): ShippedFlow[] {
  return readdirSync(shippedFolder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => ({
      name: file.replace(/\.json$/, ''),
      nodes: JSON.parse(readFileSync(new URL(file, shippedFolder), 'utf8')) as FlowNode[],
    }));
}

/** Empty members come and go with the editor that saves the file; order says nothing either. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value)
    .filter(([, member]) => member !== '' && member !== undefined && !(Array.isArray(member) && member.length === 0))
    .map(([name, member]) => [name, canonical(member)] as const);
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)));
}

export const fingerprint = (nodes: readonly FlowNode[]): string =>
  createHash('sha256')
    .update(JSON.stringify([...nodes].sort((a, b) => (a.id < b.id ? -1 : 1)).map(canonical)))
    .digest('hex');

/** The nodes of a shipped flow as they are now: those it had, and those that were added to its tab. */
function presentNodes(flow: ShippedFlow, nodeIds: readonly string[], all: readonly FlowNode[]): FlowNode[] {
  const tabs = new Set(flow.nodes.filter(({ type }) => type === 'tab').map(({ id }) => id));
  const own = new Set([...nodeIds, ...flow.nodes.map(({ id }) => id)]);
  return all.filter(({ id, z }) => own.has(id) || (z !== undefined && tabs.has(z)));
}

/**
 * Puts the flows that ship into the flow file before Node-RED reads it. A flow that is as it was installed is brought
 * up to date; one that the user has changed, or deleted, is left alone.
 */
export function installShippedFlows(userDir: string, log: Log): void {
  const flowFile = join(userDir, 'flows.json');
  const recordFile = join(userDir, 'shipped.json');
  let flows = readJson<FlowNode[]>(flowFile) ?? [];
  const record = readJson<InstallRecord>(recordFile) ?? {};
  const before = JSON.stringify([flows, record]);
  for (const flow of readShippedFlows()) {
    const known = record[flow.name];
    const wanted = fingerprint(flow.nodes);
    const present = presentNodes(flow, known?.nodeIds ?? [], flows);
    const isUntouched = known !== undefined && fingerprint(present) === known.installed;
    const isNew = known === undefined && present.length === 0;
    if (!isNew && !isUntouched) {
      if (known?.installed !== wanted)
        log.info({ flow: flow.name }, 'a newer version of this flow ships; yours is kept');
      continue;
    }
    if (isUntouched && known.installed === wanted) continue;
    const replaced = new Set(present);
    flows = [...flows.filter((node) => !replaced.has(node)), ...flow.nodes];
    record[flow.name] = { installed: wanted, nodeIds: flow.nodes.map(({ id }) => id) };
    log.info({ flow: flow.name }, isNew ? 'flow installed' : 'flow brought up to date');
  }
  if (JSON.stringify([flows, record]) === before) return;
  writeJson(flowFile, flows);
  writeJson(recordFile, record);
}

function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new Error(`${path} cannot be read (${messageOf(error)}); restore it, for example from ${path}.backup`);
  }
}

function writeJson(path: string, content: unknown): void {
  const temporary = `${path}.new`;
  writeFileSync(temporary, `${JSON.stringify(content, null, 4)}\n`, { mode: 0o600 });
  renameSync(temporary, path);
}
