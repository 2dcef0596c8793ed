import type { Alert, Entity, Page, Territory } from '#territory';
import type { Snapshot } from './contract.ts';
import { createEntityViews } from './entity-view.ts';

/** More than this is not drawn one by one; the list and the map then say that something is missing. */
const ENTITIES_MAX = 100_000;
const OPEN_ALERTS_MAX = 5_000;
const ENDED_ALERTS_MAX = 200;
const COMMANDS_MAX = 100;

/**
 * Reads everything a console shows. The change number is read first: what is committed while the pages are read
 * comes again on the live link, and the console keeps the newer of the two.
 */
export async function readSnapshot(territory: Territory): Promise<Snapshot> {
  const seq = await territory.entities.lastSeq();
  const [entities, openAlerts, endedAlerts, commands] = await Promise.all([
    allPages<Entity>((after) => territory.entities.list({ limit: 5000, ...after }), ENTITIES_MAX),
    allPages<Alert>(
      (after) => territory.alerts.list({ states: ['open', 'acknowledged'], limit: 1000, ...after }),
      OPEN_ALERTS_MAX,
    ),
    territory.alerts.list({ states: ['closed', 'cleared'], limit: ENDED_ALERTS_MAX }),
    territory.commands.list({ limit: COMMANDS_MAX }),
  ]);
  return {
    seq,
    at: new Date().toISOString(),
    entities: entities.map(createEntityViews(territory.types()).brief),
    alerts: [...openAlerts, ...endedAlerts.items],
    commands: commands.items,
  };
}

async function allPages<T>(read: (after: { after?: string }) => Promise<Page<T>>, countMax: number): Promise<T[]> {
  const items: T[] = [];
  let after: { after?: string } = {};
  for (;;) {
    const page = await read(after);
    items.push(...page.items);
    if (page.next === undefined || items.length >= countMax) return items;
    after = { after: page.next };
  }
}

/**
 * One reading serves everybody who asks while it runs and for a moment after it: when the server restarts, every
 * console asks at once.
 */
export function sharedSnapshot(territory: Territory, keptMs = 1_000): () => Promise<Snapshot> {
  let current: { promise: Promise<Snapshot>; untilMs: number } | undefined;
  return () => {
    if (current !== undefined && Date.now() < current.untilMs) return current.promise;
    const reading = { promise: readSnapshot(territory), untilMs: Number.POSITIVE_INFINITY };
    current = reading;
    reading.promise.then(
      () => {
        reading.untilMs = Date.now() + keptMs;
      },
      () => {
        if (current === reading) current = undefined;
      },
    );
    return reading.promise;
  };
}
