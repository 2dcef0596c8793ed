import { expect } from 'chai';
import { until } from '../support/wait.ts';
import { type Member, type Network, network } from './network.ts';
import { startSubscriber } from './support.ts';

const ofCse = 'application/json;ty=16';
const csr = (attributes: object = {}) => ({
  'm2m:csr': { cb: '/stranger/base', rr: true, srv: ['3'], poa: ['http://127.0.0.1:9'], ...attributes },
});
const allMayEverything = (attributes: object = {}) => ({
  'm2m:acp': { pv: { acr: [{ acor: ['all'], acop: 63 }] }, pvs: { acr: [{ acor: ['all'], acop: 63 }] }, ...attributes },
});

/** in ← mn1 ← asn, in ← mn2 */
describe('CSEs among each other', () => {
  let net: Network;
  let top: Member;
  let mn1: Member;
  let mn2: Member;
  let asn: Member;

  before(async () => {
    net = network();
    top = await net.infrastructure({ children: ['mn1', 'mn2'] });
    mn1 = await net.below(top, 'mn1', { children: ['asn'] });
    mn2 = await net.below(top, 'mn2', { env: { ALZETTE_CSE_REGISTRAR_LIFETIME_SECONDS: '4' } });
    asn = await net.below(mn1, 'asn', { type: 'ASN' });
  });

  after(() => net[Symbol.asyncDispose]());

  describe('registration', () => {
    it('creates a <remoteCSE> whose CSE-ID is the originator (TS-0004 §7.4.4.2.1)', async () => {
      const { pc } = await top.send('GET', mn1.csr);
      expect(pc['m2m:csr']).to.include({
        csi: '/mn1',
        cb: '/mn1/base-mn1',
        rr: true,
        cst: 2,
        spi: '//alzette.example',
      });
      expect(pc['m2m:csr'].poa).to.deep.equal([mn1.url]);
      expect(pc['m2m:csr'].srv).to.include('3');
    });

    it('mirrors the registrar with what its CSEBase says (TS-0001 §10.2.2.7)', async () => {
      const mirror = await until(async () => {
        const { pc } = await mn1.send('GET', '/base-mn1/in');
        return pc['m2m:csr'];
      });
      expect(mirror).to.include({ csi: '/in', cb: '/in/base-in', cst: 1, ici: '/in' });
      expect(mirror.poa).to.deep.equal([top.url]);
    });

    it('tells every CSE above which CSEs are below (TS-0004 §7.4.4.2.1)', async () => {
      await until(async () => (await top.send('GET', mn1.csr)).pc['m2m:csr'].dcse?.includes('/asn'), {
        what: 'the descendant',
      });
    });

    it('is renewed before it expires (TS-0001 §10.2.2.9)', async () => {
      const first = (await top.send('GET', mn2.csr)).pc['m2m:csr'].et;
      await until(async () => (await top.send('GET', mn2.csr)).pc['m2m:csr'].et > first);
    });

    it('is made again when it was lost', async () => {
      const { ct } = (await top.send('GET', mn2.csr)).pc['m2m:csr'];
      expect((await top.send('DELETE', mn2.csr)).rsc).to.equal(2002);
      await until(async () => (await top.send('GET', mn2.csr)).pc?.['m2m:csr']?.ct > ct);
    });

    it('is refused to an AE with 4005 (TS-0004 §7.4.4.2.1)', async () => {
      expect((await top.send('POST', '/base-in', csr(), { from: 'Cae', type: ofCse })).rsc).to.equal(4005);
      expect((await top.send('POST', '/base-in', csr(), { type: ofCse })).rsc).to.equal(4005);
    });

    it('is refused with 4107 without a credential of the CSE’s own (TS-0004 §7.4.4.2.1)', async () => {
      const { credentials } = top.cse;
      const other = await credentials.issue({ originator: '/other', label: 'other' });
      const everybody = await credentials.issue({ originator: '*', label: 'everybody' });
      for (const token of [null, 'nonsense-nonsense', other.token, everybody.token]) {
        const { rsc, dbg } = await top.send('POST', '/base-in', csr(), { from: '/stranger', token, type: ofCse });
        expect(rsc, dbg).to.equal(4107);
      }
    });

    it('is refused with 4117 to a CSE that is registered (TS-0004 §7.4.4.2.1)', async () => {
      const { rsc } = await top.send('POST', '/base-in', csr({ rn: 'again' }), { from: '/mn1', type: ofCse });
      expect(rsc).to.equal(4117);
    });

    it('is refused with 4005 by an ASN-CSE (TS-0004 §7.4.4.2.1)', async () => {
      expect((await asn.send('POST', '/base-asn', csr(), { from: '/stranger', type: ofCse })).rsc).to.equal(4005);
    });

    it('is refused when the CSE would be below itself, and nothing is left', async () => {
      const { rsc, dbg } = await top.send('POST', '/base-in', csr({ dcse: ['/x', '/in'] }), {
        from: '/stranger',
        type: ofCse,
      });
      expect(rsc).to.equal(4000);
      expect(dbg).to.include('dcse');
      const { pc } = await top.send('GET', '/base-in?fu=1&ty=16');
      expect(pc['m2m:uril']).to.have.members(['base-in/mn1', 'base-in/mn2']);
    });

    for (const [what, attributes] of [
      ['without its CSEBase', { cb: undefined }],
      ['without request reachability', { rr: undefined }],
      ['without supported releases', { srv: undefined }],
      ['with a point of access that is no address', { poa: ['somewhere'] }],
      ['with a list of descendants that is empty', { dcse: [] }],
      ['with null', { rr: null }],
      ['with an attribute nobody knows', { nonsense: 1 }],
    ] as const) {
      it(`is refused with 4000 ${what} (TS-0004 Table 7.4.4.1-3)`, async () => {
        const { rsc } = await top.send('POST', '/base-in', csr(attributes), { from: '/stranger', type: ofCse });
        expect(rsc).to.equal(4000);
      });
    }

    it('is taken back with DELETE, and its descendants are forgotten above (TS-0004 §7.4.4.2.4)', async () => {
      const credential = await mn1.cse.credentials.issue({ originator: '/guest', label: 'guest' });
      const as = { from: '/guest', token: credential.token };
      const made = await mn1.send('POST', '/base-mn1', csr({ rn: 'guest', dcse: ['/under-guest'] }), {
        ...as,
        type: ofCse,
      });
      expect(made.rsc, made.dbg).to.equal(2001);
      const known = async () => (await top.send('GET', mn1.csr)).pc['m2m:csr'].dcse as string[];
      await until(async () => (await known()).includes('/under-guest'), { what: 'the descendants' });
      expect(await known()).to.include.members(['/asn', '/guest', '/under-guest']);
      expect((await mn1.send('DELETE', '/base-mn1/guest', undefined, as)).rsc).to.equal(2002);
      await until(async () => !(await known()).includes('/guest'), { what: 'that they are gone' });
      expect(await known()).to.deep.equal(['/asn']);
    });

    it('belongs to the CSE that made it: others may not change it', async () => {
      const { rsc } = await top.send('PUT', mn1.csr, { 'm2m:csr': { rr: false } }, { from: '/mn2' });
      expect(rsc).to.equal(4103);
    });
  });

  describe('forwarding', () => {
    before(async () => {
      for (const member of [top, mn1, mn2, asn]) {
        const { rsc, dbg } = await member.create(`/base-${member.id}`, 1, allMayEverything({ rn: 'open' }));
        expect(rsc, dbg).to.equal(2001);
        await member.create(`/base-${member.id}`, 3, { 'm2m:cnt': { rn: 'c', acpi: [`base-${member.id}/open`] } });
      }
      await asn.ae('Cdevice');
      await mn2.ae('Cother');
    });

    it('reaches the registrar, a registree, and CSEs beyond them (TS-0004 §7.3.2.6)', async () => {
      for (const [from, path, owner] of [
        [asn, '/~/mn1/base-mn1/c', 'mn1'],
        [asn, '/~/in/base-in/c', 'in'],
        [asn, '/~/mn2/base-mn2/c', 'mn2'],
        [top, '/~/asn/base-asn/c', 'asn'],
        [mn2, '/~/asn/-/c', 'asn'],
      ] as const) {
        const { rsc, dbg, pc } = await from.send('GET', path);
        expect(rsc, `${path}: ${dbg}`).to.equal(2000);
        expect(pc['m2m:cnt'].pi, path).to.equal(owner);
      }
    });

    it('takes absolute addresses, `_` of the HTTP binding (TS-0009 §6.2.2.1)', async () => {
      const { rsc, dbg } = await asn.send('GET', '/_/alzette.example/mn2/base-mn2/c');
      expect(rsc, dbg).to.equal(2000);
    });

    it('carries CREATE, UPDATE, DELETE, discovery and their refusals, and names the originator to the hosting CSE', async () => {
      const as = { from: 'Cdevice' };
      const made = await asn.create('/~/mn2/base-mn2/c', 3, { 'm2m:cnt': { rn: 'sub', cr: null } }, as);
      expect(made.rsc, made.dbg).to.equal(2001);
      expect(made.pc['m2m:cnt'].cr).to.equal('/asn/Cdevice');
      const changed = await asn.send('PUT', '/~/mn2/base-mn2/c/sub', { 'm2m:cnt': { mni: 3 } }, as);
      expect(changed.rsc, changed.dbg).to.equal(2004);
      const found = await asn.send('GET', '/~/mn2/base-mn2/c?fu=1&ty=3', undefined, as);
      expect(found.pc['m2m:uril']).to.deep.equal(['base-mn2/c/sub']);
      const partial = await asn.send('GET', '/~/mn2/base-mn2/c/sub?atrl=mni', undefined, as);
      expect(partial.pc['m2m:cnt']).to.deep.equal({ mni: 3 });
      const bad = await asn.create('/~/mn2/base-mn2/c', 3, { 'm2m:cnt': { mni: -1 } }, as);
      expect(bad.rsc).to.equal(4000);
      expect(bad.dbg).to.include('mni');
      expect((await asn.send('DELETE', '/~/mn2/base-mn2/c/sub', undefined, as)).rsc).to.equal(2002);
      expect((await asn.send('GET', '/~/mn2/base-mn2/c/sub', undefined, as)).rsc).to.equal(4004);
    });

    it('leaves rights to the hosting CSE (TS-0004 §7.3.3.15)', async () => {
      await mn2.create('/base-mn2', 3, { 'm2m:cnt': { rn: 'closed' } });
      expect((await asn.send('GET', '/~/mn2/base-mn2/closed', undefined, { from: 'Cdevice' })).rsc).to.equal(4103);
    });

    it('answers 4004 for a CSE nobody knows, at the IN-CSE and below (TS-0004 §7.3.2.6)', async () => {
      for (const from of [top, asn]) {
        const { rsc, dbg } = await from.send('GET', '/~/nobody/base/c');
        expect(rsc).to.equal(4004);
        expect(dbg).to.include('/nobody');
      }
      expect((await asn.send('GET', '/_/other.example/nobody/base')).rsc).to.equal(4004);
    });

    it('ends where a descendant is no more: nothing goes back where it came from', async () => {
      const as = { from: '/mn2' };
      const { pc } = await top.send('GET', mn2.csr, undefined, as);
      await top.send('PUT', mn2.csr, { 'm2m:csr': { dcse: ['/ghost'], et: pc['m2m:csr'].et } }, as);
      const { rsc } = await asn.send('GET', '/~/ghost/base');
      expect(rsc).to.equal(4004);
    });

    it('refuses registrations that are not addressed to the registrar CSE with 4000 (TS-0004 §7.3.2.8)', async () => {
      const ae = { 'm2m:ae': { api: 'N.x', rr: false, srv: ['3'] } };
      expect((await asn.create('/~/mn2/base-mn2', 2, ae, { from: 'Cnew' })).rsc).to.equal(4000);
    });

    it('answers 4008 to a request that has expired (TS-0004 §7.3.2.6)', async () => {
      const headers = { 'X-M2M-RET': '20200101T000000' };
      expect((await asn.send('GET', '/~/mn2/base-mn2/c', undefined, { headers })).rsc).to.equal(4008);
    });

    it('lets no CSE speak for AEs of another, nor for AEs of this one (TS-0004 §7.3.2.1)', async () => {
      for (const [credential, from] of [
        ['/mn2', '/mn1/Cdevice'],
        ['/mn2', '/asn/Cdevice'],
        ['/mn2', '/in'],
        ['/mn2', '/in/CAdmin'],
        ['/mn1', '/mn2/Cother'],
      ] as const) {
        const { token } = await top.cse.credentials.issue({ originator: credential, label: 'thief' });
        const { rsc, dbg } = await top.send('GET', '/base-in/c', undefined, { from, token });
        expect(rsc, `${credential} as ${from}: ${dbg}`).to.equal(4106);
      }
      const { token } = await top.cse.credentials.issue({ originator: '/mn1', label: 'friend' });
      expect((await top.send('GET', '/base-in/c', undefined, { from: '/asn/Cdevice', token })).rsc).to.equal(2000);
    });

    it('brings notifications to AEs of other CSEs, after asking them (TS-0004 §7.5.1.2.3)', async () => {
      await using subscriber = await startSubscriber();
      await asn.create('/base-asn', 1, allMayEverything({ rn: 'hear' }));
      const ae = {
        'm2m:ae': { rn: 'ear', api: 'N.ear', rr: true, srv: ['3'], poa: [subscriber.url], acpi: ['base-asn/hear'] },
      };
      expect((await asn.create('/base-asn', 2, ae, { from: 'Cear' })).rsc).to.equal(2001);
      const sub = { 'm2m:sub': { rn: 's', nu: ['/asn/Cear'], enc: { net: [3] } } };
      const made = await mn2.create('/base-mn2/c', 23, sub);
      expect(made.rsc, made.dbg).to.equal(2001);
      expect(subscriber.heard[0]?.['m2m:sgn']).to.include({ vrq: true });
      await mn2.create('/base-mn2/c', 4, { 'm2m:cin': { con: 'hello' } });
      const heard = await until(() => subscriber.heard[1]);
      // biome-ignore lint/suspicious/noExplicitAny: whatever came
      expect((heard as any)['m2m:sgn'].nev.rep['m2m:cin'].con).to.equal('hello');
    });

    it('answers 5103 for a CSE that cannot be reached, and works again when it is back', async () => {
      await mn2.switchOff();
      const { rsc, dbg } = await asn.send('GET', '/~/mn2/base-mn2/c');
      expect(rsc).to.equal(5103);
      expect(dbg).to.include('/mn2');
      await mn2.switchOn();
      expect((await asn.send('GET', '/~/mn2/base-mn2/c')).rsc).to.equal(2000);
    });
  });
});
