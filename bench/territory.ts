/**
 * `npm run bench -- territory [seconds]`: mappings a second on one core, updates a second into PostgreSQL, and how long
 * questions take once they are stored. Real PostgreSQL (embedded, or DATABASE_URL with a database that may be filled).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyMapping, compileMapping, type MappingInput, mappings } from '#ontologies';
import {
  createEvents,
  createJobs,
  createLog,
  createMetrics,
  openDatabase,
  readConfig,
  startEmbeddedPostgres,
} from '#platform';
import { createTerritory, schema, type Update } from '#territory';

const seconds = Number(process.argv[3] ?? 10);
const entitiesCount = 20_000;
const batchSize = 200;
const writersAtOnce = 4;
const log = createLog('error');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function benchMappings(): Promise<void> {
  say('mappings a second (one core)');
  for (const mapping of mappings) {
    const [sample] = mapping.samples;
    if (mapping.kind !== 'entity' || sample === undefined || !('input' in sample)) continue;
    const compiled = compileMapping(mapping);
    const input: MappingInput = sample.input;
    for (let warm = 0; warm < 1000; warm += 1) await applyMapping(compiled, input);
    const begun = performance.now();
    let count = 0;
    while (performance.now() - begun < 1000) {
      for (let turn = 0; turn < 100; turn += 1) await applyMapping(compiled, input);
      count += 100;
    }
    say(`  ${mapping.id.padEnd(24)} ${perSecond(count, begun)}`);
  }
}

function updateOf(index: number, at: Date): Update {
  const device = `bench-${index}`;
  const observedAt = at.toISOString();
  const observed = (value: number, unitCode: string) => ({ type: 'Property', value, unitCode, observedAt }) as const;
  return {
    entity: {
      id: `urn:ngsi-ld:WasteContainer:${device}`,
      type: 'WasteContainer',
      fillingLevel: observed((index % 100) / 100, 'C62'),
      distance: observed(1500 - (index % 1000), 'MMT'),
      temperature: observed(15 + (index % 10), 'CEL'),
      batteryLevel: observed(0.9, 'C62'),
      rssi: observed(-90, 'DBM'),
    },
    origin: {
      resource: `cse-in/${device}/measurements/${at.getTime()}`,
      sequence: index,
      mapping: 'waste-measurements@1',
    },
  };
}

const descriptorOf = (index: number): Update => ({
  entity: {
    id: `urn:ngsi-ld:WasteContainer:bench-${index}`,
    type: 'WasteContainer',
    name: { type: 'Property', value: `Bac ${index}` },
    address: { type: 'Property', value: { addressLocality: `Commune ${index % 28}` } },
    location: {
      type: 'GeoProperty',
      value: {
        type: 'Point',
        coordinates: [5.8 + ((index * 7919) % 30_000) / 100_000, 49.3 + ((index * 104_729) % 20_000) / 100_000],
      },
    },
  },
  origin: { resource: `cse-in/bench-${index}/descriptor/1`, sequence: index },
});

const perSecond = (count: number, begun: number): string =>
  `${Math.round((count / (performance.now() - begun)) * 1000).toLocaleString('en')}/s`;

async function timed(name: string, ask: (turn: number) => Promise<unknown>, turns = 200): Promise<void> {
  const times: number[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    const begun = performance.now();
    await ask(turn);
    times.push(performance.now() - begun);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): string => `${(times[Math.floor(share * (turns - 1))] ?? 0).toFixed(1)} ms`;
  say(`  ${name.padEnd(40)} p50 ${at(0.5)}  p95 ${at(0.95)}  max ${at(1)}`);
}

await benchMappings();

const dataDir = mkdtempSync(join(tmpdir(), 'alzette-bench-'));
const embedded = process.env.DATABASE_URL === undefined ? await startEmbeddedPostgres({ dataDir, log }) : undefined;
const url = process.env.DATABASE_URL ?? embedded?.url ?? '';
const database = await openDatabase({ url, rooms: [schema], log });
const events = await createEvents({ url, pool: database.pool, log });
const jobs = await createJobs({ url, log });
const territory = await createTerritory({
  config: readConfig({}),
  database,
  events,
  jobs,
  log,
  metrics: createMetrics(),
  authorize: () => ({ id: 'bench', name: 'bench' }),
});

say(`descriptors of ${entitiesCount.toLocaleString('en')} entities, batches of ${batchSize}`);
let begun = performance.now();
for (let from = 0; from < entitiesCount; from += batchSize) {
  await territory.entities.update(Array.from({ length: batchSize }, (_, index) => descriptorOf(from + index)));
}
say(`  new entities             ${perSecond(entitiesCount, begun)}`);

say(`observations of 5 values for ${seconds} s, batches of ${batchSize}, ${writersAtOnce} at once`);
begun = performance.now();
const cpuBefore = process.cpuUsage();
let stored = 0;
const startMs = Date.now() - 3600_000;
const writer = async (number: number): Promise<void> => {
  for (let batch = 0; performance.now() - begun < seconds * 1000; batch += 1) {
    const from = ((batch * writersAtOnce + number) * batchSize) % entitiesCount;
    const at = new Date(startMs + batch * 1000);
    const results = await territory.entities.update(
      Array.from({ length: batchSize }, (_, index) => updateOf(from + index, at)),
    );
    stored += results.filter(({ status }) => status === 'stored').length;
  }
};
await Promise.all(Array.from({ length: writersAtOnce }, (_, number) => writer(number)));
const cpu = process.cpuUsage(cpuBefore);
say(
  `  updates                  ${perSecond(stored, begun)}, this process used ${Math.round((cpu.user + cpu.system) / 1e4 / ((performance.now() - begun) / 1000))} % of a core`,
);

const history = Array.from({ length: 10_080 }, (_, index) =>
  updateOf(1, new Date(startMs - 8 * 24 * 3600_000 + index * 60_000)),
);
for (let from = 0; from < history.length; from += 500) await territory.entities.update(history.slice(from, from + 500));
await database.pool.query('ANALYZE territory.entity, territory.observation');

say(`questions over ${entitiesCount.toLocaleString('en')} entities`);
const entity = 'urn:ngsi-ld:WasteContainer:bench-1';
const weekAgo = new Date(startMs - 8 * 24 * 3600_000).toISOString();
await timed('one entity', (turn) => territory.entities.get(`urn:ngsi-ld:WasteContainer:bench-${turn}`));
await timed('500 entities by type and box', () =>
  territory.entities.list({ types: ['WasteContainer'], bbox: [5.85, 49.35, 5.95, 49.45], limit: 500 }),
);
await timed('search for a word', () => territory.entities.list({ q: 'bac 19999', limit: 50 }), 50);
await timed('changes since the last hundred', async () =>
  territory.entities.changedSince((await territory.entities.lastSeq()) - 100),
);
await timed('history of a day, 500 points', () =>
  territory.history({ entity, property: 'fillingLevel', maxPoints: 500 }),
);
await timed('history of a week by the minute, 500 points', () =>
  territory.history({ entity, property: 'fillingLevel', from: weekAgo, maxPoints: 500 }),
);
say(`memory of this process: ${Math.round(process.memoryUsage().rss / 1024 / 1024)} MiB`);

await territory.close();
await jobs.close();
await events.close();
await database.close();
await embedded?.stop();
rmSync(dataDir, { recursive: true, force: true });
