/// <reference lib="dom" />
/**
 * The way of a message through the whole house, measured on a real one: `npm run bench -- pipeline [seconds]`.
 *
 * 1. Latency, device to console, at 200 messages/s: from the publish over MQTT until a console's live link holds the value,
 *    and until Chromium has drawn it in the panel of one light.
 * 2. Throughput: 1 000 messages/s for 5 minutes (or the seconds given) through CSE → flow → territory, then a count of what
 *    is stored: nothing may be missing or double. Memory of each process while it lasts.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { io } from 'socket.io-client';
import { type Client, createClient } from '#cse/client';
import { LIVE_PATH, type LiveBatch } from '../hypervision/contract.ts';
import { openBrowser } from '../test/support/browser.ts';
import { type House, startHouse } from '../test/support/house.ts';
import { until } from '../test/support/wait.ts';

const lights = 200;
const say = (line: string): boolean => process.stdout.write(`${line}\n`);

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

const name = (light: number): string => `light-bench-${String(light).padStart(4, '0')}`;

/** A reading no other message carries: milliwatts that count up. */
const reading = (n: number, time: Date) => ({
  time: time.toISOString(),
  powerState: 'on',
  dimming: 100,
  activePowerW: n / 1000,
});

async function registerLights(clients: readonly Client[]): Promise<void> {
  await Promise.all(
    Array.from({ length: lights }, async (_, light) => {
      const client = clientOf(clients, light);
      const originator = `C${name(light)}`;
      const labels = ['theme:lighting', 'bench:true'];
      const create = (to: string, ty: number, pc: Record<string, object>) =>
        client.request({ op: 1, to, ty, pc: JSON.parse(JSON.stringify(pc)) }).then(({ rsc, pc: answer }) => {
          if (rsc !== 2001) throw new Error(`${originator}: ${rsc} ${JSON.stringify(answer)}`);
        });
      await create('cse-in', 2, {
        'm2m:ae': { rn: name(light), api: 'N.alzette.bench', rr: true, srv: ['3'], lbl: labels },
      });
      for (const container of ['descriptor', 'state']) {
        const role = container === 'descriptor' ? 'role:descriptor' : 'role:measurements';
        await create(`cse-in/${name(light)}`, 3, { 'm2m:cnt': { rn: container, mni: 100, lbl: [...labels, role] } });
      }
      const content = {
        name: `Banc ${light}`,
        commune: 'Villerupt',
        location: { type: 'Point', coordinates: [5.92 + (light % 20) / 1000, 49.46 + Math.floor(light / 20) / 1000] },
        demonstration: true,
      };
      await create(`cse-in/${name(light)}/descriptor`, 4, {
        'm2m:cin': { cnf: 'application/json:0', con: JSON.stringify(content) },
      });
    }),
  );
}

const clientOf = (clients: readonly Client[], light: number): Client => {
  const client = clients[light];
  if (client === undefined) throw new Error('there is a client for every light');
  return client;
};

/** Publishes `perSecond` readings for `seconds`, evenly; tells when each one left. */
async function publish(
  clients: readonly Client[],
  options: { perSecond: number; seconds: number; from: number; onSent?: (n: number, at: number) => void },
): Promise<{ acknowledged: number; refused: number }> {
  const { perSecond, seconds, from, onSent } = options;
  const total = perSecond * seconds;
  const startedAt = performance.now();
  let acknowledged = 0;
  let refused = 0;
  const pending = new Set<Promise<unknown>>();
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - startedAt) / 1000) * perSecond) + 1);
    for (; sent < due; sent += 1) {
      const n = from + sent;
      const light = n % lights;
      onSent?.(n, performance.now());
      const done = clientOf(clients, light)
        .request({
          op: 1,
          to: `cse-in/${name(light)}/state`,
          ty: 4,
          pc: { 'm2m:cin': { cnf: 'application/json:0', con: JSON.stringify(reading(n, new Date())) } },
        })
        .then(
          ({ rsc }) => rsc === 2001,
          () => false,
        )
        .then((stored) => {
          if (stored) acknowledged += 1;
          else refused += 1;
        })
        .finally(() => pending.delete(done));
      pending.add(done);
    }
    await delay(2);
  }
  await Promise.all(pending);
  return { acknowledged, refused };
}

function lightNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? Math.round(value * 1000) : undefined;
}

async function latency(house: House, clients: readonly Client[]): Promise<void> {
  const cookie = await house.signIn();
  const sentAt = new Map<number, number>();
  const delays: number[] = [];
  const socket = io(house.webUrl, { path: LIVE_PATH, transports: ['websocket'], extraHeaders: { cookie } });
  socket.on('changes', (batch: LiveBatch) => {
    const now = performance.now();
    for (const { values } of batch.entities) {
      const n = lightNumber(values.activePower?.[0]);
      const sent = n === undefined ? undefined : sentAt.get(n);
      if (sent !== undefined) delays.push(now - sent);
    }
  });
  await until(() => socket.connected, { what: 'the live link' });
  const snapshot = await fetch(`${house.webUrl}/api/hypervision/snapshot`, { headers: { cookie } });
  socket.emit('resume', ((await snapshot.json()) as { seq: number }).seq);
  const seconds = 30;
  await publish(clients, { perSecond: 200, seconds, from: 1, onSent: (n, at) => sentAt.set(n, at) });
  await delay(2_000);
  socket.close();
  delays.sort((a, b) => a - b);
  say(
    `latency at 200/s, publish → live link:   p50 ${percentile(delays, 0.5).toFixed(0)} ms   p95 ${percentile(delays, 0.95).toFixed(0)} ms   ` +
      `max ${(delays.at(-1) ?? Number.NaN).toFixed(0)} ms   (${delays.length} of ${200 * seconds} values seen; a value replaced within one batch is not)`,
  );
  await drawn(house, clients);
}

/** Chromium shows the panel of one light; the page itself notes when the figure changes. */
async function drawn(house: House, clients: readonly Client[]): Promise<void> {
  await using browser = await openBrowser();
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(
    `${house.webUrl}/sign-in?next=${encodeURIComponent(`/hypervision/?entity=urn:ngsi-ld:Streetlight:${name(0)}`)}`,
  );
  await page.fill('#name', 'operateur');
  await page.fill('#password', readFileSync(join(house.dataDir, 'secrets', 'operator-password'), 'utf8'));
  await page.click('button[type=submit]');
  await page.locator('.figure-value').first().waitFor({ timeout: 20_000 });
  const delays: number[] = [];
  for (let round = 0; round < 30; round += 1) {
    const watts = 4_000 + round; // shown without decimals, so a whole number nobody else reports
    const n = watts * 1000;
    const background = publish(clients, { perSecond: 200, seconds: 1, from: 10_000 + round * 200 });
    await delay(100); // the background has passed this light for this second
    const sent = performance.now();
    const single = publish(clients, { perSecond: 1, seconds: 1, from: n });
    await page.waitForFunction(
      (digits) =>
        [...document.querySelectorAll('.figure-value')].some(
          (figure) => figure.textContent?.replace(/\D/g, '') === digits,
        ),
      String(watts),
      { polling: 'raf', timeout: 10_000 },
    );
    delays.push(performance.now() - sent);
    await Promise.all([background, single]);
  }
  delays.sort((a, b) => a - b);
  say(
    `latency at 200/s, publish → drawn by Chromium on the same cores:   p50 ${percentile(delays, 0.5).toFixed(0)} ms   p95 ${percentile(delays, 0.95).toFixed(0)} ms`,
  );
}

/** Resident memory in MB and CPU seconds of a process and its name. */
function usage(pid: number): { rssMb: number; cpuSeconds: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    rssMb: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024,
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100,
  };
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
}

