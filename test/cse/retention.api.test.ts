import { expect } from 'chai';
import { until } from '../support/wait.ts';
import { startCse, startSubscriber, type TestCse } from './support.ts';

describe('instances of a container', () => {
  let cse: TestCse;

  before(async () => {
    cse = await startCse();
  });

  after(() => cse[Symbol.asyncDispose]());

  const container = (rn: string, attributes: object = {}) =>
    cse.create('/cse-in', 3, { 'm2m:cnt': { rn, ...attributes } });
  const instance = (rn: string, con: unknown, attributes: object = {}) =>
    cse.create(`/cse-in/${rn}`, 4, { 'm2m:cin': { con: con as string, ...attributes } });
  const attributesOf = async (rn: string) => (await cse.send('GET', `/cse-in/${rn}`)).pc['m2m:cnt'];
  const contents = async (rn: string): Promise<string[]> =>
    ((await cse.send('GET', `/cse-in/${rn}?rcn=8`)).pc['m2m:cnt']['m2m:cin'] ?? []).map(
      ({ con }: { con: string }) => con,
    );

  it('count in cni, cbs and st, in UTF-8 bytes (TS-0004 §7.4.7.2.1)', async () => {
    await container('count');
    const first = await instance('count', 'é');
    expect(first.pc['m2m:cin']).to.include({ cs: 2, st: 1 });
    await instance('count', 'abc');
    expect(await attributesOf('count')).to.include({ cni: 2, cbs: 5, st: 2 });
  });

  it('keep any JSON value, and measure its JSON text', async () => {
    await container('json');
    const { pc } = await instance('json', { temperature: 21.5 });
    expect(pc['m2m:cin'].con).to.deep.equal({ temperature: 21.5 });
    expect(pc['m2m:cin'].cs).to.equal('{"temperature":21.5}'.length);
  });

  it('leave, oldest first, when mni is exceeded, and no subscriber is told (TS-0004 §7.4.7.2.1)', async () => {
    await using subscriber = await startSubscriber();
    await container('mni', { mni: 2 });
    await cse.create('/cse-in/mni', 23, { 'm2m:sub': { nu: [subscriber.url], enc: { net: [3, 4] } } });
    for (const con of ['1', '2', '3', '4']) await instance('mni', con);
    expect(await contents('mni')).to.deep.equal(['3', '4']);
    expect(await attributesOf('mni')).to.include({ cni: 2, cbs: 2, st: 4 });
    await until(() => subscriber.heard.length >= 4);
    const events = subscriber.heard.map(
      (content) => (content as never as { 'm2m:sgn': { nev: { net: number } } })['m2m:sgn'].nev.net,
    );
    expect(events).to.deep.equal([3, 3, 3, 3]);
  });

  it('leave until mbs holds (TS-0004 §7.4.7.2.1)', async () => {
    await container('mbs', { mbs: 10 });
    for (const con of ['aaaa', 'bbbb', 'c', 'dddddd']) await instance('mbs', con);
    expect(await contents('mbs')).to.deep.equal(['c', 'dddddd']);
    expect(await attributesOf('mbs')).to.include({ cni: 2, cbs: 7 });
  });

  it('leave at once when an UPDATE lowers mni', async () => {
    await container('lower');
    for (const con of ['1', '2', '3']) await instance('lower', con);
    const { pc } = await cse.send('PUT', '/cse-in/lower', { 'm2m:cnt': { mni: 1 } });
    expect(pc['m2m:cnt']).to.include({ cni: 1, cbs: 1, mni: 1 });
    expect(await contents('lower')).to.deep.equal(['3']);
  });

  it('get an expiration time of at most mia seconds (TS-0001 §9.6.6)', async () => {
    await container('mia', { mia: 60 });
    const { pc } = await instance('mia', '1', { et: '20990101T000000' });
    const seconds = (stamp: string) =>
      Date.parse(stamp.replace(/(....)(..)(..)T(..)(..)(..).*/, '$1-$2-$3T$4:$5:$6Z')) / 1000;
    const { ct, et } = pc['m2m:cin'];
    expect(seconds(et) - seconds(ct)).to.be.within(59, 61);
  });

  it('are not seen once their time is over, and are swept with the counters', async () => {
    await container('short', { mia: 1 });
    await instance('short', '1');
    await until(async () => (await cse.send('GET', '/cse-in/short/la')).rsc === 4004, { what: 'expiration' });
    expect((await cse.send('GET', '/cse-in/short?fu=1&ty=4')).pc['m2m:uril']).to.deep.equal([]);
    await until(async () => (await attributesOf('short')).cni === 0, { what: 'the sweep' });
    expect(await attributesOf('short')).to.include({ cbs: 0, st: 1 });
  });

  it('are found as latest and oldest in order of creation (TS-0004 §7.4.27, §7.4.28)', async () => {
    await container('ends');
    expect((await cse.send('GET', '/cse-in/ends/la')).rsc).to.equal(4004);
    for (const con of ['1', '2', '3']) await instance('ends', con);
    expect((await cse.send('GET', '/cse-in/ends/la')).pc['m2m:cin'].con).to.equal('3');
    expect((await cse.send('GET', '/cse-in/ends/ol')).pc['m2m:cin'].con).to.equal('1');
    expect((await cse.send('DELETE', '/cse-in/ends/la')).rsc).to.equal(2002);
    expect((await cse.send('GET', '/cse-in/ends/la')).pc['m2m:cin'].con).to.equal('2');
    expect((await cse.send('DELETE', '/cse-in/ends/ol')).rsc).to.equal(2002);
    expect(await contents('ends')).to.deep.equal(['2']);
    expect(await attributesOf('ends')).to.include({ cni: 1, cbs: 1, st: 3 });
  });

  it('cannot be retrieved or deleted while disr is true, and go when it ends (TS-0004 §7.4.7)', async () => {
    await container('secret', { disr: true });
    await instance('secret', '1', { rn: 'one' });
    for (const path of ['/cse-in/secret/la', '/cse-in/secret/one']) {
      expect((await cse.send('GET', path)).rsc, path).to.equal(4005);
      expect((await cse.send('DELETE', path)).rsc, path).to.equal(4005);
    }
    await cse.send('PUT', '/cse-in/secret', { 'm2m:cnt': { disr: false } });
    expect(await attributesOf('secret')).to.include({ cni: 0, cbs: 0 });
  });

  it('are counted exactly when many are created and deleted at once', async () => {
    await container('busy', { mni: 50 });
    await container('calm');
    const answers = await Promise.all(
      Array.from({ length: 400 }, (_, index) => instance(index % 2 === 0 ? 'busy' : 'calm', String(index))),
    );
    expect(answers.map(({ rsc }) => rsc).filter((rsc) => rsc !== 2001)).to.deep.equal([]);
    const tags = answers.filter((_, index) => index % 2 === 0).map(({ pc }) => pc['m2m:cin'].st);
    expect(new Set(tags).size, 'every state tag is given once').to.equal(200);
    await Promise.all(Array.from({ length: 20 }, () => cse.send('DELETE', '/cse-in/calm/la')));
    for (const rn of ['busy', 'calm']) {
      const { cni, cbs, st } = await attributesOf(rn);
      const { pool } = cse.database;
      const { rows } = await pool.query(
        `SELECT count(*) AS cni, sum(cs) AS cbs FROM cse.instance WHERE no = (SELECT no FROM cse.resource WHERE rn = $1)`,
        [rn],
      );
      expect({ cni, cbs }).to.deep.equal({ cni: Number(rows[0].cni), cbs: Number(rows[0].cbs) });
      expect(st).to.equal(200);
    }
  });

  it('of a deleted container are gone at once, and removed in the background', async () => {
    await container('doomed');
    for (const con of ['1', '2', '3']) await instance('doomed', con);
    expect((await cse.send('DELETE', '/cse-in/doomed')).rsc).to.equal(2002);
    expect((await cse.send('GET', '/cse-in/doomed/la')).rsc).to.equal(4004);
    expect((await instance('doomed', '4')).rsc).to.equal(4004);
    await container('doomed');
    expect(await attributesOf('doomed')).to.include({ cni: 0, st: 0 });
    const { pool } = cse.database;
    await until(async () => (await pool.query('SELECT FROM cse.garbage')).rowCount === 0, { what: 'the sweep' });
    const left = await pool.query(
      'SELECT FROM cse.instance i WHERE NOT EXISTS (SELECT FROM cse.counter c WHERE c.no = i.no)',
    );
    expect(left.rowCount).to.equal(0);
  });

  it('are all stored or refused when their container is deleted at the same moment', async () => {
    await container('race');
    const creates = Array.from({ length: 60 }, (_, index) => instance('race', String(index)));
    const removal = cse.send('DELETE', '/cse-in/race');
    const answers = await Promise.all(creates);
    expect((await removal).rsc).to.equal(2002);
    expect(answers.every(({ rsc }) => rsc === 2001 || rsc === 4004)).to.equal(true);
  });
});

describe('a resource whose time is over (TS-0001 §9.6.1.3.1)', () => {
  it('is gone, with what is below it, and subscribers to its parent are told', async () => {
    await using cse = await startCse();
    await using subscriber = await startSubscriber();
    await cse.create('/cse-in', 23, { 'm2m:sub': { nu: [subscriber.url], enc: { net: [4] } } });
    const et = new Date(Date.now() + 1500).toISOString().replace(/[-:]/g, '').replace('.', ',').slice(0, 19);
    const parent = await cse.create('/cse-in', 3, { 'm2m:cnt': { rn: 'p', et } });
    expect(parent.rsc).to.equal(2001);
    const child = await cse.create('/cse-in/p', 3, { 'm2m:cnt': { rn: 'c', et: '20990101T000000' } });
    expect(child.pc['m2m:cnt'].et, 'capped to the parent’s').to.equal(et);
    await until(async () => (await cse.send('GET', '/cse-in/p')).rsc === 4004, { what: 'expiration' });
    expect((await cse.send('GET', '/cse-in/p/c')).rsc).to.equal(4004);
    await until(() => subscriber.heard.length === 1, { what: 'a notification' });
  });
});
