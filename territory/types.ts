import type { Router } from 'express';
import type { Geometry } from 'geojson';
import type { Attribute, EntityFragment, JsonValue, LocalizedText, TypeDescription } from '#ontologies';

export type { Attribute, EntityFragment, JsonValue, LocalizedText, TypeDescription };

/** Where something came from, down to the oneM2M resource. */
export interface Origin {
  /** Hierarchical address of the content instance, e.g. `cse-in/light-0001/state/4f2a`. */
  readonly resource: string;
  /** Sequence number in the change feed of the CSE. */
  readonly sequence?: number;
  /** `<mapping>@<version>` that produced it. */
  readonly mapping?: string;
}

/** An attribute as last known, with its origin. */
export type KnownAttribute = Attribute & { readonly origin?: Origin };

/** Current state of an entity. */
export interface Entity {
  readonly id: string;
  readonly type: string;
  /** From the attribute `name`. */
  readonly name?: string;
  /** From `address.addressLocality`. */
  readonly commune?: string;
  /** From the attribute `location`: GeoJSON, WGS 84. */
  readonly geometry?: Geometry;
  readonly attributes: Readonly<Record<string, KnownAttribute>>;
  /** Commit-ordered change number, shared by entities, alerts and commands. */
  readonly seq: number;
  /** Reception of the first and of the last stored change, ISO 8601 UTC. */
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Reception of the last observation, ISO 8601 UTC; absent before the first one. */
  readonly heardAt?: string;
}

/** West, south, east, north in WGS 84 degrees; west > east crosses the antimeridian. */
export type BoundingBox = readonly [west: number, south: number, east: number, north: number];

export interface EntityFilter {
  readonly types?: readonly string[];
  readonly communes?: readonly string[];
  readonly bbox?: BoundingBox;
  /** Words looked for in the id, the name and the commune, accents and case ignored. */
  readonly q?: string;
  /** 1…5000, 500 by default. */
  readonly limit?: number;
  /** The `next` of the page before. */
  readonly after?: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Present when there is more. */
  readonly next?: string;
}

/** What changed after a change number, oldest first. `seq` is where to resume; call again while `more`. */
export interface Changes {
  readonly seq: number;
  readonly more: boolean;
  readonly entities: readonly Entity[];
  readonly alerts: readonly Alert[];
  readonly commands: readonly Command[];
}

/** One committed batch. `seq` is the highest change number in it. */
export type ChangeBatch = Omit<Changes, 'more'>;
export type ChangeListener = (batch: ChangeBatch) => void;

export interface HistoryQuery {
  readonly entity: string;
  readonly property: string;
  /** ISO 8601; `from` included, `to` excluded; the last 24 hours by default. */
  readonly from?: string;
  readonly to?: string;
  /** 1…5000, 500 by default; above it, values are grouped in equal time buckets. */
  readonly maxPoints?: number;
}

export interface HistoryPoint {
  /** Time of the observation, or start of the bucket: ISO 8601 UTC. */
  readonly at: string;
  /** The value, or the mean of the bucket; the last value of the bucket when it is not a number. */
  readonly value: JsonValue;
  /** Only when values are grouped. */
  readonly min?: number;
  readonly max?: number;
  readonly count?: number;
}

export interface History {
  readonly entity: string;
  readonly property: string;
  readonly unitCode?: string;
  readonly from: string;
  readonly to: string;
  /** Seconds per bucket; null when every observation is given as it is. */
  readonly bucketSeconds: number | null;
  readonly points: readonly HistoryPoint[];
}

/** What an alert may quote. */
export type Scalar = string | number | boolean | null;

export type Severity = 'critical' | 'major' | 'minor' | 'information';
export type AlertState = 'open' | 'acknowledged' | 'closed' | 'cleared';

/** Who: an operator (`person:…`), a machine (`machine:…`) or the platform itself (`system`). */
export interface Actor {
  readonly id: string;
  readonly name: string;
}

export interface AlertEvent {
  readonly at: string;
  readonly kind: 'opened' | 'escalated' | 'acknowledged' | 'closed' | 'cleared' | 'reopened';
  readonly by: Actor;
  readonly note?: string;
}

