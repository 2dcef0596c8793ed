/** What the explorer's page and its server say to each other. */
import type { AttributeDescription, Json, JsonObject, Meaning, TypeDescription, TypeSummary } from '#cse';

export type { AttributeDescription, Json, JsonObject, Meaning, TypeDescription, TypeSummary };

/** What does not change while the page is open. */
export interface Bootstrap {
  readonly cse: {
    /** `/id-in` */
    readonly id: string;
    /** `cse-in` */
    readonly name: string;
    /** Where devices reach it, for commands to be copied. */
    readonly httpUrl: string;
    readonly mqttUrl: string;
  };
  readonly me: { readonly name: string };
  /** AE-ID that requests of this page come from. */
  readonly originator: string;
  readonly types: readonly TypeSummary[];
}

/** One request to the CSE; who it comes from is not for the page to say. */
export interface PageRequest {
  /** 1 create, 2 retrieve, 3 update, 4 delete. */
  readonly op: 1 | 2 | 3 | 4;
  readonly to: string;
  readonly ty?: number;
  readonly rcn?: number;
  readonly drt?: number;
  readonly fc?: JsonObject;
  readonly pc?: JsonObject;
}

/** What the CSE answered, whatever its code. */
export interface PageResponse {
  readonly rsc: number;
  /** Name of the code: `NOT_FOUND`. */
  readonly status: string;
  readonly pc?: JsonObject;
  /** Position to go on from, when the result is partial. */
  readonly cnot?: number;
}

/** What happened, as TS-0004 §6.3.4.2.19 numbers it. */
export const eventType = { updated: 1, deleted: 2, childCreated: 3, childDeleted: 4 } as const;

/** One line of a watch: it begins, something happened, it ends. Empty lines keep the connection open. */
export type WatchLine =
  | { readonly kind: 'watching' }
  | { readonly kind: 'event'; readonly at: string; readonly event: number; readonly content: JsonObject }
  | { readonly kind: 'ended'; readonly why: 'resource-deleted' | 'time' | 'signed-out' | 'too-slow' };
