import { expect } from 'chai';
import type { JsonObject } from '#cse';
import { schema } from '#cse';
import { testDatabase } from '../support/postgres.ts';
import { until } from '../support/wait.ts';
import { type Answer, startCse, startSubscriber, type TestCse } from './support.ts';

const actr = ({ pc }: Answer) => pc['m2m:actr'];

describe('actions and dependencies (release 4)', () => {
  let cse: TestCse;
  let count = 0;

  before(async () => {
    cse = await startCse({ env: { ALZETTE_CSE_ACTION_CHAIN_MAX: '4' } });
    await cse.ae('Cowner', { rn: 'owner' });
    await cse.ae('Cother', { rn: 'other' });
  });

  after(() => cse[Symbol.asyncDispose]());

  const owner = { from: 'Cowner' };
  const container = async (attributes: JsonObject = {}): Promise<string> => {
    count += 1;
    const { rsc, dbg } = await cse.create('/cse-in/owner', 3, { 'm2m:cnt': { rn: `c${count}`, ...attributes } }, owner);
    expect(rsc, dbg).to.equal(2001);
    return `/cse-in/owner/c${count}`;
  };
  const instance = (path: string, con: unknown) => cse.create(path, 4, { 'm2m:cin': { con } as JsonObject }, owner);
  const instances = async (path: string): Promise<unknown[]> => {
    const { pc } = await cse.send('GET', `${path}?rcn=8`);
    return (pc['m2m:cnt']['m2m:cin'] ?? []).map(({ con }: { con: unknown }) => con);
  };
  /** Puts `con` into a container. */
  const put = (con: unknown, fr = 'Cowner'): JsonObject =>
    ({ op: 1, fr, to: 'x', rqi: '1', ty: 4, pc: { 'm2m:cin': { con } } }) as JsonObject;
  const create = (path: string, attributes: JsonObject, request: { from?: string } = owner) =>
    cse.create(path, 65, { 'm2m:actr': attributes }, request);
  const action = async (path: string, attributes: JsonObject): Promise<string> => {
    count += 1;
    const { rsc, dbg } = await create(path, { rn: `a${count}`, ...attributes });
    expect(rsc, dbg).to.equal(2001);
    return `${path}/a${count}`;
  };
  const inState = async (path: string, evm: number): Promise<void> => {
    await until(async () => actr(await cse.send('GET', path)).evm === evm);
  };
  const over = (thld: unknown, sbjt = 'con'): JsonObject => ({ optr: 3, sbjt, thld }) as JsonObject;

  it('fires once when its subject meets the criteria, then is off and says what came of it', async () => {
    const [source, lamp] = [await container(), await container()];
    const path = await action(source, {
      evc: { optr: 1, sbjt: 'mni', thld: 5 },
      evm: 1,
      orc: lamp.slice(1),
      apv: put('on'),
    });
    await cse.send('PUT', source, { 'm2m:cnt': { mni: 4 } });
    await cse.send('PUT', source, { 'm2m:cnt': { mni: 5 } });
    await inState(path, 0);
    await until(async () => actr(await cse.send('GET', path)).air !== undefined);
    const { air } = actr(await cse.send('GET', path));
    expect(air.rsc).to.equal(2001);
    expect(air.pc['m2m:cin'].con).to.equal('on');
    await cse.send('PUT', source, { 'm2m:cnt': { mni: 5, lbl: ['again'] } });
    await cse.send('PUT', path, { 'm2m:actr': { evm: 1 } }, owner);
    await cse.send('PUT', source, { 'm2m:cnt': { lbl: ['armed anew'] } });
    await until(async () => (await instances(lamp)).length === 2);
    expect(await instances(lamp)).to.deep.equal(['on', 'on']);
  });

  it('looks at the counters of a container, and at its newest instance through la', async () => {
    const [source, lamp, siren] = [await container(), await container(), await container()];
    await action(source, { evc: over(1, 'cni'), evm: 1, orc: lamp.slice(1), apv: put('crowded') });
    await action(source, { sri: `${source.slice(1)}/la`, evc: over(30), evm: 1, orc: siren.slice(1), apv: put('hot') });
    await instance(source, 29);
    await instance(source, 31);
    await until(async () => (await instances(siren)).length === 1 && (await instances(lamp)).length === 1);
    await instance(source, 32);
    expect(await instances(siren)).to.deep.equal(['hot']);
  });

  it('continuous: fires as often as ecp says, then is off', async () => {
    const [source, lamp] = [await container(), await container()];
    const path = await action(source, {
      sri: `${source.slice(1)}/la`,
      evc: over(0),
      evm: 3,
      ecp: 2,
      orc: lamp.slice(1),
      apv: put('x'),
    });
    for (const value of [1, 2, 3]) await instance(source, value);
    await inState(path, 0);
    await instance(source, 4);
    expect(actr(await cse.send('GET', path))).to.not.have.property('ecp');
    expect(await instances(lamp)).to.deep.equal(['x', 'x']);
  });

  it('periodic: rests for ecp milliseconds after firing; an UPDATE of evm starts it anew', async () => {
    const [source, lamp] = [await container(), await container()];
    const path = await action(source, {
      sri: `${source.slice(1)}/la`,
      evc: over(0),
      evm: 2,
      ecp: 3_600_000,
      orc: lamp.slice(1),
      apv: put('tick'),
    });
    await instance(source, 1);
    await until(async () => (await instances(lamp)).length === 1);
    await instance(source, 2);
    await cse.send('PUT', path, { 'm2m:actr': { evm: 2 } }, owner);
    await instance(source, 3);
    await until(async () => (await instances(lamp)).length === 2);
    await cse.send('PUT', path, { 'm2m:actr': { ecp: 1 } }, owner);
    await instance(source, 4);
    await until(async () => (await instances(lamp)).length === 3);
  });

  it('carries out the actions of one change by priority; those without one come last', async () => {
    const [source, log] = [await container(), await container()];
    const common = { evc: { optr: 1, sbjt: 'mni', thld: 9 }, evm: 1, orc: log.slice(1) };
    await action(source, { ...common, apv: put('none') });
    await action(source, { ...common, apy: 2, apv: put('second') });
    await action(source, { ...common, apy: 1, apv: put('first') });
    await cse.send('PUT', source, { 'm2m:cnt': { mni: 9 } });
    await until(async () => (await instances(log)).length === 3);
    expect(await instances(log)).to.deep.equal(['first', 'second', 'none']);
  });

  it('depends on its dependencies: a necessary one that does not hold keeps it back, a sufficient one decides', async () => {
    const [source, gate, lamp] = [await container(), await container(), await container()];
    const path = await action(source, {
      evc: { optr: 1, sbjt: 'mni', thld: 3 },
      evm: 3,
      ecp: 9,
      orc: lamp.slice(1),
      apv: put('on'),
    });
    const depend = async (rn: string, sfc: boolean, thld: number) => {
      const content = { 'm2m:depr': { rn, sfc, rri: gate.slice(1), evc: { optr: 1, sbjt: 'mbs', thld } } };
      const { rsc, dbg } = await cse.create(path, 66, content, owner);
      expect(rsc, dbg).to.equal(2001);
      return `${path.slice(1)}/${rn}`;
    };
    const necessary = await depend('n', false, 100);
    const sufficient = await depend('s', true, 200);
    const list = (dep: string[]) => cse.send('PUT', path, { 'm2m:actr': { dep } }, owner);
    expect((await list([necessary])).rsc).to.equal(2004);
    const trigger = () => cse.send('PUT', source, { 'm2m:cnt': { mni: 3 } });
    await trigger();
    await cse.send('PUT', gate, { 'm2m:cnt': { mbs: 100 } });
    await trigger();
    await until(async () => (await instances(lamp)).length === 1);
    await list([sufficient, necessary]);
    await trigger();
    await until(async () => (await instances(lamp)).length === 2);
    await list([sufficient]);
    await trigger();
    await cse.send('PUT', gate, { 'm2m:cnt': { mbs: 200 } });
    await trigger();
    await until(async () => (await instances(lamp)).length === 3);
    expect((await list(['cse-in/owner'])).dbg).to.match(/^dep /);
    expect((await list(['nowhere'])).rsc).to.equal(4000);
  });

  it('puts a value of another resource into the content of its primitive (ipu)', async () => {
    const [source, lamp] = [await container({ lbl: ['kitchen'] }), await container()];
    await action(source, {
      evc: { optr: 1, sbjt: 'mni', thld: 2 },
      evm: 1,
      orc: lamp.slice(1),
      apv: put('labelled'),
      ipu: { cstr: 'lbl', rsid: source.slice(1), raid: 'lbl' },
    });
    await cse.send('PUT', source, { 'm2m:cnt': { mni: 2 } });
    await until(async () => (await instances(lamp)).length === 1);
    expect((await cse.send('GET', `${lamp}/la`)).pc['m2m:cin'].lbl).to.deep.equal(['kitchen']);
  });

  it('comes to an end when it triggers itself, or two trigger each other', async () => {
    const [one, other] = [await container(), await container()];
    const add = { optr: 4, sbjt: 'cni', thld: 1000 };
    await action(one, { evc: add, evm: 3, ecp: 1000, orc: other.slice(1), apv: put('ping') });
    await action(other, { evc: add, evm: 3, ecp: 1000, orc: one.slice(1), apv: put('pong') });
    await instance(one, 'start');
    await until(async () => (await instances(one)).length + (await instances(other)).length === 5);
    const quiet = await container();
    await instance(quiet, 'later');
    expect((await instances(one)).length + (await instances(other)).length).to.equal(5);
  });

  it('notifies an AE when that is its primitive', async () => {
    await using subscriber = await startSubscriber();
    await cse.ae('Cbell', { rn: 'bell', poa: [subscriber.url] });
    const acp = {
      'm2m:acp': {
        rn: 'bells',
        pv: { acr: [{ acor: ['Cowner'], acop: 16 }] },
        pvs: { acr: [{ acor: ['Cbell'], acop: 63 }] },
      },
    };
    await cse.create('/cse-in', 1, acp);
    await cse.send('PUT', '/cse-in/bell', { 'm2m:ae': { acpi: ['cse-in/bells'] } });
    const source = await container();
    const apv = { op: 5, fr: 'Cowner', to: 'x', rqi: '1', pc: { 'm2m:sgn': { sur: 'x' } } };
    await action(source, { evc: { optr: 1, sbjt: 'mni', thld: 2 }, evm: 1, orc: 'cse-in/bell', apv });
    await cse.send('PUT', source, { 'm2m:cnt': { mni: 2 } });
    await until(() => subscriber.heard.length === 1);
  });

  it('acts with the rights its creator has at that time', async () => {
    const [source, lamp] = [await container(), await container()];
    const path = await action(source, {
      evc: { optr: 1, sbjt: 'mni', thld: 2 },
      evm: 1,
      orc: lamp.slice(1),
      apv: put('on'),
    });
    const acp = { 'm2m:acp': { rn: 'nobody', pv: {}, pvs: { acr: [{ acor: ['Cowner'], acop: 63 }] } } };
    await cse.create('/cse-in', 1, acp);
    await cse.send('PUT', lamp, { 'm2m:cnt': { acpi: ['cse-in/nobody'] } });
    await cse.send('PUT', source, { 'm2m:cnt': { mni: 2 } });
    await until(async () => actr(await cse.send('GET', path)).air?.rsc === 4103);
  });

  it('survives a restart, armed and resting as it was', async () => {
    const database = await testDatabase({ rooms: [schema] });
    try {
      const before = await startCse({ database });
      await before.create('/cse-in', 3, { 'm2m:cnt': { rn: 'source' } });
      await before.create('/cse-in', 3, { 'm2m:cnt': { rn: 'lamp' } });
      const common = { orc: 'cse-in/lamp', sri: 'cse-in/source/la', evc: over(0) };
      const rested = { rn: 'rested', ...common, evm: 2, ecp: 3_600_000, apv: put('rested', 'CAdmin') };
      await before.create('/cse-in/source', 65, { 'm2m:actr': rested });
      await before.create('/cse-in/source', 4, { 'm2m:cin': { con: 1 } });
      await until(async () => (await before.send('GET', '/cse-in/lamp')).pc['m2m:cnt'].cni === 1);
      await before.create('/cse-in/source', 65, {
        'm2m:actr': { rn: 'armed', ...common, evm: 1, apv: put('armed', 'CAdmin') },
      });
      await before.cse.stop();
      await using after = await startCse({ database });
      await after.create('/cse-in/source', 4, { 'm2m:cin': { con: 2 } });
      await until(async () => (await after.send('GET', '/cse-in/source/armed')).pc['m2m:actr'].air !== undefined);
      expect((await after.send('GET', '/cse-in/lamp')).pc['m2m:cnt'].cni).to.equal(2);
    } finally {
      await database.close();
    }
  });

  it('fires once when two nodes share a database, whichever of them the change came to', async () => {
    const database = await testDatabase({ rooms: [schema] });
    try {
      await using one = await startCse({ database });
      await using other = await startCse({ database });
      await one.create('/cse-in', 3, { 'm2m:cnt': { rn: 'source' } });
      await one.create('/cse-in', 3, { 'm2m:cnt': { rn: 'lamp' } });
      const apv = put('on', 'CAdmin');
      const attributes = { sri: 'cse-in/source/la', evc: over(0), evm: 3, ecp: 3, orc: 'cse-in/lamp', apv };
      await one.create('/cse-in/source', 65, { 'm2m:actr': { rn: 'a', ...attributes } });
      const lit = async () => (await other.send('GET', '/cse-in/lamp')).pc['m2m:cnt'].cni;
      let sent = 0;
      await until(async () => {
        sent += 1;
        await other.create('/cse-in/source', 4, { 'm2m:cin': { con: sent } });
        return (await lit()) >= 1;
      });
      await Promise.all(
        [one, other, one, other].map((node) => node.create('/cse-in/source', 4, { 'm2m:cin': { con: 9 } })),
      );
      await until(async () => (await one.send('GET', '/cse-in/source/a')).pc['m2m:actr'].evm === 0);
      await until(async () => (await lit()) === 3);
    } finally {
      await database.close();
    }
  });

  describe('refuses', () => {
    let source: string;
    let hidden: string;

    before(async () => {
      source = await container();
      await cse.create('/cse-in/other', 3, { 'm2m:cnt': { rn: 'hidden' } }, { from: 'Cother' });
      hidden = 'cse-in/other/hidden';
    });

    const valid = (): JsonObject => ({
      evc: { optr: 1, sbjt: 'mni', thld: 5 },
      evm: 1,
      orc: source.slice(1),
      apv: put('x'),
    });
    const cases: Record<string, () => JsonObject> = {
      'no evc': () => ({ ...valid(), evc: null }),
      'an unknown operator': () => ({ ...valid(), evc: { optr: 9, sbjt: 'mni', thld: 5 } }),
      'a subject attribute its type does not have': () => ({ ...valid(), evc: { optr: 1, sbjt: 'xyz', thld: 5 } }),
      'a threshold of another type': () => ({ ...valid(), evc: { optr: 1, sbjt: 'mni', thld: 'five' } }),
      'an order among labels': () => ({ ...valid(), evc: { optr: 3, sbjt: 'lbl', thld: ['a'] } }),
      'an order among names': () => ({ ...valid(), evc: { optr: 4, sbjt: 'rn', thld: 'a' } }),
      'ecp with mode once': () => ({ ...valid(), ecp: 5 }),
      'ecp with mode off': () => ({ ...valid(), evm: 0, ecp: 5 }),
      'ecp zero': () => ({ ...valid(), evm: 3, ecp: 0 }),
      'an unknown mode': () => ({ ...valid(), evm: 4 }),
      'an unknown subject': () => ({ ...valid(), sri: 'cse-in/nowhere' }),
      'a subject of another CSE': () => ({ ...valid(), sri: '/elsewhere/x' }),
      'a subject the originator may not read': () => ({ ...valid(), sri: hidden }),
      'la of what has no instances': () => ({ ...valid(), sri: 'cse-in/owner/la' }),
      'an unknown object': () => ({ ...valid(), orc: 'cse-in/nowhere' }),
      'an object the originator has no right on': () => ({ ...valid(), orc: hidden }),
      'a primitive of somebody else': () => ({ ...valid(), apv: put('x', 'Cother') }),
      'a primitive without operation': () => ({ ...valid(), apv: { fr: 'Cowner' } }),
      'a primitive with an unknown operation': () => ({ ...valid(), apv: { ...put('x'), op: 9 } }),
      'a CREATE without type': () => ({ ...valid(), apv: { op: 1, fr: 'Cowner', pc: {} } }),
      'incomplete input': () => ({ ...valid(), ipu: { cstr: 'con' } }),
      'a priority of zero': () => ({ ...valid(), apy: 0 }),
      'dependencies at creation (NP)': () => ({ ...valid(), dep: ['x'] }),
      'a result of its own (NP)': () => ({ ...valid(), air: { rsc: 2000 } }),
    };
    for (const [what, attributes] of Object.entries(cases)) {
      it(`${what} (4000)`, async () => {
        const { rsc, dbg } = await create(source, attributes());
        expect(rsc, dbg).to.equal(4000);
        expect(dbg).to.not.equal('');
      });
    }

    it('an UPDATE by somebody else that would act in the name of the creator, and the removal of orc', async () => {
      const path = await action(source, valid());
      expect((await cse.send('PUT', path, { 'm2m:actr': { orc: 'cse-in/owner' } })).dbg).to.match(/^apv\/fr/);
      expect((await cse.send('PUT', path, { 'm2m:actr': { orc: null } }, owner)).rsc).to.equal(4000);
      expect((await cse.send('PUT', path, { 'm2m:actr': { evm: 0, ecp: 3 } }, owner)).rsc).to.equal(4000);
    });

    it('a dependency on what is unknown, hidden, or not comparable', async () => {
      const path = await action(source, valid());
      const depend = async (rri: string, evc: JsonObject) =>
        (await cse.create(path, 66, { 'm2m:depr': { sfc: true, rri, evc } }, owner)).rsc;
      expect(await depend('nowhere', { optr: 1, sbjt: 'mni', thld: 1 })).to.equal(4000);
      expect(await depend(hidden, { optr: 1, sbjt: 'mni', thld: 1 })).to.equal(4000);
      expect(await depend(source.slice(1), { optr: 1, sbjt: 'nope', thld: 1 })).to.equal(4000);
    });
  });
});
