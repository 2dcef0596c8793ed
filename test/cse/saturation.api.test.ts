import { expect } from 'chai';
import { Agent } from 'undici';
import { until } from '../support/wait.ts';
import { startCse, type TestCse } from './support.ts';

const floodSize = 6_000;

describe('a CSE that is given more to store than it can', function () {
  this.timeout(60_000);
  let cse: TestCse;
  // Requests go out without waiting for the answers to those before.
  const agent = new Agent({ connections: 40, pipelining: 500 });

  before(async () => {
    cse = await startCse();
    await cse.create('/cse-in', 3, { 'm2m:cnt': { rn: 'c' } });
  });
  after(async () => {
    await agent.close();
    await cse[Symbol.asyncDispose]();
  });

  it('answers 503 with Retry-After at once, stores what it has accepted, and recovers', async () => {
    const { token } = await cse.cse.credentials.issue({ originator: 'CAdmin', label: 'flood' });
    const create = async (n: number): Promise<{ status: number; retryAfter: number }> => {
      const { statusCode, headers, body } = await agent.request({
        origin: cse.url,
        path: '/cse-in/c',
        method: 'POST',
        blocking: false,
        idempotent: true, // may be sent before the ones ahead are answered
        headers: {
          'X-M2M-Origin': 'CAdmin',
          'X-M2M-RI': String(n),
          'X-M2M-RVI': '3',
          'Content-Type': 'application/json;ty=4',
          Authorization: `Bearer ${token}`,
        },
        body: JSON.stringify({ 'm2m:cin': { con: String(n) } }),
      });
      await body.dump();
      return { status: statusCode, retryAfter: Number(headers['retry-after']) };
    };

    const lock = await cse.database.pool.connect();
    await lock.query('BEGIN; LOCK TABLE cse.instance IN EXCLUSIVE MODE');
    const flood = Promise.all(Array.from({ length: floodSize }, (_, n) => create(n)));
    // Requests of somebody else, on connections of their own.
    const turnedAway = await until(() => cse.cse.load.saturated, { timeoutMs: 30_000, what: 'full queues' })
      .then(() =>
        Promise.all([cse.send('GET', '/cse-in/c'), cse.create('/cse-in/c', 4, { 'm2m:cin': { con: 'turned away' } })]),
      )
      .finally(async () => {
        await lock.query('COMMIT');
        lock.release();
      });
    const answers = await flood;

    for (const { status, dbg, headers } of turnedAway) {
      expect(status).to.equal(503);
      expect(dbg).to.match(/too much work/);
      expect(Number(headers.get('Retry-After'))).to.be.within(1, 60);
    }
    const accepted = answers.filter(({ status }) => status === 201);
    const refused = answers.filter(({ status, retryAfter }) => status === 503 && retryAfter > 0);
    expect(accepted.length + refused.length, 'nothing else was answered').to.equal(floodSize);
    const { status, pc } = await cse.send('GET', '/cse-in/c');
    expect(status).to.equal(200);
    expect(pc['m2m:cnt'].cni).to.equal(accepted.length);
  });
});
