import type { Log } from '#platform';
import type { FleetClock } from './fleet-clock.ts';
import type { RateLimit } from './recurring.ts';
import type { FleetSettings } from './settings.ts';

/** What every vendor of the fleet is given. */
export interface VendorContext {
  readonly settings: FleetSettings;
  readonly clock: FleetClock;
  readonly rate: RateLimit;
  readonly log: Log;
  /** Aborts when the fleet stops. */
  readonly signal: AbortSignal;
  /** Tells how far the start has come. */
  progress(done: number, of: number): void;
  /** Counts a message that was delivered. */
  sent(): void;
}

/** A vendor whose devices are running. */
export interface Vendor {
  /** Resolves once its devices have stopped; the signal has been given before. */
  stop(): Promise<void>;
}
