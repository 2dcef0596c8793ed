import { expect } from 'chai';
import type { JsonObject } from '#cse';
import { until } from '../support/wait.ts';
import { type Member, type Network, network } from './network.ts';

const everybody = (rn: string) => ({
  'm2m:acp': { rn, pv: { acr: [{ acor: ['all'], acop: 63 }] }, pvs: { acr: [{ acor: ['all'], acop: 63 }] } },
});

/** in ← mn, in ← far. Resources of mn are announced to in and far. */
describe('announcement (TS-0001 §9.6.26)', () => {
  let net: Network;
  let top: Member;
  let mn: Member;
  let far: Member;

  before(async () => {
    net = network();
    top = await net.infrastructure({ children: ['mn', 'far'] });
    mn = await net.below(top, 'mn', { env: { ALZETTE_CSE_ANNOUNCEMENT_TARGETS_MAX: '4' } });
    far = await net.below(top, 'far');
    for (const member of [top, mn, far]) await member.create(`/base-${member.id}`, 1, everybody('open'));
  });

  after(() => net[Symbol.asyncDispose]());

  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever the CSE answers
  const shown = async (address: string): Promise<any> => {
    const { pc } = await (address.startsWith('/far/') ? far : top).send('GET', address.replace(/^\/[^/]+/, ''));
    return pc?.['m2m:dbg'] === undefined ? Object.values(pc ?? {})[0] : undefined;
  };
  const announced = async (attributes: object, parent = '/base-mn'): Promise<{ path: string; address: string }> => {
    const { rsc, pc, dbg } = await mn.create(parent, 3, { 'm2m:cnt': { at: ['/in'], ...attributes } });
    expect(rsc, dbg).to.equal(2001);
    return { path: `${parent}/${pc['m2m:cnt'].rn}`, address: pc['m2m:cnt'].at[0] };
  };

  it('with a CREATE makes the announced resource, and its address takes the place of the CSE-ID (TS-0004 §7.3.3.10)', async () => {
    const { rsc, pc, dbg } = await mn.create('/base-mn', 3, {
      'm2m:cnt': { rn: 'first', lbl: ['a'], at: ['/in'], aa: ['mni'], mni: 5, mbs: 100, acpi: ['base-mn/open'] },
    });
    expect(rsc, dbg).to.equal(2001);
    const { at: addresses, aa, ri, et } = pc['m2m:cnt'];
    expect(aa).to.deep.equal(['mni']);
    expect(addresses).to.have.length(1);
    expect(addresses[0]).to.match(/^\/in\/cntA-/);
    const { pc: stored } = await mn.send('GET', '/base-mn/first');
    expect(stored['m2m:cnt'].at).to.deep.equal(addresses);
    const copy = await shown(addresses[0]);
    expect(copy).to.deep.include({ ty: 10003, lnk: `/mn/${ri}`, lbl: ['a'], mni: 5, et, acpi: ['/mn/base-mn/open'] });
    expect(copy).not.to.have.property('mbs');
    expect(copy).not.to.have.property('aa');
  });

  it('puts it below a <CSEBaseAnnc> that is made once (TS-0004 §7.3.3.10)', async () => {
    const [one, other] = [await announced({ rn: 'once' }), await announced({ rn: 'twice' })];
    const [first, second] = [await shown(one.address), await shown(other.address)];
    expect(first.pi).to.equal(second.pi);
    const base = await shown(`/in/${first.pi}`);
    expect(base).to.include({ ty: 10005, lnk: '/mn/mn', pi: 'in' });
    expect(base.srv).to.include('3');
    const { pc } = await top.send('GET', '/base-in?fu=1&ty=10005');
    expect(pc['m2m:uril']).to.have.length(1);
  });

  it('puts a child below its announced parent, an instance too (TS-0001 §10.2.13.2)', async () => {
    const parent = await announced({ rn: 'parent' });
    const child = await announced({ rn: 'child' }, '/base-mn/parent');
    expect((await shown(child.address)).pi).to.equal(parent.address.slice('/in/'.length));
    const { rsc, pc, dbg } = await mn.create('/base-mn/parent', 4, {
      'm2m:cin': { con: 'x', cnf: 'text/plain:0', at: ['/in'], aa: ['con'] },
    });
    expect(rsc, dbg).to.equal(2001);
    const [address] = pc['m2m:cin'].at;
    const copy = await shown(address);
    expect(copy).to.include({
      ty: 10004,
      con: 'x',
      pi: parent.address.slice('/in/'.length),
      lnk: `/mn/${pc['m2m:cin'].ri}`,
    });
    expect(copy).not.to.have.property('cnf');
    expect((await mn.send('GET', '/base-mn/parent/la')).pc['m2m:cin'].at).to.deep.equal([address]);
    expect((await mn.send('DELETE', '/base-mn/parent/la')).rsc).to.equal(2002);
    await until(async () => (await shown(address)) === undefined, { what: 'the end of the announced instance' });
  });

  it('of an instance whose parent is not announced is refused with 4005, and nothing is stored (TS-0004 §7.3.3.10)', async () => {
    await mn.create('/base-mn', 3, { 'm2m:cnt': { rn: 'quiet' } });
    expect((await mn.create('/base-mn/quiet', 4, { 'm2m:cin': { con: 'x', at: ['/in'] } })).rsc).to.equal(4005);
    expect((await mn.send('GET', '/base-mn/quiet/la')).rsc).to.equal(4004);
  });

  it('reaches several CSEs, and is taken back where `at` no longer says so (TS-0004 §7.3.3.11)', async () => {
    const { pc } = await mn.create('/base-mn', 3, { 'm2m:cnt': { rn: 'several', at: ['/in', '/far'] } });
    const [here, there] = pc['m2m:cnt'].at;
    expect(there).to.match(/^\/far\//);
    expect(await shown(there)).to.include({ ty: 10003 });
    const less = await mn.send('PUT', '/base-mn/several', { 'm2m:cnt': { at: [there] } });
    expect(less.pc['m2m:cnt'].at).to.deep.equal([there]);
    expect(await shown(here)).to.equal(undefined);
    const more = await mn.send('PUT', '/base-mn/several', { 'm2m:cnt': { at: [there, '/in'] } });
    expect(more.pc['m2m:cnt'].at).to.have.length(2);
    expect((await mn.send('PUT', '/base-mn/several', { 'm2m:cnt': { at: null } })).pc['m2m:cnt']).not.to.have.property(
      'at',
    );
    for (const address of [there, ...more.pc['m2m:cnt'].at]) expect(await shown(address)).to.equal(undefined);
  });

  it('follows the original: MA attributes and those in `aa` (TS-0001 §10.2.13.11)', async () => {
    const { path, address } = await announced({ rn: 'follow', lbl: ['before'], aa: ['mni'], mni: 1, mbs: 7 });
    await mn.send('PUT', path, { 'm2m:cnt': { lbl: ['after'], mni: 2, mbs: 8 } });
    await until(async () => (await shown(address)).mni === 2);
    expect(await shown(address)).to.deep.include({ lbl: ['after'] });
    expect(await shown(address)).not.to.have.property('mbs');
    await mn.send('PUT', path, { 'm2m:cnt': { lbl: null } });
    await until(async () => (await shown(address)).lbl === undefined);
  });

  it('takes up and drops attributes as `aa` names them (TS-0001 §10.2.13.7, §10.2.13.8)', async () => {
    const { path, address } = await announced({ rn: 'names', mni: 1, mbs: 7 });
    const { pc } = await mn.send('PUT', path, { 'm2m:cnt': { aa: ['mbs', 'mni'] } });
    expect(pc['m2m:cnt'].aa).to.deep.equal(['mbs', 'mni']);
    expect(await shown(address)).to.include({ mni: 1, mbs: 7 });
    await mn.send('PUT', path, { 'm2m:cnt': { aa: ['mni'] } });
    expect(await shown(address))
      .to.include({ mni: 1 })
      .and.not.have.property('mbs');
  });

  it('ends with the original, and with what is above it (TS-0004 §7.3.3.11)', async () => {
    const above = await announced({ rn: 'above' });
    const below = await announced({ rn: 'below' }, '/base-mn/above');
    expect((await mn.send('DELETE', '/base-mn/above')).rsc).to.equal(2002);
    for (const { address } of [above, below]) {
      await until(async () => (await shown(address)) === undefined, { what: `the end of ${address}` });
    }
  });

  it('goes to the address `at` names, below a resource of the other CSE', async () => {
    const first = await announced({ rn: 'place' });
    const second = await announced({ rn: 'placed', at: [first.address] });
    expect((await shown(second.address)).pi).to.equal(first.address.slice('/in/'.length));
  });

  it('is not made again for an entry that is there already', async () => {
    const { path, address } = await announced({ rn: 'again' });
    for (const entry of ['/in', address]) {
      const { pc } = await mn.send('PUT', path, { 'm2m:cnt': { at: [entry] } });
      expect(pc['m2m:cnt'].at).to.deep.equal([address]);
    }
  });

  for (const [type, element, attributes] of [
    [2, 'ae', { api: 'N.a', rr: false, srv: ['3'], aa: ['apn', 'aei'], apn: 'name' }],
    [1, 'acp', { pv: { acr: [] }, pvs: { acr: [{ acor: ['CAdmin'], acop: 63 }] } }],
    [9, 'grp', { mnm: 3, mid: [], aa: ['mnm', 'mid'] }],
    [14, 'nod', { ni: 'node-1' }],
    [29, 'ts', { aa: ['mni'], mni: 3 }],
  ] as const) {
    it(`works for <${element}>`, async () => {
      const from = element === 'ae' ? 'Cannounced' : 'CAdmin';
      const { rsc, pc, dbg } = await mn.create(
        '/base-mn',
        type,
        { [`m2m:${element}`]: { rn: `type-${element}`, at: ['/in'], ...(attributes as JsonObject) } },
        { from },
      );
      expect(rsc, dbg).to.equal(2001);
      const [address] = pc[`m2m:${element}`].at;
      expect(address, JSON.stringify(pc)).to.be.a('string');
      const { pc: copy } = await top.send('GET', address.replace('/in', ''));
      expect(Object.keys(copy)).to.deep.equal([`m2m:${element}A`]);
      expect(copy[`m2m:${element}A`]).to.include({ ty: 10_000 + type });
      if (element === 'ae') expect(copy['m2m:aeA']).to.include({ apn: 'name', aei: '/mn/Cannounced' });
    });
  }

  describe('an announced resource', () => {
    it('is changed and deleted by the CSE of the original only (TS-0004 §7.4.26.2.4, §7.4.26.2.5)', async () => {
      await top.ae('Creader');
      const { address } = await announced({ rn: 'guarded', acpi: ['base-mn/open'] });
      const path = `/${address.slice('/in/'.length)}`;
      for (const from of ['Creader', '/far']) {
        expect((await top.send('PUT', path, { 'm2m:cntA': { lbl: ['mine'] } }, { from })).rsc, from).to.equal(4103);
        expect((await top.send('DELETE', path, undefined, { from })).rsc, from).to.equal(4103);
      }
      expect((await top.send('PUT', path, { 'm2m:cntA': { lbl: ['mine'] } }, { from: '/mn' })).rsc).to.equal(2004);
    });

    it('cannot be made by a CSE for the resource of another', async () => {
      const content = { 'm2m:cbA': { lnk: '/mn/mn', et: '99991231T235959', srv: ['3'] } };
      expect(
        (await top.send('POST', '/base-in', content, { from: '/far', type: 'application/json;ty=10005' })).rsc,
      ).to.equal(4103);
      const other = await announced({ rn: 'of-mn' });
      const below = { 'm2m:cntA': { lnk: '/far/x', et: '99991231T235959' } };
      const { rsc } = await top.send('POST', `/${other.address.slice(4)}`, below, {
        from: '/far',
        type: 'application/json;ty=10003',
      });
      expect(rsc).to.equal(4103);
    });

    it('shows the original with rcn 7 (TS-0001 §10.2.13.3)', async () => {
      const { path, address } = await announced({ rn: 'original', mni: 9, acpi: ['base-mn/open'] });
      const { rsc, pc, dbg } = await top.send('GET', `/${address.slice(4)}?rcn=7`);
      expect(rsc, dbg).to.equal(2000);
      expect(pc['m2m:cnt']).to.include({ mni: 9, rn: path.split('/').at(-1) });
    });

    it('changes its original when it goes both ways, with the rights that hold there (announceSyncType 2)', async () => {
      await top.ae('Cchanger');
      const { path, address } = await announced({ rn: 'both', ast: 2, aa: ['mni'], mni: 1, acpi: ['base-mn/open'] });
      const copy = `/${address.slice(4)}`;
      const { rsc, dbg } = await top.send('PUT', copy, { 'm2m:cntA': { mni: 4 } }, { from: 'Cchanger' });
      expect(rsc, dbg).to.equal(2004);
      expect((await mn.send('GET', path)).pc['m2m:cnt'].mni).to.equal(4);
      const bad = await top.send('PUT', copy, { 'm2m:cntA': { mni: -4 } }, { from: 'Cchanger' });
      expect(bad.rsc).to.equal(4000);
    });

    it('is made again with the next change when it was lost', async () => {
      const { path, address } = await announced({ rn: 'lost', lbl: ['x'] });
      expect((await top.send('DELETE', `/${address.slice(4)}`)).rsc).to.equal(2002);
      await mn.send('PUT', path, { 'm2m:cnt': { lbl: ['y'] } });
      const again = await until(async () => {
        const [found] = (await mn.send('GET', path)).pc['m2m:cnt'].at;
        return found !== address && found;
      });
      expect(await shown(again)).to.deep.include({ lbl: ['y'] });
    });
  });

  describe('is refused', () => {
    for (const [what, attributes, says] of [
      ['to a place on this CSE', { at: ['/mn'] }, 'at'],
      ['to a relative address', { at: ['base-in'] }, 'at'],
      ['to the same place twice', { at: ['/in', '/in'] }, 'at'],
      ['to more places than the limit', { at: ['/a', '/b', '/c', '/d', '/e'] }, 'at most 4'],
      ['to something that is no list', { at: '/in' }, 'at'],
      ['with an attribute that is announced always', { at: ['/in'], aa: ['lbl'] }, 'lbl'],
      ['with an attribute that is never announced', { aa: ['cni'] }, 'cni'],
      ['with an attribute that does not exist', { aa: ['nonsense'] }, 'nonsense'],
      ['with an attribute named twice', { aa: ['mni', 'mni'] }, 'aa'],
      ['with an unknown way to synchronise', { ast: 3 }, 'ast'],
      ['with null', { at: null }, 'at'],
    ] as const) {
      it(`${what}: 4000, and nothing is made (TS-0001 §10.2.13.7)`, async () => {
        const { rsc, dbg } = await mn.create('/base-mn', 3, {
          'm2m:cnt': { rn: 'refused', ...(attributes as JsonObject) },
        });
        expect(rsc).to.equal(4000);
        expect(dbg).to.include(says);
        expect((await mn.send('GET', '/base-mn/refused')).rsc).to.equal(4004);
      });
    }

    it('by leaving the place out of `at`, when the other CSE does not take it', async () => {
      const { rsc, pc } = await mn.create('/base-mn', 3, {
        'm2m:cnt': { rn: 'unwelcome', at: ['/in/base-in/open', '/in'] },
      });
      expect(rsc).to.equal(2001);
      expect(pc['m2m:cnt'].at).to.have.length(1);
    });
  });

  describe('while the other CSE is away', () => {
    it('is left out of `at`, goes on after a restart, and is made when the other is back', async () => {
      const there = await announced({ rn: 'waiting-2', at: ['/far'], lbl: ['old'] });
      const gone = await announced({ rn: 'waiting-3', at: ['/far'] });
      await far.switchOff();
      const { rsc, pc } = await mn.create('/base-mn', 3, { 'm2m:cnt': { rn: 'waiting', at: ['/far'] } });
      expect(rsc).to.equal(2001);
      expect(pc['m2m:cnt'].at).to.deep.equal([]);
      await mn.send('PUT', there.path, { 'm2m:cnt': { lbl: ['new'] } });
      expect((await mn.send('DELETE', gone.path)).rsc).to.equal(2002);
      await mn.switchOff();
      await mn.switchOn();
      await far.switchOn();
      const address = await until(async () => (await mn.send('GET', '/base-mn/waiting')).pc['m2m:cnt'].at[0], {
        timeoutMs: 20_000,
        what: 'the announcement',
      });
      expect(await shown(address)).to.include({ ty: 10003 });
      await until(async () => (await shown(there.address)).lbl[0] === 'new', { timeoutMs: 20_000 });
      await until(async () => (await shown(gone.address)) === undefined, { timeoutMs: 20_000 });
    });
  });
});
