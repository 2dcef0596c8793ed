import { createCse, schema } from '#cse';
import { createEvents, createLog, createMetrics, openDatabase, readConfig } from '#platform';

/** A CSE in a process of its own, to be killed. Tells its parent where it listens and how to speak to it. */
const url = process.argv[2] ?? '';
const log = createLog('silent');
const database = await openDatabase({ url, rooms: [schema], log, poolSizeMax: 6 });
const events = await createEvents({ url, pool: database.pool, log });
const cse = await createCse({
  config: readConfig({ ALZETTE_CSE_PORT: '0' }),
  database,
  events,
  log,
  metrics: createMetrics(),
});
const port = await cse.http.listen(0, '127.0.0.1');
const { token } = await cse.credentials.issue({ originator: '*', label: 'durability' });
process.send?.({ url: `http://127.0.0.1:${port}`, token });
