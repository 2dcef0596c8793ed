import type { Log } from '#platform';
import type { CseAccess, Figures, TerritoryAccess } from '../handshake.ts';
import type { Ledger } from '../settlement/ledger.ts';
import type { Deployment } from './deployment.ts';

/** What our nodes find in the process they run in. Never put into a message, a context or the editor's settings. */
export interface House {
  readonly cse: CseAccess;
  readonly territory: TerritoryAccess;
  readonly ledger: Ledger;
  readonly deployment: Deployment;
  readonly counters: Counters;
  readonly log: Log;
}

export type Counters = { -readonly [Name in 'received' | 'settled' | 'quarantined' | 'retries']: Figures[Name] };
