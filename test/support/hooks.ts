import type { Context } from 'mocha';
import { stopCluster } from './postgres.ts';

export const mochaHooks = {
  async afterAll(this: Context): Promise<void> {
    // The last checkpoint writes what hundreds of databases left in memory.
    this.timeout(120_000);
    await stopCluster();
  },
};
