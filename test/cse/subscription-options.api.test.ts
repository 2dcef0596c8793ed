import { expect } from 'chai';
import type { JsonObject } from '#cse';
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
});
