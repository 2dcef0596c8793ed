import { RequestRefused } from '../http/json-client.ts';
import type { Connection } from './connection.ts';

/** Tells the territory that a replayed message has come to its end; returns once it knows. */
export async function settleReplay({ territory, signal }: Connection, quarantineId: string): Promise<void> {
  const path = `/api/territory/quarantine/${encodeURIComponent(quarantineId)}/settled`;
  try {
    await territory.persist({ method: 'POST', path, signal });
  } catch (error) {
    // Somebody has deleted it meanwhile, or we may not say so: the territory notices by itself that nobody answered.
    if (!(error instanceof RequestRefused)) throw error;
  }
}
