import { expect } from 'chai';
import type { JsonObject } from '#cse';
import { until } from '../support/wait.ts';
import { type Member, type Network, network } from './network.ts';
import { startSubscriber } from './support.ts';

const ae = (attributes: object = {}) => ({ 'm2m:ae': { api: 'N.test', rr: false, srv: ['3'], ...attributes } });
const ofAe = 'application/json;ty=2';

/** in ← mn ← asn */
describe('registration of AEs across CSEs (TS-0001 §10.2.2.2)', () => {
  let net: Network;
  let top: Member;
  let mn: Member;
  let asn: Member;

  before(async () => {
    net = network();
    top = await net.infrastructure({ children: ['mn'] });
    mn = await net.below(top, 'mn', {
      children: ['asn'],
      env: { ALZETTE_CSE_AE_ORIGINATORS: '["C*", "S*", "-"]'.replace(', "-"', '') },
    });
    asn = await net.below(mn, 'asn', { type: 'ASN', env: { ALZETTE_CSE_AE_ORIGINATORS: '["Callowed-*", "S*"]' } });
  });

  after(() => net[Symbol.asyncDispose]());

  const enrolment = async (stem: string) => (await top.send('GET', `/${stem}`)).pc?.['m2m:aeA'];

  it('asks the IN-CSE for an identifier when an AE wants one of the service provider, case a', async () => {
    for (const member of [mn, asn]) {
      const { token } = await member.cse.credentials.issue({ originator: '*', label: 'any' });
      const { rsc, pc, dbg } = await member.send('POST', `/base-${member.id}`, ae(), { from: 'S', token, type: ofAe });
      expect(rsc, dbg).to.equal(2001);
      const { aei, ri } = pc['m2m:ae'];
      expect(aei).to.match(/^S[0-9a-f]{16}$/);
      expect(ri).to.equal(aei);
      const announced = await enrolment(aei);
      expect(announced).to.include({ ri: aei, lnk: `/${member.id}/${aei}`, api: 'N.test' });
      expect(announced.lbl[0]).to.match(/^Credential-ID:[0-9a-f-]{36}$/);
    }
  });

  it('enrols an identifier the AE brings, case b, once, and says when it has left (TS-0004 §7.4.5.2.4)', async () => {
    const as = { from: 'Sknown', type: ofAe };
    expect((await mn.send('POST', '/base-mn', ae({ rn: 'known' }), as)).rsc).to.equal(2001);
    expect(await enrolment('Sknown')).to.include({ lnk: '/mn/Sknown' });
    expect((await mn.send('POST', '/base-mn', ae({ rn: 'other' }), as)).rsc).to.equal(4117);
    expect(await enrolment('Sknown')).to.include({ lnk: '/mn/Sknown' });
    expect((await mn.send('DELETE', '/Sknown', undefined, { from: 'Sknown' })).rsc).to.equal(2002);
    expect(await enrolment('Sknown')).to.include({ lnk: 'INACTIVE' });
    expect((await asn.send('POST', '/base-asn', ae({ rn: 'known' }), as)).rsc, 'at another registrar, case e').to.equal(
      2001,
    );
    expect(await enrolment('Sknown')).to.include({ lnk: '/asn/Sknown' });
  });

  it('leaves no active enrolment behind when the AE cannot be made', async () => {
    await mn.create('/base-mn', 3, { 'm2m:cnt': { rn: 'taken' } });
    const { rsc } = await mn.send('POST', '/base-mn', ae({ rn: 'taken' }), { from: 'Sfailed', type: ofAe });
    expect(rsc).to.equal(4105);
    expect(await enrolment('Sfailed')).to.include({ lnk: 'INACTIVE' });
    const bad = await mn.send('POST', '/base-mn', ae({ api: 'Xbad' }), { from: 'Sbad', type: ofAe });
    expect(bad.rsc).to.equal(4000);
    expect(await enrolment('Sbad')).to.equal(undefined);
  });

  it('finds an AE by its identifier alone, at its registrar and from the IN-CSE (TS-0001 §7.2)', async () => {
    await using subscriber = await startSubscriber();
    const acp = {
      'm2m:acp': {
        rn: 'hear',
        pv: { acr: [{ acor: ['all'], acop: 63 }] },
        pvs: { acr: [{ acor: ['all'], acop: 63 }] },
      },
    };
    await asn.create('/base-asn', 1, acp);
    const content = ae({ rn: 'ear', rr: true, poa: [subscriber.url], acpi: ['base-asn/hear'] });
    expect((await asn.send('POST', '/base-asn', content, { from: 'Sear', type: ofAe })).rsc).to.equal(2001);
    for (const member of [top, asn]) {
      const { rsc, dbg } = await member.send(
        'POST',
        '/~/Sear',
        { 'm2m:sgn': { sur: 'x' } },
        { type: 'application/json' },
      );
      expect(rsc, `${member.id}: ${dbg}`).to.equal(2000);
    }
    expect(subscriber.heard).to.have.length(2);
  });

  it('answers 5103 when the IN-CSE cannot be reached, and nothing is made', async () => {
    const alone = await net.below(top, 'alone', {
      registers: false,
      env: { ALZETTE_CSE_REGISTRAR_URL: 'http://127.0.0.1:9' },
    });
    const { rsc } = await alone.send('POST', '/base-alone', ae({ rn: 'a' }), { from: 'Sfar', type: ofAe });
    expect(rsc).to.equal(5103);
    expect((await alone.send('GET', '/base-alone/a')).rsc).to.equal(4004);
    expect((await alone.send('POST', '/base-alone', ae({ rn: 'a' }), { from: 'Cnear', type: ofAe })).rsc).to.equal(
      2001,
    );
  });

  it('takes only AE-IDs that the configuration allows: 4126 (TS-0004 §7.3.2.7)', async () => {
    expect((await asn.send('POST', '/base-asn', ae(), { from: 'Cstranger', type: ofAe })).rsc).to.equal(4126);
    expect((await asn.send('POST', '/base-asn', ae(), { from: 'Callowed-1', type: ofAe })).rsc).to.equal(2001);
  });

  it('is not for CSEs: 4000 (TS-0004 §7.4.5.2.1)', async () => {
    expect((await top.send('POST', '/base-in', ae(), { from: '/mn', type: ofAe })).rsc).to.equal(4000);
  });

  for (const [release, api, rsc] of [
    ['3', 'rauthority.org.example.app', 2001],
    ['2a', 'rauthority.org.example.app', 2001],
    ['4', 'rauthority.org.example.app', 4000],
    ['5', 'rauthority.org.example.app', 4000],
    ['4', 'Rauthority.org.example.app', 2001],
    ['4', 'Nfree', 2001],
    ['3', 'rfree', 4000],
  ] as const) {
    it(`answers ${rsc} to App-ID ${api} in release ${release} (TS-0001 Table 7.2-1)`, async () => {
      const from = `Capp-${release}-${api.slice(0, 2)}`;
      const answer = await top.send('POST', '/base-in', ae({ api }), {
        from,
        type: ofAe,
        headers: { 'X-M2M-RVI': release },
      });
      expect(answer.rsc, answer.dbg).to.equal(rsc);
    });
  }

  it('shows the registration as active when registration points are tracked (TS-0001 §9.6.5)', async () => {
    const { rsc, pc, dbg } = await mn.send('POST', '/base-mn', ae({ trps: true }), { from: 'Ctracked', type: ofAe });
    expect(rsc, dbg).to.equal(2001);
    expect(pc['m2m:ae']).to.include({ trps: true, regs: 1 });
  });

  it('leaves types of the IN-CSE to it: 4005 elsewhere (TS-0004 §7.3.3.3)', async () => {
    const { pc } = await mn.send('GET', '/base-mn');
    for (const ty of [7, 11, 19, 20, 21, 22, 43, 44, 47]) {
      expect((await mn.create('/base-mn', ty, { 'm2m:x': {} })).rsc, String(ty)).to.equal(4005);
      expect(pc['m2m:cb'].srt).not.to.include(ty);
    }
    expect((await top.send('GET', '/base-in')).pc['m2m:cb'].srt).to.include.members([20, 43]);
  });

  describe('registration points (TS-0001 §10.2.16)', () => {
    const policy = (rn: string, acor: string[]) => ({
      'm2m:acp': { rn, pv: { acr: [{ acor, acop: 2 }] }, pvs: { acr: [{ acor: ['CAdmin'], acop: 63 }] } },
    });
    const listed = async (cse: string) =>
      (await top.send('GET', `/base-in/aeContactList/${cse}`)).pc?.['m2m:alpc']?.ail as string[] | undefined;

    it('are listed at the IN-CSE by who refers to them, and no longer than that (TS-0001 §9.6.45)', async () => {
      const [one, other] = [policy('one', ['/mn/Cone', 'Clocal']), policy('other', ['/mn/Cone'])];
      for (const content of [one, other]) expect((await asn.create('/base-asn', 1, content)).rsc).to.equal(2001);
      await until(async () => (await listed('asn'))?.includes('/mn/Cone'), { what: 'the reference' });
      expect(await listed('asn')).to.deep.equal(['/mn/Cone']);
      const list = async () => (await top.send('GET', '/base-in/aeContactList')).pc['m2m:alst'];
      const nic = await until(async () => {
        const { pc } = await top.send('GET', '/base-in/aeContactList?fu=1&ty=44');
        const { nic } = await list();
        return pc['m2m:uril'].length === nic && nic;
      });
      await asn.send('DELETE', '/base-asn/one');
      await asn.send('DELETE', '/base-asn/other');
      await until(async () => (await listed('asn')) === undefined, { what: 'its end' });
      await until(async () => (await list()).nic === nic - 1, { what: 'the number of CSEs' });
    });

    it('are followed when an AE registers elsewhere: references change, the old registration is inactive (TS-0004 §7.5.1.2.16)', async () => {
      const as = { from: 'Smover', type: ofAe };
      expect((await mn.send('POST', '/base-mn', ae({ rn: 'mover', trps: true }), as)).rsc).to.equal(2001);
      await top.create('/base-in', 1, policy('top', ['/mn/Smover']));
      await asn.create('/base-asn', 1, policy('bottom', ['/mn/Smover']));
      await until(async () => (await listed('asn'))?.includes('/mn/Smover'));
      expect((await asn.send('POST', '/base-asn', ae({ rn: 'mover', trps: true }), as)).rsc).to.equal(2001);
      for (const [member, path] of [
        [top, '/base-in/top'],
        [asn, '/base-asn/bottom'],
      ] as const) {
        const acor = async () => (await member.send('GET', path)).pc['m2m:acp'].pv.acr[0].acor as string[];
        await until(async () => (await acor())[0] === '/asn/Smover', { what: `the reference at ${member.id}` });
      }
      await until(async () => (await mn.send('GET', '/base-mn/mover')).pc['m2m:ae'].regs === 2, {
        what: 'the end of the old registration',
      });
    });

    it('are changed by the CSEs concerned only, and the list is nobody’s to write (TS-0004 §7.4.53)', async () => {
      const told = (content: object) => ({ 'm2m:sgn': content }) as JsonObject;
      const move = told({ aerp: true, tid1: '/asn/Smover', tid2: '/mn/Smover' });
      const plain = { type: 'application/json' };
      expect((await top.send('POST', '/base-in', move, { ...plain, from: '/stranger' })).rsc).to.equal(4103);
      expect((await top.send('POST', '/base-in', move, plain)).rsc, 'an AE').to.equal(4103);
      expect(
        (await mn.send('POST', '/base-mn', told({ aerid: true, tid2: '/asn/Cx' }), { ...plain, from: '/asn' })).rsc,
      ).to.equal(4005);
      for (const content of [{ aerp: true }, { aerid: true, tid1: 'nonsense' }])
        expect((await top.send('POST', '/base-in', told(content), { ...plain, from: '/mn' })).rsc).to.equal(4000);
      expect((await top.create('/base-in', 43, { 'm2m:alst': {} })).rsc).to.equal(4005);
      expect((await top.send('PUT', '/base-in/aeContactList', { 'm2m:alst': { lbl: ['x'] } })).rsc).to.equal(4005);
      expect((await top.send('DELETE', '/base-in/aeContactList')).rsc).to.equal(4005);
    });
  });
});
