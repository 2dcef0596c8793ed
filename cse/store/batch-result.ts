import type { FeedAppend } from '#platform';
import type { Counters, Resource } from './resource.ts';
import type { CommittedChange, CreateResource, Effects, Outcome, Outgoing, UpdateResource, Write } from './write.ts';

/** What one transaction did, to be made known once it is committed. */
export class BatchResult {
  readonly outcomes = new Map<Write, Outcome>();
  readonly changes: FeedAppend[] = [];
  readonly notifications: Outgoing[] = [];
  readonly committed: CommittedChange[] = [];
  readonly counters = new Map<number, Counters>();
  readonly latest = new Map<number, Resource>();
  /** Containers whose newest instance has to be looked up again. */
  readonly shortened = new Set<number>();
  readonly written: Resource[] = [];
  readonly subscribed = new Set<number>();
  readonly subtrees: string[] = [];
  /** Told once the instances are stored that came with them. */
  readonly deferred: (CreateResource | UpdateResource)[] = [];
  /** Whether notifications were written that did not pass through here. */
  toldInStore = false;

  take({ changes, notifications, committed }: Effects): void {
    if (committed !== undefined) this.committed.push(committed);
    for (const change of changes) this.changes.push(change);
    for (const notification of notifications) this.notifications.push(notification);
  }
}
