import { PgBoss } from 'pg-boss';
import { messageOf } from './errors.ts';
import type { Log } from './log.ts';

/** Work that happens by itself: on a schedule, once over all nodes, with retries. */
export interface Jobs {
  /**
   * Runs `work` on a cron schedule (minute resolution, UTC); when several nodes run, one of them does it.
   * A run that fails is logged and tried again at the next time.
   */
  schedule(name: string, cron: string, work: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** Starts the job engine (pg-boss) in the database schema `jobs`. */
export async function createJobs(options: { url: string; log: Log }): Promise<Jobs> {
  const { url, log } = options;
  const boss = new PgBoss({ connectionString: url, schema: 'jobs', max: 2, application_name: 'alzette-jobs' });
  boss.on('error', (error) => log.warn({ reason: messageOf(error) }, 'the job engine met a problem'));
  await boss.start();
  return {
    async schedule(name, cron, work) {
      await boss.createQueue(name);
      await boss.work(name, async () => {
        try {
          await work();
        } catch (error) {
          log.error({ job: name, error }, 'a scheduled job failed');
          throw error;
        }
      });
      await boss.schedule(name, cron, null, { tz: 'UTC' });
    },
    async close() {
      await boss.stop({ graceful: true, timeout: 5_000 });
    },
  };
}
