import { Actions } from './actions/actions.ts';
import type { Background } from './background.ts';
import { CrossResourceSubscriptions } from './cross-resource/cross-resource-subscriptions.ts';
import { validateLater } from './groups/validation.ts';
import { Locations } from './location/locations.ts';
import { Executions } from './management/executions.ts';
import { NodeLinks } from './management/node-links.ts';
import { Memberships } from './multicast/memberships.ts';
import type { Context } from './procedures/context.ts';
import { Processes } from './processes/processes.ts';
import { PrimitiveProfiles } from './profiles/profiles.ts';
import { Mashups } from './semantics/mashups.ts';
import { Statistics } from './statistics/statistics.ts';
import { MissingData } from './time-series/missing-data.ts';
import { Beacons } from './time-sync/beacons.ts';
import { Transactions } from './transactions/transactions.ts';

/** Everything that acts by itself upon what resources say. */
export function createAutomation(context: Context): Background & {
  readonly beacons: Beacons;
  readonly profiles: PrimitiveProfiles;
} {
  validateLater(context);
  const beacons = new Beacons(context);
  const profiles = new PrimitiveProfiles(context);
  const parts: readonly Background[] = [
    new Actions(context),
    new Transactions(context),
    new Memberships(context),
    new Processes(context),
    new MissingData(context),
    beacons,
    profiles,
    new Executions(context),
    new Locations(context),
    new Mashups(context),
    new NodeLinks(context),
    new Statistics(context),
    new CrossResourceSubscriptions(context),
    // Last, when everybody has said what they do.
    context.timetable,
  ];
  return {
    beacons,
    profiles,
    async start() {
      for (const part of parts) await part.start();
    },
    async stop() {
      for (const part of [...parts].reverse()) await part.stop();
    },
  };
}