async function throughput(house: House, clients: readonly Client[], seconds: number): Promise<void> {
  const postmaster = readFileSync(join(house.dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
  const password = readFileSync(join(house.dataDir, 'secrets', 'postgres'), 'utf8');
  const database = new pg.Client({
    connectionString: `postgres://alzette:${encodeURIComponent(password)}@127.0.0.1:${postmaster[3]}/alzette`,
  });
  await database.connect();
  const main = Number(readFileSync(join(house.dataDir, 'alzette.lock'), 'utf8').split(' ')[0]);
  const flows = childrenOf(main).find((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('flows/process.ts'),
  );
  const stored = async () => {
    const { rows } = await database.query<{ count: number; distinct: number }>(
      `SELECT count(*), count(DISTINCT fields ->> 'activePower') AS distinct FROM territory.observation WHERE fields ? 'activePower'`,
    );
    return rows[0] ?? { count: 0, distinct: 0 };
  };
  const before = await stored();
  const samples: { at: number; main: number; flows: number }[] = [];
  const cpuBefore = { main: usage(main).cpuSeconds, flows: flows === undefined ? 0 : usage(flows).cpuSeconds };
  const startedAt = performance.now();
  const sampling = setInterval(() => {
    samples.push({
      at: (performance.now() - startedAt) / 1000,
      main: usage(main).rssMb,
      flows: flows === undefined ? 0 : usage(flows).rssMb,
    });
  }, 2_000);
  const { acknowledged, refused } = await publish(clients, { perSecond: 1_000, seconds, from: 1_000_000 });
  const publishedSeconds = (performance.now() - startedAt) / 1000;
  await until(async () => (await stored()).count - before.count >= acknowledged, {
    timeoutMs: 120_000,
    everyMs: 500,
    what: 'every acknowledged message in the territory',
  }).catch((error: Error) => say(`NOT COMPLETE: ${error.message}`));
  clearInterval(sampling);
  const elapsed = (performance.now() - startedAt) / 1000;
  const after = await stored();
  const quarantined = await database.query<{ count: number; reasons: string }>(
    `SELECT count(*), coalesce(string_agg(DISTINCT reason ->> 'en', '; '), '') AS reasons FROM territory.quarantine`,
  );
  await database.end();
  say(
    `throughput: ${acknowledged} acknowledged (${(acknowledged / publishedSeconds).toFixed(0)}/s), ${refused} refused; stored ${after.count - before.count}, ` +
      `of which distinct ${after.distinct - before.distinct}, in quarantine ${quarantined.rows[0]?.count} (${quarantined.rows[0]?.reasons}); the territory was ${(elapsed - publishedSeconds).toFixed(1)} s behind at the end`,
  );
  for (const process of ['main', 'flows'] as const) {
    const rss = samples.map((sample) => sample[process]);
    const half = samples.slice(Math.floor(samples.length / 2));
    const slope =
      half.length < 2
        ? 0
        : ((half.at(-1)?.[process] ?? 0) - (half[0]?.[process] ?? 0)) /
          (((half.at(-1)?.at ?? 1) - (half[0]?.at ?? 0)) / 60);
    const pid = process === 'main' ? main : flows;
    const cpu = pid === undefined ? 0 : (usage(pid).cpuSeconds - cpuBefore[process]) / elapsed;
    say(
      `${process.padEnd(5)} process: RSS ${Math.min(...rss).toFixed(0)}–${Math.max(...rss).toFixed(0)} MB, slope in the second half ${slope.toFixed(1)} MB/min, ${(cpu * 100).toFixed(0)} % of a core`,
    );
  }
}

const seconds = Number(process.argv[3] ?? 300);
say(`starting a house of its own; ${lights} lights, each with an MQTT connection`);
await using house = await startHouse({ env: { ALZETTE_CSE_SECURITY: 'open' } });
const clients = Array.from({ length: lights }, (_, light) =>
  createClient({ url: house.mqttUrl, originator: `C${name(light)}`, inFlightMax: 200, queueMax: 10_000 }),
);
await registerLights(clients);
await latency(house, clients);
await throughput(house, clients, seconds);
for (const client of clients) await client.close();
