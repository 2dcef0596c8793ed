import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decode } from 'cbor-x';
import { expect } from 'chai';
import type { JsonObject } from '#cse';
import { giveUpSurplus } from '../../cse/notifications/retention.ts';
import { until } from '../support/wait.ts';
import { startCse, startSubscriber, type TestCse } from './support.ts';

type Add = (con: string) => Promise<unknown>;

/** Ways in which five notifications come about; `heard` is what the subscriber has taken. */
const arrivals: Readonly<
  Record<string, (add: Add, names: string[], heard: readonly JsonObject[]) => Promise<unknown>>
> = {
  together: (add, names) => Promise.all(names.map(add)),
  'one by one, the first two delivered before the next comes': async (add, names, heard) => {
    for (const [index, name] of names.entries()) {
      await add(name);
      await until(() => heard.length > Math.min(index, 1), { what: 'the delivery' });
    }
  },
};

describe('options of a subscription', () => {
  let cse: TestCse;
  let count = 0;

  before(async () => {
    cse = await startCse();
    await cse.ae('Cae');
  });
  after(() => cse[Symbol.asyncDispose]());

  /** A container with a subscription to what is created in it; the result creates an instance. */
  async function subscribed(url: string, options: JsonObject): Promise<Add> {
    count += 1;
    await cse.create('/cse-in/ae', 3, { 'm2m:cnt': { rn: `c${count}` } }, { from: 'Cae' });
    const path = `/cse-in/ae/c${count}`;
    const content = { 'm2m:sub': { nu: [url], enc: { net: [3] }, ...options } };
    const { rsc, dbg } = await cse.create(path, 23, content, { from: 'Cae' });
    expect(rsc, dbg).to.equal(2001);
    return (con) => cse.create(path, 4, { 'm2m:cin': { con } }, { from: 'Cae' });
  }
  const contents = (heard: readonly JsonObject[]): string[] =>
    heard.map((content) => /"con":"([^"]*)"/.exec(JSON.stringify(content))?.[1] ?? '');

  for (const [how, arrive] of Object.entries(arrivals)) {
    it(`rl: no more than mnn notifications leave in each window of tww, when they come ${how} (TS-0001 §10.2.10.7)`, async () => {
      const at: number[] = [];
      await using subscriber = await startSubscriber(() => {
        at.push(Date.now());
        return 200;
      });
      const add = await subscribed(subscriber.url, { rl: { mnn: 2, tww: 'PT1S' } });
      await arrive(add, ['a', 'b', 'c', 'd', 'e'], subscriber.heard);
      await until(() => subscriber.heard.length === 5, { what: 'all five' });
      const [first = 0, , third = 0, , fifth = 0] = at;
      expect(third - first, 'the third waits for the second window').to.be.at.least(900);
      expect(fifth - third, 'the fifth waits for the third window').to.be.at.least(900);
      expect(contents(subscriber.heard).sort()).to.deep.equal(['a', 'b', 'c', 'd', 'e']);
    });
  }

  it('ma: a notification that could not be delivered in time is given up, and the next one goes (TS-0001 §9.6.8)', async () => {
    let isUp = false;
    let refused = 0;
    await using subscriber = await startSubscriber(() => {
      if (!isUp) refused += 1;
      return isUp ? 200 : 500;
    });
    const add = await subscribed(subscriber.url, { ma: 'PT1S' });
    await add('old');
    const attempts = await until(async () => {
      const { rows } = await cse.database.pool.query('SELECT FROM cse.notification');
      return rows.length === 0 && refused;
    });
    expect(attempts, 'it was tried again meanwhile').to.be.greaterThan(1);
    isUp = true;
    await add('new');
    await until(() => subscriber.heard.length > 0);
    expect(contents(subscriber.heard)).to.deep.equal(['new']);
  });

  it('nec: reaches the notification as its event category (TS-0001 §9.6.8, TS-0009 §6.4.14)', async () => {
    await using subscriber = await startSubscriber();
    const urgent = await subscribed(subscriber.url, { nec: 2 });
    const plain = await subscribed(subscriber.url, {});
    await urgent('urgent');
    await until(() => subscriber.heard.length === 1);
    await plain('plain');
    await until(() => subscriber.heard.length === 2);
    expect(subscriber.headers.map((headers) => headers['x-m2m-ec'])).to.deep.equal(['2', undefined]);
  });

  it('bn: names the duration it will wait, when it was given none (TS-0004 §7.4.8.2.1)', async () => {
    const add = await subscribed('http://127.0.0.1:1/', { rn: 's', bn: {} });
    await add('1');
    const { bn } = (await cse.send('GET', `/cse-in/ae/c${count}/s`)).pc['m2m:sub'];
    expect(bn).to.deep.equal({ dur: 'PT60S' });
  });

  it('bn: a number of 0 is none, and a batch waits for its time (TS-0001 §10.2.10.7)', async () => {
    await using subscriber = await startSubscriber();
    const add = await subscribed(subscriber.url, { bn: { num: 0, dur: 'PT1S' } });
    await add('a');
    await add('b');
    await until(() => subscriber.heard.length === 1);
    expect(JSON.stringify(subscriber.heard[0])).to.match(/"con":"a".*"con":"b"/);
  });

  it('ln: of what could not be sent, the latest goes, and is marked so (TS-0001 §9.6.8)', async () => {
    let isUp = false;
    let refused = 0;
    await using subscriber = await startSubscriber(() => {
      if (!isUp) refused += 1;
      return isUp ? 200 : 503;
    });
    const add = await subscribed(subscriber.url, { ln: true });
    for (const con of ['a', 'b', 'c']) await add(con);
    await until(() => refused > 0);
    isUp = true;
    await until(() => subscriber.heard.length > 0);
    expect(contents(subscriber.heard)).to.deep.equal(['c']);
    expect(subscriber.headers[0]?.['x-m2m-ec']).to.equal('4');
  });

  it('exc: no more than that many leave, however many happen at once (TS-0001 §9.6.8)', async () => {
    await using subscriber = await startSubscriber();
    const add = await subscribed(subscriber.url, { rn: 's', exc: 2 });
    await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(add));
    await until(async () => (await cse.send('GET', `/cse-in/ae/c${count}/s`)).rsc === 4004);
    const waiting = 'SELECT FROM cse.notification WHERE target = $1';
    await until(async () => (await cse.database.pool.query(waiting, [subscriber.url])).rows.length === 0);
    expect(subscriber.heard).to.have.lengthOf(2);
  });

  it('nsp: of too many for one target, those of low priority and then the older are given up (TS-0001 §9.6.3)', async () => {
    const url = 'http://127.0.0.1:1/crowded';
    const plain = await subscribed(url, { bn: { dur: 'PT1H' } });
    const urgent = await subscribed(url, { nsp: 5, bn: { dur: 'PT1H' } });
    for (const con of ['1', '2', '3']) await urgent(con);
    for (const con of ['4', '5', '6']) await plain(con);
    expect(await giveUpSurplus(cse.database.pool, 4)).to.equal(2);
    const { rows } = await cse.database.pool.query('SELECT body FROM cse.notification WHERE target = $1 ORDER BY id', [
      url,
    ]);
    expect(contents(rows.map(({ body }) => JSON.parse(body)))).to.deep.equal(['1', '2', '3', '6']);
    expect((await cse.send('GET', '/cse-in')).pc['m2m:cb'].ncp).to.equal(1);
  });

  it('ct: a target gets the serialization it asks for, and its URL without the wish (TS-0004 Table 7.4.8.1-3)', async () => {
    const received: { url?: string; type?: string; content: JsonObject }[] = [];
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const { url = '', headers } = request;
      const type = headers['content-type'] ?? '';
      received.push({ url, type, content: decode(Buffer.concat(chunks)) });
      response.writeHead(200, { 'Content-Length': 0 }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const add = await subscribed(`http://127.0.0.1:${port}/n?q=true&ct=cbor`, {});
      await add('x');
      await until(() => received.length === 1);
      expect(received[0]).to.include({ url: '/n?q=true', type: 'application/cbor' });
      expect(contents([received[0]?.content ?? {}])).to.deep.equal(['x']);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
