/** Entry of the flows process: Node-RED behind a door of its own. Started by `supervisor.ts`, never by hand. */
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { pino } from 'pino';
import { createLog } from '#platform';
import { aliveEveryMs, type Report, type StartOrder } from './handshake.ts';
import type { Runtime } from './node-red.ts';
import { Deployment } from './runtime/deployment.ts';
import { FrontDoor } from './runtime/door.ts';
import type { House } from './runtime/house.ts';
import { logHandler } from './runtime/log.ts';
import { nodeRedSettings } from './runtime/settings.ts';
import { installShippedFlows } from './runtime/shipped-flows.ts';
import { Ledger } from './settlement/ledger.ts';
import { watchMessages } from './settlement/watch-messages.ts';

const require = createRequire(import.meta.url);
const RED: Runtime = require('node-red');
/** Node-RED's own Express: its HTTP nodes reach into the application they are mounted on. */
const express = createRequire(require.resolve('node-red'))('express');

const report = (content: Report): void => void process.send?.(content);

/** Node types that try again until the other side is back; their messages are never given up. */
const patientTypes = new Set(['territory out', 'raise alert', 'onem2m out', 'lorawan raw']);

const [order] = (await once(process, 'message')) as [StartOrder];
const log = createLog(order.logLevel, pino.destination(1));

const house: House = {
  cse: order.cse,
  territory: order.territory,
  ledger: new Ledger({ patientTypes }),
  deployment: new Deployment(RED),
  counters: { received: 0, settled: 0, quarantined: 0, retries: 0 },
  log,
};

const app = express();
const door = new FrontDoor(order.secret, app);

/** Longer than nodes may take to close. */
const stopTimeoutMs = 15_000;

let stopping: Promise<void> | undefined;
function stop(why: string): Promise<void> {
  stopping ??= (async () => {
    log.info({ why }, 'flows are stopping');
    // Nobody may be left to end us.
    setTimeout(() => process.exit(1), stopTimeoutMs).unref();
    await RED.stop(); // our nodes finish what is under way and acknowledge it
    await door.close();
    process.exit(0);
  })();
  return stopping;
}

/** The state of the process is no longer known: better a fresh one, which resumes where this one had acknowledged. */
function fail(error: unknown): void {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  log.fatal({ reason }, 'the flows process gives up');
  report({ kind: 'failed', reason: error instanceof Error ? error.message : reason });
  process.exitCode = 1;
  setTimeout(() => process.exit(1), 50);
}

process.once('SIGTERM', () => void stop('asked to').catch(fail));
process.once('SIGINT', () => {}); // Ctrl-C reaches the whole group; the parent decides when we stop
process.once('disconnect', () => void stop('the parent process is gone').catch(fail));
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

installShippedFlows(order.userDir, log);
RED.init(door.inner, nodeRedSettings(order, house, logHandler(log)));
watchMessages(RED, house.ledger, house.deployment);
app.disable('x-powered-by');
app.use(order.publicPath, RED.httpAdmin);
app.use(`${order.publicPath}/http`, RED.httpNode);
const started = new Promise<void>((resolve) => RED.events.once('flows:started', resolve));
await RED.start(); // resolves before the flows run
await started;
report({ kind: 'ready', port: await door.open() });

setInterval(() => {
  const figures = { ...house.counters, inFlight: house.ledger.size, rssBytes: process.memoryUsage.rss() };
  report({ kind: 'alive', figures });
}, aliveEveryMs);
