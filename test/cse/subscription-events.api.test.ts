import { expect } from 'chai';
import type { JsonObject } from '#cse';
import { until } from '../support/wait.ts';
import { startCse, startSubscriber, type TestCse } from './support.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests read whatever the CSE sends
type Any = any;

const notification = (content: JsonObject | undefined): Any => content?.['m2m:sgn'];

describe('what subscriptions tell of', () => {
  let cse: TestCse;
  let count = 0;

  before(async () => {
    cse = await startCse();
    await cse.ae('Cae');
  });
  after(() => cse[Symbol.asyncDispose]());

  const container = async (attributes: JsonObject = {}): Promise<string> => {
    count += 1;
    await cse.create('/cse-in/ae', 3, { 'm2m:cnt': { rn: `c${count}`, ...attributes } }, { from: 'Cae' });
    return `/cse-in/ae/c${count}`;
  };
  const attempt = (path: string, attributes: JsonObject) =>
    cse.create(path, 23, { 'm2m:sub': { nu: ['http://127.0.0.1:1/'], ...attributes } }, { from: 'Cae' });
  const subscribe = async (path: string, attributes: JsonObject): Promise<Any> => {
    const answer = await attempt(path, attributes);
    expect(answer.rsc, answer.dbg).to.equal(2001);
    return answer.pc['m2m:sub'];
  };
  const instance = (path: string, con: string) => cse.create(path, 4, { 'm2m:cin': { con } }, { from: 'Cae' });

  describe('contents (TS-0001 Table 9.6.8-4)', () => {
    const defaults: Readonly<Record<string, [JsonObject, number]>> = {
      'nothing named': [{}, 1],
      'events 1 to 4': [{ enc: { net: [1, 2, 3, 4] } }, 1],
      'event 5': [{ enc: { net: [5] } }, 1],
      'monitored operations': [{ enc: { om: [{ ops: 2 }] } }, 1],
    };
    for (const [what, [attributes, nct]] of Object.entries(defaults)) {
      it(`is ${nct} by default with ${what}`, async () => {
        expect((await subscribe(await container(), attributes)).nct).to.equal(nct);
      });
    }

    it('is 4 for event 6, and 6 belongs to an AE', async () => {
      expect((await subscribe('/cse-in/ae', { enc: { net: [6] } })).nct).to.equal(4);
    });

    const refused: Readonly<Record<string, [JsonObject, RegExp]>> = {
      'modified attributes of a deletion': [{ nct: 2, enc: { net: [2] } }, /nct/],
      'modified attributes of a new child': [{ nct: 2, enc: { net: [1, 3] } }, /nct/],
      'a trigger payload of an update': [{ nct: 4 }, /nct/],
      'a time series of a child': [{ nct: 5, enc: { net: [3] } }, /nct/],
      'modified attributes of a monitored operation': [{ nct: 2, enc: { om: [{ ops: 4 }] } }, /nct/],
      'monitored operations beside event types': [{ enc: { om: [{ ops: 4 }], net: [1] } }, /exclude/],
      'a monitor that names nothing': [{ enc: { om: [{}] } }, /om/],
      'an operation that is none': [{ enc: { om: [{ ops: 64 }] } }, /ops|64/],
      'event 6 of a container': [{ enc: { net: [6] } }, /AE/],
      'event 8 of a container': [{ enc: { net: [8] }, md: {} }, /md/],
      'event 8 of a container with md': [{ enc: { net: [8], md: { num: 1, dur: 'PT1S' } } }, /timeSeries/],
      'missing data of a container': [{ enc: { net: [1], md: { num: 1, dur: 'PT1S' } } }, /timeSeries/],
      'event 9': [{ enc: { net: [9] } }, /net/],
      'an event twice': [{ enc: { net: [1, 1] } }, /enc/],
      'no event at all': [{ enc: { net: [] } }, /enc/],
      'a child type that cannot be one': [{ enc: { net: [3], chty: [2] } }, /chty/],
      'an unknown condition': [{ enc: { net: [1], xyz: 1 } }, /enc/],
      'a rate limit without length': [{ rl: { mnn: 1, tww: 'PT0S' } }, /tww/],
      'a serialization nobody has': [{ nu: ['http://127.0.0.1:1/?ct=yaml'] }, /ct/],
      'an empty target list': [{ nu: [] }, /nu/],
      'null for the targets': [{ nu: null }, /nu/],
      'statistics of its own': [{ nsi: [] }, /nsi/],
    };
    for (const [what, [attributes, why]] of Object.entries(refused)) {
      it(`refuses ${what}`, async () => {
        const path = await container();
        const { rsc, dbg } = await attempt(path, { rn: 's', ...attributes });
        expect(rsc, dbg).to.equal(4000);
        expect(dbg).to.match(why);
        expect((await cse.send('GET', `${path}/s`)).rsc, 'nothing was created').to.equal(4004);
      });
    }
  });

  it('event 5: somebody asks for the instances of a container that has none (TS-0001 Table 9.6.8-3)', async () => {
    await using subscriber = await startSubscriber();
    const path = await container();
    await subscribe(path, { nu: [subscriber.url], enc: { net: [5] }, nct: 3 });
    await cse.send('GET', path, undefined, { from: 'Cae' });
    await cse.send('GET', `${path}?rcn=4`, undefined, { from: 'Cae' });
    await until(() => subscriber.heard.length === 1);
    expect(notification(subscriber.heard[0]).nev).to.deep.equal({ net: 5, rep: { 'm2m:uri': path.slice(1) } });
    await instance(path, '1');
    await cse.send('GET', `${path}?rcn=8`, undefined, { from: 'Cae' });
    await cse.send('DELETE', `${path}/la`);
    await cse.send('GET', `${path}?rcn=8`, undefined, { from: 'Cae' });
    await until(() => subscriber.heard.length === 2);
  });

  it('operations attempted, by operation and by originator, whatever came of them (TS-0001 Table 9.6.8-3)', async () => {
    await using subscriber = await startSubscriber();
    await cse.ae('Cstranger');
    const path = await container();
    const uri = { 'm2m:uri': path.slice(1) };
    await subscribe(path, { nu: [subscriber.url], enc: { om: [{ ops: 2, or: 'Cstranger' }] }, nct: 3 });
    expect((await cse.send('GET', path, undefined, { from: 'Cae' })).rsc).to.equal(2000);
    expect((await cse.send('GET', path, undefined, { from: 'Cstranger' })).rsc).to.equal(4103);
    expect((await cse.send('PUT', path, { 'm2m:cnt': {} }, { from: 'Cstranger' })).rsc).to.equal(4103);
    await until(() => subscriber.heard.length === 1);
    expect(notification(subscriber.heard[0]).nev).to.deep.include({ rep: uri, om: { op: 2, or: 'Cstranger' } });
  });

  it('operations on the resource itself, with its attributes after them', async () => {
    await using subscriber = await startSubscriber();
    const path = await container();
    await subscribe(path, { nu: [subscriber.url], enc: { om: [{ ops: 4 }, { ops: 8 }] } });
    await cse.send('PUT', path, { 'm2m:cnt': { mni: 3 } }, { from: 'Cae' });
    await until(() => subscriber.heard.length === 1);
    const [first] = subscriber.heard;
    expect(notification(first).nev.rep['m2m:cnt'].mni).to.equal(3);
    await instance(path, '1');
    await cse.send('DELETE', path, undefined, { from: 'Cae' });
    await until(() => subscriber.heard.length === 2);
    expect(notification(subscriber.heard[1]).nev.om).to.deep.equal({ op: 4, or: 'Cae' });
  });

  it('the deletion of what is below the resource that was named (TS-0004 §7.3.3.8)', async () => {
    await using subscriber = await startSubscriber();
    const path = await container();
    await cse.create(path, 3, { 'm2m:cnt': { rn: 'inner' } }, { from: 'Cae' });
    await subscribe(`${path}/inner`, { nu: [subscriber.url], enc: { net: [2] } });
    await cse.send('DELETE', path, undefined, { from: 'Cae' });
    await until(() => subscriber.heard.length === 1);
    expect(notification(subscriber.heard[0]).nev.rep['m2m:cnt'].rn).to.equal('inner');
  });

  it('instances that expire, of the kinds it asks for (TS-0001 Table 9.6.8-3)', async () => {
    await using subscriber = await startSubscriber();
    const path = await container({ mia: 1 });
    await subscribe(path, { nu: [subscriber.url], enc: { net: [4] } });
    for (const con of ['1', '2']) await instance(path, con);
    await until(() => subscriber.heard.length === 2);
    expect(subscriber.heard.map((content) => notification(content).nev.net)).to.deep.equal([4, 4]);
    expect((await cse.send('GET', path)).pc['m2m:cnt'].cni).to.equal(0);
  });

  it('nothing any more of what happened before its deletion, when it had not been sent (TS-0004 §7.4.8.2.4)', async () => {
    let refusing = true;
    let tries = 0;
    await using subscriber = await startSubscriber(() => {
      tries += 1;
      return refusing ? 503 : 200;
    });
    const path = await container();
    const { rn } = await subscribe(path, { nu: [subscriber.url], enc: { net: [3] } });
    for (const con of ['1', '2', '3']) await instance(path, con);
    await until(() => tries > 0);
    await cse.send('DELETE', `${path}/${rn}`, undefined, { from: 'Cae' });
    refusing = false;
    await until(async () => {
      const { rows } = await cse.database.pool.query('SELECT FROM cse.notification');
      return rows.length === 0;
    });
    expect(subscriber.heard.length).to.equal(0);
  });

  describe('conditions (TS-0001 Table 9.6.8-3)', () => {
    const past = '20200101T000000';
    const future = '20990101T000000';
    /** Whether an update of a container with st 1 after it, or its new instance of 4 bytes, is told. */
    const conditions: Readonly<Record<string, [JsonObject, boolean]>> = {
      'created before': [{ crb: future }, true],
      'not created before': [{ crb: past }, false],
      'created after': [{ cra: past }, true],
      'not created after': [{ cra: future }, false],
      'modified since': [{ ms: past }, true],
      'not modified since': [{ ms: future }, false],
      'unmodified since': [{ us: future }, true],
      'not unmodified since': [{ us: past }, false],
      'state tag smaller': [{ sts: 2 }, true],
      'state tag not smaller': [{ sts: 1 }, false],
      'state tag bigger': [{ stb: 0 }, true],
      'state tag not bigger': [{ stb: 1 }, false],
      'expires before': [{ exb: '99991231T235959' }, false],
      'expires after': [{ exa: future }, true],
      'both, one of which fails': [{ stb: 0, sts: 1 }, false],
      'either, one of which fails': [{ stb: 0, sts: 1, fo: 2 }, true],
      'either, of which both fail': [{ stb: 5, sts: 1, fo: 2 }, false],
      'exactly one': [{ stb: 0, sts: 2, fo: 3 }, false],
    };
    it('decide together whether an update is told', async () => {
      await using subscriber = await startSubscriber();
      const path = await container();
      const names = new Map<string, string>();
      for (const [what, [enc]] of Object.entries(conditions)) {
        const { ri } = await subscribe(path, { nu: [subscriber.url], enc: { net: [1], ...enc } });
        names.set(`/id-in/${ri}`, what);
      }
      await cse.send('PUT', path, { 'm2m:cnt': { lbl: ['x'] } }, { from: 'Cae' });
      const expected = Object.keys(conditions).filter((what) => conditions[what]?.[1]);
      await until(() => subscriber.heard.length >= expected.length);
      const told = subscriber.heard.map((content) => names.get(notification(content).sur));
      expect(told).to.have.members(expected);
    });

    it('of size are of the instance', async () => {
      await using subscriber = await startSubscriber();
      const path = await container();
      const names = new Map<string, string>();
      for (const [what, enc] of Object.entries({
        'at least 4': { sza: 4 },
        'at least 5': { sza: 5 },
        'below 5': { szb: 5 },
        'below 4': { szb: 4 },
      })) {
        const { ri } = await subscribe(path, { nu: [subscriber.url], enc: { net: [3], ...enc } });
        names.set(`/id-in/${ri}`, what);
      }
      await instance(path, '1234');
      await until(() => subscriber.heard.length >= 2);
      const told = subscriber.heard.map((content) => names.get(notification(content).sur));
      expect(told).to.have.members(['at least 4', 'below 5']);
    });
  });

  it('who caused it (eeno), and where a group host passes it on (nfu)', async () => {
    await using subscriber = await startSubscriber();
    const path = await container();
    const attributes = {
      nu: [subscriber.url],
      enc: { net: [3] },
      eeno: true,
      nfu: ['http://127.0.0.1:1/all'],
      gpi: 'g',
    };
    const { gpi } = await subscribe(path, attributes);
    expect(gpi).to.equal('g');
    await instance(path, '1');
    await until(() => subscriber.heard.length === 1);
    expect(notification(subscriber.heard[0])).to.include({ nfu: 'http://127.0.0.1:1/all' });
    expect(notification(subscriber.heard[0]).nev.or).to.equal('Cae');
  });

  it('what happened before the subscription, the newest psn events in their order (TS-0001 §10.2.10.7)', async () => {
    await using subscriber = await startSubscriber();
    const path = await container();
    for (const con of ['1', '2', '3']) await instance(path, con);
    await subscribe(path, { nu: [subscriber.url], enc: { net: [3] }, psn: 2 });
    await instance(path, '4');
    await until(() => subscriber.heard.length === 3);
    expect(subscriber.heard.map((content) => notification(content).nev.rep['m2m:cin'].con)).to.deep.equal([
      '2',
      '3',
      '4',
    ]);
    const { rsc } = await cse.send('PUT', path, { 'm2m:cnt': { mni: 9 } }, { from: 'Cae' });
    expect(rsc).to.equal(2004);
  });

  it('a cross-resource subscription it leaves (TS-0004 §7.4.8.2.3)', async () => {
    await using subscriber = await startSubscriber();
    const path = await container();
    const { rn, ri } = await subscribe(path, { acrs: [subscriber.url] });
    await cse.send('PUT', `${path}/${rn}`, { 'm2m:sub': { acrs: null } }, { from: 'Cae' });
    await until(() => subscriber.heard.length === 1);
    expect(notification(subscriber.heard[0])).to.deep.equal({ sud: true, sur: `/id-in/${ri}` });
  });
});
