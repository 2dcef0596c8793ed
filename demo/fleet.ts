import { createLog, messageOf, StartupError } from '#platform';
import { startEnergy } from './energy/index.ts';
import { FleetClock } from './fleet-clock.ts';
import { startLighting } from './lighting/index.ts';
import { RateLimit } from './recurring.ts';
import { readFleetSettings } from './settings.ts';
import type { Vendor, VendorContext } from './vendor.ts';
import { startWaste } from './waste/index.ts';
import { startWind } from './wind/index.ts';

/**
 * The demonstration fleet: vendors' devices in a process of their own, which reach the platform only the way real
 * devices do. Writes its progress to standard output, one JSON object a line; stops on SIGTERM.
 */
const vendors: Readonly<Record<string, (context: VendorContext) => Promise<Vendor>>> = {
  wind: startWind,
  energy: startEnergy,
  waste: startWaste,
  lighting: startLighting,
};

const figuresEveryMs = 60_000;
const stopWithinMs = 7_000;
/** Progress is told in so many steps. */
const progressSteps = 10;

const print = (event: object): void => void process.stdout.write(`${JSON.stringify(event)}\n`);

async function run(): Promise<void> {
  const settings = readFleetSettings(process.env);
  const log = createLog('warn');
  const stopping = new AbortController();
  const clock = new FleetClock(settings.pace);
  const rate = new RateLimit(settings.rateMax);
  const startedAtMs = performance.now();
  let sent = 0;

  const starting = Object.entries(vendors).map(async ([name, start]) => {
    let told = 0;
    const vendor = await start({
      settings,
      clock,
      rate,
      log: log.child({ vendor: name }),
      signal: stopping.signal,
      progress(done, of) {
        const step = Math.floor((done * progressSteps) / of);
        if (step > told) print({ event: 'progress', vendor: name, done, of, seconds: seconds(startedAtMs) });
        told = Math.max(told, step);
      },
      sent() {
        sent += 1;
      },
    });
    print({ event: 'playing', vendor: name, seconds: seconds(startedAtMs) });
    return vendor;
  });
  const figures = setInterval(() => {
    const perSecond = Math.round((sent / figuresEveryMs) * 10_000) / 10;
    print({ event: 'figures', messages: sent, perSecond, rssMb: Math.round(process.memoryUsage.rss() / 1e6) });
    sent = 0;
  }, figuresEveryMs);

  const stop = async () => {
    if (stopping.signal.aborted) return;
    clearInterval(figures);
    stopping.abort(new Error('the fleet stops'));
    setTimeout(() => process.exit(0), stopWithinMs).unref();
    const started = await Promise.allSettled(starting);
    await Promise.allSettled(
      started.map((result) => (result.status === 'fulfilled' ? result.value.stop() : undefined)),
    );
    print({ event: 'stopped', seconds: seconds(startedAtMs) });
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  // The platform reads our output; when it is gone, however it ended, nobody is left to play for.
  process.stdout.on('error', stop);
  process.once('SIGINT', stop);

  const results = await Promise.allSettled(starting);
  for (const result of results) {
    if (result.status === 'rejected' && !stopping.signal.aborted) throw result.reason;
  }
}

const seconds = (sinceMs: number): number => Math.round((performance.now() - sinceMs) / 100) / 10;

run().catch((error: unknown) => {
  print({ event: 'failed', reason: messageOf(error), ...(error instanceof StartupError ? { hint: error.hint } : {}) });
  process.exit(1);
});
