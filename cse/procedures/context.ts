import type { Config, Log } from '#platform';
import type { Access, Asker } from '../access/access.ts';
import type { ClaimsVerifier } from '../access/claims.ts';
import type { FurtherAuthorization } from '../access/further-authorization.ts';
import type { Names } from '../address.ts';
import type { GroupRequests } from '../groups/group-requests.ts';
import type { PreparedEvent } from '../notifications/prepared-event.ts';
import type { Targets } from '../notifications/targets.ts';
import type { Turns } from '../notifications/turns.ts';
import type { Windows } from '../notifications/windows.ts';
import type { PollingChannels } from '../polling/channels.ts';
import type { Json, RequestPrimitive, ResponsePrimitive } from '../primitive.ts';
import type { Remote } from '../remote/index.ts';
import type { Timing } from '../requests/timing.ts';
import type { Semantics } from '../semantics/semantics.ts';
import type { Numbers } from '../store/numbers.ts';
import type { Resource } from '../store/resource.ts';
import type { Store } from '../store/store.ts';
import type { ChangeElsewhere, CommittedChange, Outcome, Write } from '../store/write.ts';
import type { Timetable } from '../timetable.ts';
import type { Locks } from '../transactions/locks.ts';
import type { Answer, Call } from './call.ts';

export type { Answer, Call } from './call.ts';

/** Everything the procedures need from outside; there is one per CSE. */
export interface Context {
  readonly names: Names;
  readonly admin: string;
  /** `open`: originators are believed. */
  readonly security: 'token' | 'open';
  readonly store: Store;
  readonly committer: { submit(write: Write): Promise<Outcome> };
  readonly numbers: Numbers;
  readonly access: Access;
  /** What originators show beside their identifier. */
  readonly claims: ClaimsVerifier;
  /** Dynamic and distributed authorization. */
  readonly furtherAuthorization: FurtherAuthorization;
  readonly targets: Targets;
  /** Changes of a resource one after another, while its blocking subscription is asked. */
  readonly turns: Turns;
  /** Times that schedules leave open. */
  readonly windows: Windows;
  /** Resources that transactions have locked. */
  readonly locks: Locks;
  /** Requests that came through groups. */
  readonly groupRequests: GroupRequests;
  /** What this CSE announces to others. */
  readonly announcements: Announcing;
  /** AEs that are referred to here, and where they are registered. */
  readonly registrationPoints: RegistrationTracking;
  /** Requests this CSE has taken over to deliver. */
  readonly deliveries: Delivering;
  /** Other CSEs. */
  readonly remote: Remote;
  readonly semantics: Semantics;
  readonly timetable: Timetable;
  readonly requests: Requests;
  readonly polling: PollingChannels;
  readonly log: Log;
  /** Settings, among them the limits (`…Max`). */
  readonly settings: Config['cse'];
  /** Carries out a request inside this CSE for somebody: fan-out, actions, what a resource brings about. Never rejects. */
  perform(request: RequestPrimitive, asker: Asker): Promise<Answer>;
  /** Somebody's clock was seen, in the originating timestamp of a request. */
  clockSeen(originator: string, time: string): void;
  /**
   * Carries out a request of a transaction, or only finds out what it would lead to. Never rejects.
   * @param association whose locks do not stand in its way
   */
  transact(how: 'rehearse' | 'perform', request: RequestPrimitive, asker: Asker, association: string): Promise<Answer>;
  /** Tells subscribers of what is no change of a resource: missing data, a trigger. See `PreparedEvent`. */
  tell(event: PreparedEvent): Promise<void>;
  /** Tells of every change after its commit, in the order of commits. @returns stops telling */
  observe(observer: (change: CommittedChange) => void): () => void;
  /** Tells of every request that was answered. @returns stops telling */
  observeRequests(observer: (request: RequestPrimitive, response: ResponsePrimitive) => void): () => void;
  /** Tells what other nodes committed; undefined: some of it may have been missed. @returns stops telling */
  observeElsewhere(observer: (change: ChangeElsewhere | undefined) => void): () => void;
}

/** Announcement of resources to other CSEs (`cse/announcement`). */
export interface Announcing {
  addressOf(ri: string, cse: string): Promise<string | undefined>;
  /** @param before `at` before the request @returns the resource with its new `at` */
  settle(resource: Resource, before: Json | undefined): Promise<Resource>;
}

/** Where AEs that are referred to are registered (`cse/registration`). */
export interface RegistrationTracking {
  /** NOTIFY of the CSEBase about registration points. @returns undefined when it is about something else */
  receive(call: Call): Promise<Answer | undefined>;
  relinked(before: Json | undefined, now: Json | undefined): void;
}

/** Requests this CSE delivers for others (`cse/remote`). */
export interface Delivering {
  /** Takes responsibility for a request to another CSE. @returns once the request is stored here */
  accept(request: RequestPrimitive, from: string, target: string, lifeMs: number): Promise<Answer>;
}

/** Requests that are not carried out at once, or whose result is not waited for (`cse/requests`). */
export interface Requests {
  /** Stores a non-blocking request as <request> and answers with its address. */
  accept(call: Call, method: 'synchronous' | 'asynchronous', timing: Timing): Promise<Answer>;
  /** Recalls the request a <request> stands for. @returns false when its operation has begun */
  recall(no: number): Promise<boolean>;
  /** Waits until the execution time of a blocking request, milliseconds since 1970. */
  waitUntil(time: number, originator: string): Promise<void>;
}
