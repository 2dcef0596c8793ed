/**
 * What the console server and its web application say to each other. Times are ISO 8601 UTC unless a name ends in `Ms`
 * (milliseconds since 1970).
 */
import type { Geometry } from 'geojson';
import type { TerritoryProfile } from '#platform';
import type { Alert, Command, Entity, JsonValue, LocalizedText, QuarantineItem, TypeDescription } from '#territory';

export type { Alert, Command, Entity, JsonValue, LocalizedText, QuarantineItem, TypeDescription };

/** A value as last reported, and when the device says it held; null when it is not an observation. */
export type ReportedValue = readonly [value: JsonValue, observedAtMs: number | null];

/**
 * An entity as the console draws it, without origins and without what only its panel shows: that is read when the panel
 * opens. Half of what moves on a busy day is these, so they are kept small.
 */
export interface EntityView {
  readonly id: string;
  readonly type: string;
  readonly seq: number;
  readonly name?: string;
  readonly commune?: string;
  readonly geometry?: Geometry;
  /** Reception of the last observation; absent before the first one. */
  readonly heardAtMs?: number;
  readonly values: Readonly<Record<string, ReportedValue>>;
}

export type Communes = TerritoryProfile['communes'];

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly language?: string;
}

/** `GET /api/hypervision/bootstrap`: what does not change while a console is open. */
export interface Bootstrap {
  readonly territory: TerritoryProfile;
  readonly types: readonly TypeDescription[];
  readonly me: Person;
  /** Silent after this many times its expected reporting interval. */
  readonly silenceFactor: number;
  /** Online raster tiles under the territory, when the operator of the platform has chosen some. */
  readonly baseMap: { readonly url: string; readonly attribution: string } | null;
}

/** `GET /api/hypervision/snapshot`: everything as of `seq`; changes after it follow on the live link. */
export interface Snapshot {
  readonly seq: number;
  readonly at: string;
  readonly entities: readonly EntityView[];
  /** Open and acknowledged ones, and the latest that ended. */
  readonly alerts: readonly Alert[];
  readonly commands: readonly Command[];
}

/** Changes after `from` up to `to`, the latest state of each thing. A batch without changes says that the link lives. */
export interface LiveBatch {
  readonly from: number;
  readonly to: number;
  readonly at: string;
  readonly entities: readonly EntityView[];
  readonly alerts: readonly Alert[];
  readonly commands: readonly Command[];
}

/** Where the live link is, on the web server's port. */
export const LIVE_PATH = '/hypervision/live';

/** Cause of a refused live link, in `error.data.code`. */
export type LiveRefusal = 'signed-out' | 'not-allowed';

export interface ServerToConsole {
  changes: (batch: LiveBatch) => void;
  /** The gap is too wide to be sent as changes: fetch the snapshot again. */
  resync: () => void;
  /** Names of the people whose consoles are open. */
  presence: (people: readonly Pick<Person, 'id' | 'name'>[]) => void;
}

export interface ConsoleToServer {
  /** Asks for what happened after `seq`; sent on connection and whenever a batch does not follow the last one. */
  resume: (seq: number) => void;
}
