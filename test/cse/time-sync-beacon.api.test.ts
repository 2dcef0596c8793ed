import { expect } from 'chai';
import { type JsonObject, schema } from '#cse';
import { testDatabase } from '../support/postgres.ts';
import { until } from '../support/wait.ts';
import { startCse, startSubscriber, type TestCse } from './support.ts';

const stamp = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace(/[-:Z]/g, '').replace('.', ',');

interface Beacon {
  readonly 'm2m:tsbn': { readonly tbr: string; readonly ctm: string };
}

describe('a timeSyncBeacon (release 4)', () => {
  let cse: TestCse;

  before(async () => {
    cse = await startCse();
    await cse.ae('Cclock');
    await cse.ae('Cother');
  });

  after(() => cse[Symbol.asyncDispose]());

  const beacon = (attributes: JsonObject, from = 'Cclock') =>
    cse.create('/cse-in/clock', 60, { 'm2m:tsb': { bcnu: ['http://127.0.0.1:9/none'], ...attributes } }, { from });

  it('is sent at its interval, with the time of the CSE', async () => {
    await using subscriber = await startSubscriber();
    const { rsc, pc } = await beacon({ bcnc: 1, bcni: 'PT1S', bcnu: [subscriber.url] });
    expect(rsc).to.equal(2001);
    await until(() => subscriber.heard.length >= 2);
    const [first, second] = subscriber.heard as never as [Beacon, Beacon];
    expect(first['m2m:tsbn'].tbr).to.equal(`/id-in/${pc['m2m:tsb'].ri}`);
    expect(first['m2m:tsbn'].ctm < second['m2m:tsbn'].ctm).to.equal(true);
    await cse.send('DELETE', `/cse-in/clock/${pc['m2m:tsb'].rn}`);
    await until(async () => {
      const { rows } = await cse.database.pool.query("SELECT no FROM cse.timetable WHERE kind = 'beacon'");
      return rows.length === 0;
    });
  });

  it('is sent again after the CSE was away', async () => {
    await using database = await testDatabase({ rooms: [schema] });
    await using subscriber = await startSubscriber();
    const content = { 'm2m:tsb': { bcnc: 1, bcni: 'PT1S', bcnu: [subscriber.url] } };
    const away = await startCse({ database });
    expect((await away.create('/cse-in', 60, content)).rsc).to.equal(2001);
    await away[Symbol.asyncDispose]();
    const before = subscriber.heard.length;
    await using _back = await startCse({ database });
    await until(() => subscriber.heard.length > before);
  });

  it('is sent when the clock of its requester has gone astray, and only then', async () => {
    await using subscriber = await startSubscriber();
    const { rsc, dbg } = await beacon({ bcnc: 2, bcnr: 'Cclock', bcnt: 'PT5S', bcnu: [subscriber.url] });
    expect(rsc, dbg).to.equal(2001);
    const ask = (from: string, time: number) =>
      cse.send('GET', '/cse-in/clock', undefined, { from, headers: { 'X-M2M-OT': stamp(time) } });
    await ask('Cclock', Date.now() - 1000);
    await ask('Cother', Date.now() - 60_000);
    await ask('Cclock', Date.now() + 60_000);
    await until(() => subscriber.heard.length > 0);
    await ask('Cclock', Date.now() - 60_000);
    expect(subscriber.heard, 'one beacon a second at most').to.have.lengthOf(1);
  });

  it('gets an interval or a threshold when nobody chose one', async () => {
    const periodic = (await beacon({ bcnc: 1 })).pc['m2m:tsb'];
    expect(periodic).to.include({ bcni: 'PT1H' });
    expect(periodic).to.not.have.any.keys('bcnt', 'bcnr');
    const loss = (await beacon({ bcnc: 2, bcnr: 'Cclock' })).pc['m2m:tsb'];
    expect(loss).to.include({ bcnt: 'PT10S' });
    const changed = await cse.send('PUT', `/cse-in/clock/${loss.rn}`, { 'm2m:tsb': { bcnc: 1 } }, { from: 'Cclock' });
    expect(changed.pc['m2m:tsb']).to.include({ bcnc: 1, bcni: 'PT1H' });
    expect(changed.pc['m2m:tsb']).to.not.have.any.keys('bcnt', 'bcnr');
    const back = await cse.send('PUT', `/cse-in/clock/${loss.rn}`, { 'm2m:tsb': { bcnc: 2 } }, { from: 'Cclock' });
    expect(back.rsc, 'nobody is its requester any more').to.equal(4000);
  });

  const refused: Record<string, { attributes: JsonObject; rsc?: number; says: string }> = {
    'no criterion': { attributes: {}, says: 'bcnc' },
    'a criterion nobody knows': { attributes: { bcnc: 3 }, says: 'bcnc' },
    'no target': { attributes: { bcnc: 1, bcnu: [] }, says: 'bcnu' },
    'a target of a protocol nobody speaks': { attributes: { bcnc: 1, bcnu: ['gopher://x/'] }, says: 'bcnu' },
    'an interval that is none': { attributes: { bcnc: 1, bcni: '1 hour' }, says: 'bcni' },
    'an interval below a second': { attributes: { bcnc: 1, bcni: 'PT0.5S' }, says: 'bcni' },
    'a threshold for a periodic one': { attributes: { bcnc: 1, bcnt: 'PT1S' }, says: 'bcnt' },
    'a requester for a periodic one': { attributes: { bcnc: 1, bcnr: 'Cclock' }, says: 'bcnr' },
    'an interval for loss of synchronization': { attributes: { bcnc: 2, bcnr: 'C', bcni: 'PT1S' }, says: 'bcni' },
    'no requester for loss of synchronization': { attributes: { bcnc: 2 }, says: 'bcnr' },
    'a threshold of nothing': { attributes: { bcnc: 2, bcnr: 'Cclock', bcnt: 'PT0S' }, says: 'bcnt' },
    'a target its originator may not notify': { attributes: { bcnc: 1, bcnu: ['Cother'] }, rsc: 4103, says: 'bcnu' },
  };
  for (const [what, { attributes, rsc = 4000, says }] of Object.entries(refused)) {
    it(`is refused with ${what}`, async () => {
      const answer = await beacon({ rn: 'refused', ...attributes });
      expect(answer.rsc, answer.dbg).to.equal(rsc);
      expect(answer.dbg).to.contain(says);
      expect((await cse.send('GET', '/cse-in/clock/refused')).rsc).to.equal(4004);
    });
  }
});