export interface Alert {
  readonly id: string;
  /** Identifier of the rule, e.g. `waste-container-full`. */
  readonly rule: string;
  /** Id of the entity, and what is known of it. */
  readonly entity: string;
  readonly entityType?: string;
  readonly entityName?: string;
  readonly commune?: string;
  readonly state: AlertState;
  readonly severity: Severity;
  readonly message: LocalizedText;
  readonly value?: Scalar;
  readonly unit?: string;
  readonly origin?: Origin;
  /** When the condition was observed, as the device says. */
  readonly observedAt?: string;
  readonly openedAt: string;
  readonly updatedAt: string;
  /** When it was closed or cleared. */
  readonly endedAt?: string;
  readonly seq: number;
  /** Oldest first. */
  readonly events: readonly AlertEvent[];
}

/** What a rule found: `active` opens or updates the alert of (rule, entity), `active: false` clears it. */
export interface AlertReport {
  readonly rule: string;
  readonly entity: string;
  readonly active: boolean;
  readonly severity: Severity;
  readonly message: LocalizedText;
  readonly value?: Scalar;
  readonly unit?: string;
  readonly observedAt?: string;
  readonly origin?: Origin;
}

export interface AlertReportResult {
  readonly status: 'opened' | 'updated' | 'unchanged' | 'cleared' | 'refused';
  readonly id?: string;
  readonly reason?: LocalizedText;
}

export interface AlertFilter {
  readonly states?: readonly AlertState[];
  readonly severities?: readonly Severity[];
  readonly rules?: readonly string[];
  readonly entity?: string;
  /** True: the rule still says so, even of an alert that was closed by hand. */
  readonly isConditionActive?: boolean;
  /** 1…1000, 200 by default; newest first. */
  readonly limit?: number;
  readonly after?: string;
}

export type CommandState = 'issued' | 'sent' | 'confirmed' | 'failed' | 'timed-out';

export interface CommandRequest {
  readonly entity: string;
  /** An action declared by the entity type, e.g. `dim`. */
  readonly action: string;
  readonly parameters: Readonly<Record<string, JsonValue>>;
}

export interface Command extends CommandRequest {
  readonly id: string;
  readonly type: string;
  readonly state: CommandState;
  readonly issuedBy: Actor;
  readonly issuedAt: string;
  readonly updatedAt: string;
  /** When it gives up waiting for the confirmation. */
  readonly deadline: string;
  /** Why it failed, or what confirmed it. */
  readonly outcome?: LocalizedText;
  readonly seq: number;
}

export interface CommandFilter {
  readonly entity?: string;
  readonly states?: readonly CommandState[];
  /** 1…500, 50 by default; newest first. */
  readonly limit?: number;
  readonly after?: string;
}

export interface CommandReport {
  readonly state: 'sent' | 'failed';
  /** Required when it failed. */
  readonly reason?: string;
}

export type QuarantineState = 'held' | 'replayed' | 'resolved';

/** A message that could not become an entity, kept with the reason. */
export interface QuarantineReport {
  readonly reason: string | LocalizedText;
  /** Where it stopped: `parse`, `select`, `map`, `validate`, `store`… */
  readonly stage: string;
  readonly mapping?: string;
  readonly origin: Origin;
  /** The entry of the change feed as it came, ≤ 64 KiB of JSON. */
  readonly message: JsonValue;
}

export interface QuarantineItem extends Omit<QuarantineReport, 'reason'> {
  readonly id: string;
  readonly reason: LocalizedText;
  readonly state: QuarantineState;
  /** How many times it was refused. */
  readonly attempts: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly replayedBy?: Actor;
}

export interface QuarantineFilter {
  readonly states?: readonly QuarantineState[];
  readonly stage?: string;
  readonly mapping?: string;
  /** 1…500, 100 by default; newest first. */
  readonly limit?: number;
  readonly after?: string;
}

export interface Update {
  readonly entity: EntityFragment;
  readonly origin: Origin;
}

