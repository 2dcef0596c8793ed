import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'chai';
import pg from 'pg';
import { emptyDatabase } from '../support/postgres.ts';
import { until } from '../support/wait.ts';
import { startSubscriber } from './support.ts';

interface Server {
  readonly url: string;
  readonly token: string;
}

async function start(databaseUrl: string): Promise<{ child: ChildProcess; server: Server }> {
  const child = fork(join(import.meta.dirname, 'durability-server.ts'), [databaseUrl], { execArgv: [] });
  const [server] = (await once(child, 'message')) as [Server];
  return { child, server };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

async function send(
  { url, token }: Server,
  method: string,
  path: string,
  ty?: number,
  content?: object,
): Promise<Response> {
  return fetch(`${url}${path}`, {
    method,
    headers: {
      'X-M2M-Origin': 'CAdmin',
      'X-M2M-RI': randomUUID(),
      'X-M2M-RVI': '3',
      Authorization: `Bearer ${token}`,
      ...(content === undefined
        ? {}
        : { 'Content-Type': ty === undefined ? 'application/json' : `application/json;ty=${ty}` }),
    },
    body: content === undefined ? null : JSON.stringify(content),
  });
}

describe('kill -9 of the CSE', () => {
  it('in a burst of acknowledged creates loses none of them, and counters equal rows', async () => {
    const databaseUrl = await emptyDatabase();
    const acknowledged = new Set<string>();
    for (let round = 0; round < 3; round += 1) {
      const { child, server } = await start(databaseUrl);
      if (round === 0) {
        for (const rn of ['a', 'b', 'c']) await send(server, 'POST', '/cse-in', 3, { 'm2m:cnt': { rn } });
      }
      let running = true;
      const senders = Array.from({ length: 16 }, async (_, sender) => {
        for (let index = 0; running; index += 1) {
          const con = `${round}-${sender}-${index}`;
          const path = `/cse-in/${['a', 'b', 'c'][index % 3]}`;
          try {
            const response = await send(server, 'POST', path, 4, { 'm2m:cin': { con } });
            await response.arrayBuffer();
            if (response.status === 201) acknowledged.add(con);
          } catch {
            return; // the server is gone; what it had not acknowledged may be lost
          }
        }
      });
      const before = acknowledged.size;
      await until(() => acknowledged.size > before + 200, { what: 'a burst under way' });
      await kill(child);
      running = false;
      await Promise.all(senders);
    }
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    try {
      const { rows } = await client.query<{ con: string }>(`SELECT body::json->>'con' AS con FROM cse.instance`);
      const stored = rows.map(({ con }) => con);
      expect(new Set(stored).size, 'nothing is stored twice').to.equal(stored.length);
      const lost = [...acknowledged].filter((con) => !new Set(stored).has(con));
      expect(lost).to.deep.equal([]);
      const wrong = await client.query(
        `SELECT c.no FROM cse.counter c LEFT JOIN cse.instance i USING (no)
         GROUP BY c.no, c.cni, c.cbs HAVING count(i.st) <> c.cni OR COALESCE(sum(i.cs), 0) <> c.cbs`,
      );
      expect(wrong.rowCount).to.equal(0);
      const changes = await client.query<{ count: string }>(
        `SELECT count(*) AS count FROM cse.change WHERE kind = 'created' AND body::json->>'ty' = '4'`,
      );
      expect(Number(changes.rows[0]?.count), 'each instance is in the change feed once').to.equal(stored.length);
    } finally {
      await client.end();
    }
  }).timeout(60_000);

  it('with notifications undelivered: they are delivered after the restart, in order', async () => {
    const databaseUrl = await emptyDatabase();
    let awake = false;
    await using subscriber = await startSubscriber(() => (awake ? 200 : 503));
    const first = await start(databaseUrl);
    await send(first.server, 'POST', '/cse-in', 3, { 'm2m:cnt': { rn: 'c' } });
    await send(first.server, 'POST', '/cse-in/c', 23, { 'm2m:sub': { nu: [subscriber.url], enc: { net: [3] } } });
    for (let index = 0; index < 20; index += 1) {
      const response = await send(first.server, 'POST', '/cse-in/c', 4, { 'm2m:cin': { con: String(index) } });
      expect(response.status).to.equal(201);
    }
    await kill(first.child);
    awake = true;
    const second = await start(databaseUrl);
    try {
      await until(() => subscriber.heard.length >= 20, { what: 'twenty notifications' });
      const heard = subscriber.heard.map((content) => (content as never as Sgn)['m2m:sgn'].nev.rep['m2m:cin'].con);
      expect(heard).to.deep.equal(Array.from({ length: 20 }, (_, index) => String(index)));
    } finally {
      await kill(second.child);
    }
  }).timeout(60_000);
});

interface Sgn {
  'm2m:sgn': { nev: { rep: { 'm2m:cin': { con: string } } } };
}
