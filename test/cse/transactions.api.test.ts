import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { JsonObject } from '#cse';
import { until } from '../support/wait.ts';
import { type Answer, startCse, startSubscriber, type TestCse } from './support.ts';

const control = { initial: 1, lock: 2, execute: 3, commit: 4, abort: 5 };
const state = { initial: 1, locked: 2, executed: 3, committed: 4, error: 5, aborted: 6 };

/** A timestamp that many milliseconds from now. */
const inMs = (milliseconds: number): string =>
  new Date(Date.now() + milliseconds).toISOString().replace(/[-:Z]/g, '').replace('.', ',');

describe('a transaction (TS-0001 §9.6.48, §10.2.18, TS-0004 §7.4.61)', () => {
  let city: TestCse;
  const from = 'Cteller';

  before(async () => {
    city = await startCse({ env: { ALZETTE_CSE_TRANSACTION_SECONDS_MAX: '60' } });
    await city.ae(from);
    await city.ae('Cother');
    const everybody = { acr: [{ acor: [from, 'Cother'], acop: 63 }] };
    await city.create('/cse-in', 1, { 'm2m:acp': { rn: 'both', pv: everybody, pvs: everybody } });
  });
  after(() => city[Symbol.asyncDispose]());
  beforeEach(async () => {
    await city.create('/cse-in', 3, { 'm2m:cnt': { rn: 'bank', acpi: ['cse-in/both'] } });
    const made = await city.create('/cse-in/bank', 3, {
      'm2m:cnt': { rn: 'account', lbl: ['old'], acpi: ['cse-in/both'] },
    });
    expect(made.rsc).to.equal(2001);
  });
  // A locked resource cannot be deleted; what is above it can.
  afterEach(() => city.send('DELETE', '/cse-in/bank'));

  const request = (attributes: JsonObject): JsonObject => ({
    op: 3,
    to: 'cse-in/bank/account',
    fr: from,
    rqi: randomUUID(),
    rvi: '3',
    pc: { 'm2m:cnt': { lbl: ['new'] } },
    ...attributes,
  });
  const begin = (attributes: JsonObject = {}, rqp: JsonObject = {}): Promise<Answer> =>
    city.create(
      '/cse-in/bank/account',
      51,
      { 'm2m:trac': { rn: 'step', tid: 'transfer', 'm2m:rqp': request(rqp), ...attributes } },
      { from },
    );
  const tell = (tctl: number, as = from): Promise<Answer> =>
    city.send('PUT', '/cse-in/bank/account/step', { 'm2m:trac': { tctl } }, { from: as });
  const account = (as = 'Cother') => city.send('GET', '/cse-in/bank/account', undefined, { from: as });
  const labels = async () => (await city.send('GET', '/cse-in/bank/account', undefined)).pc['m2m:cnt'].lbl;

  it('locks its target when it is made, and knows its creator', async () => {
    const { rsc, pc } = await begin();
    expect(rsc).to.equal(2001);
    expect(pc['m2m:trac']).to.include({ tctl: control.lock, trst: state.locked, cr: from, tltp: 1, tid: 'transfer' });
  });

  it('blocks all operations of others on its target (BLOCK_ALL)', async () => {
    await begin();
    for (const answer of [
      await account(),
      await city.send('PUT', '/cse-in/bank/account', { 'm2m:cnt': { lbl: ['x'] } }, { from: 'Cother' }),
      await city.create('/cse-in/bank/account', 4, { 'm2m:cin': { con: 'x' } }, { from: 'Cother' }),
      await city.send('DELETE', '/cse-in/bank/account', undefined, { from: 'Cother' }),
      await city.send('GET', '/cse-in/bank/account/la', undefined, { from: 'Cother' }),
    ]) {
      expect(answer.rsc).to.equal(5222);
      expect(answer.dbg).to.include('locked');
    }
    expect((await tell(control.abort)).rsc).to.equal(2004);
    expect((await account()).rsc).to.equal(2000);
  });

  it('lets others retrieve with ALLOW_RETRIEVES, who see nothing of it before it is committed', async () => {
    await begin({ tltp: 2 });
    expect((await tell(control.execute)).pc['m2m:trac'].trst).to.equal(state.executed);
    const seen = await account();
    expect(seen.rsc).to.equal(2000);
    expect(seen.pc['m2m:cnt'].lbl).to.deep.equal(['old']);
    const refused = await city.create('/cse-in/bank/account', 4, { 'm2m:cin': { con: 'x' } }, { from: 'Cother' });
    expect(refused.rsc).to.equal(5222);
  });

  it('executes, commits and releases', async () => {
    await begin();
    const executed = (await tell(control.execute)).pc['m2m:trac'];
    expect(executed.trst).to.equal(state.executed);
    expect(executed['m2m:rsp']).to.include({ rsc: 2004 });
    const committed = (await tell(control.commit)).pc['m2m:trac'];
    expect(committed.trst).to.equal(state.committed);
    expect(await labels()).to.deep.equal(['new']);
    expect((await account()).rsc).to.equal(2000);
  });

  for (const [what, rqp] of [
    ['an UPDATE', {}],
    ['a CREATE', { op: 1, ty: 4, pc: { 'm2m:cin': { con: 'x' } } }],
    ['a DELETE', { op: 4, pc: undefined }],
  ] as const) {
    it(`leaves everything as it was when ${what} is aborted`, async () => {
      const before = (await city.send('GET', '/cse-in/bank/account')).pc;
      await begin({}, JSON.parse(JSON.stringify(request(rqp as unknown as JsonObject))));
      expect((await tell(control.execute)).pc['m2m:trac'].trst).to.equal(state.executed);
      expect((await tell(control.abort)).pc['m2m:trac'].trst).to.equal(state.aborted);
      expect((await city.send('GET', '/cse-in/bank/account')).pc).to.deep.equal(before);
    });
  }

  it('creates when it is committed, and keeps the answer', async () => {
    await begin({}, { op: 1, ty: 4, pc: { 'm2m:cin': { rn: 'entry', con: '7' } } });
    expect((await tell(control.execute)).pc['m2m:trac']['m2m:rsp'].rsc).to.equal(2001);
    const { 'm2m:rsp': response } = (await tell(control.commit)).pc['m2m:trac'];
    expect(response.rsc).to.equal(2001);
    expect(response.pc['m2m:cin']).to.include({ rn: 'entry', con: '7' });
    expect((await city.send('GET', '/cse-in/bank/account/entry')).rsc).to.equal(2000);
  });

  it('deletes its target, and goes with it', async () => {
    const { pc: _pc, ...rqp } = request({ op: 4 });
    await city.create('/cse-in/bank/account', 51, { 'm2m:trac': { rn: 'step', tid: 't', 'm2m:rqp': rqp } }, { from });
    await tell(control.execute);
    expect((await tell(control.commit)).pc['m2m:trac'].trst).to.equal(state.committed);
    expect((await city.send('GET', '/cse-in/bank/account')).rsc).to.equal(4004);
  });

  it('is in error when its request would fail, and keeps the lock until it is aborted', async () => {
    await begin({}, { pc: { 'm2m:cnt': { mni: -1 } } });
    const failed = (await tell(control.execute)).pc['m2m:trac'];
    expect(failed.trst).to.equal(state.error);
    expect(failed['m2m:rsp']).to.include({ rsc: 4000 });
    expect((await account()).rsc).to.equal(5222);
    expect((await tell(control.abort)).rsc).to.equal(2004);
    expect((await account()).rsc).to.equal(2000);
  });

  it('is in error when it finds its target locked, and may try again later', async () => {
    await begin();
    const rqp = { ...request({}), fr: 'Cother' };
    const second = await city.create(
      '/cse-in/bank/account',
      51,
      { 'm2m:trac': { rn: 'late', tid: 'other', 'm2m:rqp': rqp } },
      { from: 'Cother' },
    );
    expect(second.rsc).to.equal(2001);
    expect(second.pc['m2m:trac'].trst).to.equal(state.error);
    await tell(control.abort);
    const again = await city.send('PUT', '/cse-in/bank/account/late', { 'm2m:trac': { tctl: 2 } }, { from: 'Cother' });
    expect(again.pc['m2m:trac'].trst).to.equal(state.locked);
    expect((await account(from)).rsc).to.equal(5222);
  });

  it('shares its lock with others of the same transaction', async () => {
    await begin();
    const rqp = request({ op: 1, ty: 4, pc: { 'm2m:cin': { con: 'x' } } });
    const second = await city.create(
      '/cse-in/bank/account',
      51,
      { 'm2m:trac': { tid: 'transfer', 'm2m:rqp': rqp } },
      { from },
    );
    expect(second.pc['m2m:trac'].trst).to.equal(state.locked);
  });

  it('goes on by itself at its times', async () => {
    await begin({ tltm: inMs(200), text: inMs(400), tct: inMs(600) });
    expect((await city.send('GET', '/cse-in/bank/account/step')).pc['m2m:trac'].trst).to.equal(state.initial);
    expect((await account()).rsc).to.equal(2000);
    await until(
      async () => (await city.send('GET', '/cse-in/bank/account/step')).pc['m2m:trac'].trst === state.committed,
    );
    expect(await labels()).to.deep.equal(['new']);
  });

  it('locks and executes at its time of commitment when nothing came before', async () => {
    await begin({ tltm: inMs(300_000), tct: inMs(300) });
    await until(
      async () => (await city.send('GET', '/cse-in/bank/account/step')).pc['m2m:trac'].trst === state.committed,
    );
    expect(await labels()).to.deep.equal(['new']);
  });

  it('releases its target when its time is over, and lives no longer than the CSE allows', async () => {
    const { pc } = await begin({ et: inMs(400) });
    expect(pc['m2m:trac'].et <= inMs(400)).to.equal(true);
    expect((await account()).rsc).to.equal(5222);
    await until(async () => (await account()).rsc === 2000);
    expect(await labels()).to.deep.equal(['old']);
    await until(async () => (await city.send('GET', '/cse-in/bank/account/step')).rsc === 4004);
    const long = await begin({ rn: 'long', et: inMs(3_600_000) });
    expect(long.pc['m2m:trac'].et <= inMs(61_000)).to.equal(true);
  });

  it('ends when an ancestor of its target is deleted', async () => {
    await begin();
    expect((await account()).rsc).to.equal(5222);
    expect((await city.send('DELETE', '/cse-in/bank')).rsc).to.equal(2002);
    expect((await account()).rsc).to.equal(4004);
  });

  it('keeps its lock over a restart, and is committed after it', async () => {
    const first = await startCse({ keepDatabase: true });
    const { database } = first;
    await first.create('/cse-in', 3, { 'm2m:cnt': { rn: 'vault', lbl: ['old'] } });
    const rqp = { op: 3, to: 'cse-in/vault', fr: 'CAdmin', rqi: 'r', rvi: '3', pc: { 'm2m:cnt': { lbl: ['new'] } } };
    await first.create('/cse-in/vault', 51, { 'm2m:trac': { rn: 'step', tid: 't', 'm2m:rqp': rqp } });
    const req = [
      { op: 1, to: 'cse-in', fr: 'CAdmin', rqi: 'q', pc: { 'm2m:cnt': { rn: 'made' } }, mi: { rvi: '3', ty: 3 } },
    ];
    await first.create('/cse-in', 50, { 'm2m:tram': { rn: 'later', tmh: 2, text: inMs(1500), rqps: { req } } });
    await first[Symbol.asyncDispose]();
    await using _ = { [Symbol.asyncDispose]: () => database.close() };
    await using second = await startCse({ database });
    expect((await second.send('GET', '/cse-in/vault')).rsc).to.equal(5222);
    for (const tctl of [control.execute, control.commit])
      expect((await second.send('PUT', '/cse-in/vault/step', { 'm2m:trac': { tctl } })).rsc).to.equal(2004);
    expect((await second.send('GET', '/cse-in/vault')).pc['m2m:cnt'].lbl).to.deep.equal(['new']);
    await until(async () => (await second.send('GET', '/cse-in/made')).rsc === 2000);
    await until(async () => (await second.send('GET', '/cse-in/later')).pc['m2m:tram'].trst === state.committed);
  });

  describe('refuses', () => {
    it('steps the standard does not draw (ILLEGAL_TRANSACTION_STATE_TRANSITION_ATTEMPTED)', async () => {
      await begin();
      for (const told of [control.commit, control.lock, control.initial]) expect((await tell(told)).rsc).to.equal(4123);
      await tell(control.execute);
      expect((await tell(control.execute)).rsc).to.equal(4123);
      await tell(control.commit);
      expect((await tell(control.abort)).rsc).to.equal(4123);
      expect(await labels()).to.deep.equal(['new']);
    });

    it('to be controlled by others', async () => {
      await begin();
      expect((await tell(control.abort, 'CAdmin')).rsc).to.equal(4103);
      expect((await tell(control.abort, 'Cother')).rsc).to.equal(4103);
    });

    it('to be deleted before it is over', async () => {
      await begin();
      expect((await city.send('DELETE', '/cse-in/bank/account/step', undefined, { from })).rsc).to.equal(5222);
      await tell(control.abort);
      expect((await city.send('DELETE', '/cse-in/bank/account/step', undefined, { from })).rsc).to.equal(2002);
    });

    for (const [what, attributes, rqp, named] of [
      ['a request of somebody else', {}, { fr: 'Cother' }, 'fr'],
      ['a request for another resource', {}, { to: 'cse-in/both' }, 'to'],
      ['a request for what is below', {}, { to: 'cse-in/bank/account/la' }, 'to'],
      ['an operation that is none', {}, { op: 9 }, 'op'],
      ['no identifier', { tid: null }, {}, 'tid'],
      ['a control at the start', { tctl: 3 }, {}, 'tctl'],
      ['a state', { trst: 3 }, {}, 'trst'],
      ['a lock that is none', { tltp: 3 }, {}, 'tltp'],
      ['a time that is none', { tct: 'tomorrow' }, {}, 'tct'],
      ['a request that is none', { 'm2m:rqp': 3 }, {}, 'm2m:rqp'],
    ] as const) {
      it(`${what}, and locks nothing`, async () => {
        const refused = await begin(attributes as unknown as JsonObject, rqp);
        expect(refused.rsc, refused.dbg).to.equal(4000);
        expect(refused.dbg).to.include(named);
        expect((await account()).rsc).to.equal(2000);
      });
    }

    it('a target that may not be changed by its creator', async () => {
      await city.create('/cse-in', 3, { 'm2m:cnt': { rn: 'closed' } });
      const rqp = { ...request({}), to: 'cse-in/closed' };
      const refused = await city.create('/cse-in/closed', 51, { 'm2m:trac': { tid: 't', 'm2m:rqp': rqp } }, { from });
      expect(refused.rsc).to.equal(4103);
    });
  });

  describe('managed together (TS-0001 §9.6.47, TS-0004 §7.4.60)', () => {
    beforeEach(async () => {
      await city.create('/cse-in/bank', 3, { 'm2m:cnt': { rn: 'savings', lbl: ['old'], acpi: ['cse-in/both'] } });
    });
    afterEach(async () => {
      await city.send('DELETE', '/cse-in/teller/transfer', undefined, { from });
    });
    const part = (to: string, more: JsonObject = {}): JsonObject => ({
      op: 3,
      to,
      fr: from,
      rqi: `rq-${to}`,
      pc: { 'm2m:cnt': { lbl: ['new'] } },
      mi: { rvi: '3' },
      ...more,
    });
    const transfer = (attributes: JsonObject = {}, parts?: JsonObject[]): Promise<Answer> => {
      const req = parts ?? [part('cse-in/bank/account'), part('cse-in/bank/savings')];
      return city.create(
        '/cse-in/teller',
        50,
        { 'm2m:tram': { rn: 'transfer', rqps: { req }, ...attributes } },
        { from },
      );
    };
    const read = async () =>
      (await city.send('GET', '/cse-in/teller/transfer', undefined, { from })).pc['m2m:tram'] as JsonObject | undefined;
    const reaches = (wanted: number) => until(async () => (await read())?.trst === wanted);
    const order = (tctl: number, as = from): Promise<Answer> =>
      city.send('PUT', '/cse-in/teller/transfer', { 'm2m:tram': { tctl } }, { from: as });
    const both = async () =>
      Promise.all(
        ['account', 'savings'].map(async (rn) => (await city.send('GET', `/cse-in/bank/${rn}`)).pc['m2m:cnt']?.lbl[0]),
      );

    it('commits all requests by itself, tells the creator, and goes (CSE_CONTROLLED, DELETE)', async () => {
      await using subscriber = await startSubscriber();
      const { rsc, pc } = await transfer({ text: inMs(500) });
      expect(rsc).to.equal(2001);
      expect(pc['m2m:tram']).to.include({ tmd: 1, tltp: 1, tmr: 0, tmh: 1, tctl: 1, trst: 1, cr: from });
      const sub = { nu: [subscriber.url], enc: { net: [1], atr: ['trst'] }, nct: 2 };
      expect((await city.create('/cse-in/teller/transfer', 23, { 'm2m:sub': sub }, { from })).rsc).to.equal(2001);
      await until(async () => (await city.send('GET', '/cse-in/teller/transfer', undefined, { from })).rsc === 4004);
      expect(await both()).to.deep.equal(['new', 'new']);
      const found = await city.send('GET', '/cse-in?fu=1&ty=51');
      expect(found.pc['m2m:uril']).to.deep.equal([]);
    });

    it('keeps the answers when it is to stay (PERSIST)', async () => {
      await transfer({ tmh: 2 });
      await reaches(state.committed);
      const { rsps, tctl } = (await read()) as { rsps: { 'm2m:rsp': JsonObject[] }; tctl: number };
      expect(tctl).to.equal(control.commit);
      expect(rsps['m2m:rsp'].map(({ rsc, rqi }) => [rsc, rqi])).to.deep.equal([
        [2004, 'rq-cse-in/bank/account'],
        [2004, 'rq-cse-in/bank/savings'],
      ]);
    });

    it('changes nothing when one request would fail', async () => {
      await transfer({ tmh: 2 }, [
        part('cse-in/bank/account'),
        part('cse-in/bank/savings', { pc: { 'm2m:cnt': { mni: -1 } } }),
      ]);
      await reaches(state.aborted);
      expect(await both()).to.deep.equal(['old', 'old']);
    });

    it('changes nothing when one target is not there', async () => {
      await transfer({ tmh: 2 }, [part('cse-in/bank/account'), part('cse-in/nowhere')]);
      await reaches(state.aborted);
      expect(await both()).to.deep.equal(['old', 'old']);
    });

    it('tries again when a target is locked (tmr)', async () => {
      await begin({ tid: 'before' });
      await transfer({ tmh: 2, tmr: 20 });
      setTimeout(() => void tell(control.abort), 300);
      await reaches(state.committed);
      expect(await both()).to.deep.equal(['new', 'new']);
    });

    it('is given up when a target stays locked', async () => {
      await begin({ tid: 'before' });
      await transfer({ tmh: 2 });
      await reaches(state.aborted);
      await tell(control.abort);
      expect(await both()).to.deep.equal(['old', 'old']);
    });

    it('is led by its creator (CREATOR_CONTROLLED)', async () => {
      await transfer({ tmd: 2, tmh: 2 });
      expect((await order(control.lock)).rsc).to.equal(2004);
      await reaches(state.locked);
      expect((await account()).rsc).to.equal(5222);
      expect((await order(control.commit)).rsc).to.equal(4123);
      await order(control.execute);
      await reaches(state.executed);
      await order(control.commit);
      await reaches(state.committed);
      expect(await both()).to.deep.equal(['new', 'new']);
      await order(control.initial);
      await reaches(state.initial);
      expect((await read())?.rsps).to.deep.equal({ 'm2m:rsp': [] });
    });

    it('is aborted by its creator', async () => {
      await transfer({ tmd: 2, tmh: 2 });
      await order(control.lock);
      await reaches(state.locked);
      await order(control.execute);
      await reaches(state.executed);
      await order(control.abort);
      await reaches(state.aborted);
      expect(await both()).to.deep.equal(['old', 'old']);
    });

    it('is aborted when its time is over (tept)', async () => {
      await transfer({ tmd: 2, tmh: 2, tept: inMs(700) });
      await order(control.lock);
      await reaches(state.locked);
      await reaches(state.aborted);
      expect((await account()).rsc).to.equal(2000);
    });

    it('refuses to be led by others, and when the CSE leads', async () => {
      await transfer({ tmd: 2, tmh: 2 });
      expect((await order(control.lock, 'CAdmin')).rsc).to.equal(4103);
      expect((await order(control.execute)).rsc).to.equal(4123);
      expect((await city.send('DELETE', '/cse-in/teller/transfer', undefined, { from })).rsc).to.equal(5222);
      await order(control.lock);
      await reaches(state.locked);
      await order(control.abort);
      await reaches(state.aborted);
      expect((await city.send('DELETE', '/cse-in/teller/transfer', undefined, { from })).rsc).to.equal(2002);
      await transfer({ rn: 'led', tmh: 2, text: inMs(60_000) });
      const led = { 'm2m:tram': { tctl: control.abort } };
      expect((await city.send('PUT', '/cse-in/teller/led', led, { from })).rsc).to.equal(4000);
    });

    for (const [what, attributes, parts, named] of [
      ['requests of somebody else', {}, [{ fr: 'Cother' }], 'fr'],
      ['no requests', {}, [], 'rqps'],
      ['requests without a target', {}, [{ to: undefined }], 'rqps'],
      ['a mode that is none', { tmd: 3 }, undefined, 'tmd'],
      ['a control at the start', { tctl: 2 }, undefined, 'tctl'],
      ['a state', { trst: 2 }, undefined, 'trst'],
      ['answers', { rsps: {} }, undefined, 'rsps'],
      ['an end in the past', { tept: '20200101T000000' }, undefined, 'tept'],
      ['a negative number of retries', { tmr: -1 }, undefined, 'tmr'],
      ['more requests than the CSE holds', {}, Array(101).fill({}), '100'],
    ] as const) {
      it(`refuses ${what}`, async () => {
        const given = (parts as readonly JsonObject[] | undefined)?.map((more) => part('cse-in/bank/account', more));
        const refused = await transfer(attributes as unknown as JsonObject, given);
        expect(refused.rsc, refused.dbg).to.equal(4000);
        expect(refused.dbg).to.include(named);
        expect(await read()).to.equal(undefined);
      });
    }
  });
});