/** `stored`: something new; `duplicate`: all of it was known; `refused`: nothing of it was stored. */
export interface UpdateResult {
  readonly status: 'stored' | 'duplicate' | 'refused';
  readonly reason?: LocalizedText;
  /** JSON pointer into the update, e.g. `/entity/fillingLevel/value`. */
  readonly path?: string;
}

/** Body of a `command` entry of the work feed. */
export interface CommandWork {
  readonly id: string;
  readonly entity: string;
  readonly type: string;
  readonly action: string;
  readonly parameters: Readonly<Record<string, JsonValue>>;
  readonly issuedBy: Actor;
  readonly issuedAt: string;
  /** The latest oneM2M resource that told about the entity: its device is found from it. */
  readonly origin: Origin | null;
}

/** Body of a `replay` entry of the work feed: the message as it was quarantined. */
export interface ReplayWork {
  readonly quarantineId: string;
  readonly origin: Origin;
  readonly mapping: string | null;
  readonly message: JsonValue;
}

export interface Entities {
  list(filter?: EntityFilter): Promise<Page<Entity>>;
  get(id: string): Promise<Entity | undefined>;
  /** Pages of at most `limit` (5000) changes of every kind, in commit order, without a gap. */
  changedSince(seq: number, limit?: number): Promise<Changes>;
  /** The change number of the last commit; start here, then follow `onChange`. */
  lastSeq(): Promise<number>;
  /** Number of entities by type. */
  counts(): Promise<Readonly<Record<string, number>>>;
  update(updates: readonly Update[]): Promise<readonly UpdateResult[]>;
}

export interface Alerts {
  list(filter?: AlertFilter): Promise<Page<Alert>>;
  get(id: string): Promise<Alert | undefined>;
  /** Number of open and acknowledged alerts by severity. */
  counts(): Promise<Readonly<Record<Severity, number>>>;
  report(reports: readonly AlertReport[], by: Actor): Promise<readonly AlertReportResult[]>;
  /** @throws Refusal 404 unknown, 409 when it is already over */
  acknowledge(id: string, by: Actor, note?: string): Promise<Alert>;
  close(id: string, by: Actor, note?: string): Promise<Alert>;
}

export interface Commands {
  list(filter?: CommandFilter): Promise<Page<Command>>;
  get(id: string): Promise<Command | undefined>;
  /** @throws Refusal 404 unknown entity, 422 action or parameters its type does not declare, 429 too many waiting */
  issue(request: CommandRequest, by: Actor): Promise<Command>;
  report(id: string, report: CommandReport): Promise<Command>;
}

export interface Quarantine {
  list(filter?: QuarantineFilter): Promise<Page<QuarantineItem>>;
  get(id: string): Promise<QuarantineItem | undefined>;
  counts(): Promise<Readonly<Record<QuarantineState, number>>>;
  hold(items: readonly QuarantineReport[]): Promise<readonly { readonly id: string }[]>;
  replay(id: string, by: Actor): Promise<QuarantineItem>;
  /** A flow has dealt with a replayed message, to the end, whether or not anything was stored; one held again since stays held. */
  settle(id: string): Promise<void>;
  remove(id: string): Promise<void>;
}

/** What a caller may do: read; write updates, alerts and quarantine (machines); act as an operator. */
export type Scope = 'territory:read' | 'territory:write' | 'territory:operate';

/** The referential as other rooms of this process see it. */
export interface Territory {
  /** Mounted at `/api/territory`. */
  readonly router: Router;
  readonly entities: Entities;
  readonly alerts: Alerts;
  readonly commands: Commands;
  readonly quarantine: Quarantine;
  history(query: HistoryQuery): Promise<History>;
  /** The declared entity types: labels, units, charts, commands. */
  types(): readonly TypeDescription[];
  /**
   * Hears every committed batch, of every node, in commit order; a listener must not block.
   * @returns how to stop listening
   */
  onChange(listener: ChangeListener): () => void;
  /** Stops the periodic work and waits for the writes under way. */
  close(): Promise<void>;
}
