import { expect } from 'chai';
import type { JsonObject } from '#cse';
import { until } from '../support/wait.ts';
import { type Member, type Network, network } from './network.ts';
import { type Answer, startSubscriber } from './support.ts';

const from = 'Ckeeper';
const responses = ({ pc }: Answer): JsonObject[] => pc['m2m:agr']['m2m:rsp'];
const codes = (answer: Answer): unknown[] => responses(answer).map(({ rsc }) => rsc);

/** in ← mn */
describe('groups and transactions across CSEs', () => {
  let net: Network;
  let top: Member;
  let mn: Member;

  before(async () => {
    net = network();
    top = await net.infrastructure({ children: ['mn'], env: { ALZETTE_CSE_GROUP_VALIDATION_SECONDS: '1' } });
    mn = await net.below(top, 'mn');
    const ae = { 'm2m:ae': { rn: 'keeper', api: 'N.test', rr: true, srv: ['3'] } };
    expect((await top.send('POST', '/base-in', ae, { from, type: 'application/json;ty=2' })).rsc).to.equal(2001);
    const rule = { acr: [{ acor: [`/in/${from}`, from, '/in'], acop: 63 }] };
    for (const member of [top, mn]) {
      const base = `base-${member.id}`;
      await member.create(`/${base}`, 1, { 'm2m:acp': { rn: 'keepers', pv: rule, pvs: rule } });
      for (const rn of ['light', 'lamp'])
        await member.create(`/${base}`, 3, { 'm2m:cnt': { rn, lbl: ['old'], acpi: [`${base}/keepers`] } });
      await member.create(`/${base}`, 3, { 'm2m:cnt': { rn: 'closed' } });
    }
  });
  after(() => net[Symbol.asyncDispose]());

  const group = (attributes: JsonObject): Promise<Answer> =>
    top.create('/base-in/keeper', 9, { 'm2m:grp': { mnm: 9, ...attributes } }, { from });
  const members = ['base-in/light', '/mn/base-mn/light'];

  it('validates the type of members that another CSE hosts (TS-0004 §7.4.13.2.1)', async () => {
    const made = await group({ mt: 3, csy: 2, mid: members });
    expect(made.rsc, made.dbg).to.equal(2001);
    expect(made.pc['m2m:grp']).to.deep.include({ mid: members, cnm: 2, mtv: true });
    expect((await group({ mt: 2, csy: 2, mid: members })).rsc).to.equal(4110);
    expect((await group({ mt: 3, mid: ['/mn/base-mn/closed'] })).rsc).to.equal(5105);
    expect((await group({ mt: 3, mid: ['/mn/base-mn/none'] })).rsc).to.equal(4004);
  });

  it('carries requests out on members wherever they are, as their originator (§7.4.14.2.4)', async () => {
    await group({ rn: 'lights', mid: [...members, '/mn/base-mn/closed'] });
    const made = await top.create('/base-in/keeper/lights/fopt', 4, { 'm2m:cin': { con: 'on' } }, { from });
    expect(codes(made)).to.deep.equal([2001, 2001, 4103]);
    expect((await mn.send('GET', '/base-mn/light/la')).pc['m2m:cin'].con).to.equal('on');
    const read = await top.send('GET', '/base-in/keeper/lights/fopt/la', undefined, { from });
    expect(responses(read).map(({ fr }) => fr)).to.deep.equal([...members, '/mn/base-mn/closed']);
  });

  it('reaches a target of another CSE once, whatever ways lead there (gid, §7.3.3.2)', async () => {
    const far = { rn: 'far', mnm: 9, acpi: ['base-mn/keepers'], mid: ['base-mn/lamp'] };
    expect((await mn.create('/base-mn', 9, { 'm2m:grp': far })).rsc).to.equal(2001);
    await group({ rn: 'near', mid: ['/mn/base-mn/far/fopt', '/mn/base-mn/lamp'] });
    const answer = await top.send('GET', '/base-in/keeper/near/fopt', undefined, { from });
    const [through, direct] = responses(answer) as [JsonObject, JsonObject];
    expect([...codes(through as unknown as Answer), direct.rsc].sort()).to.deep.equal([2000, 4104]);
  });

  it('collects notifications of members on both (§7.5.1.2.6)', async () => {
    await using subscriber = await startSubscriber();
    await group({ rn: 'heard', mid: members, nar: { num: 2 } });
    const sub = { rn: 'heard', enc: { net: [3], chty: [4] }, nu: [subscriber.url], nfu: [subscriber.url] };
    const made = await top.create('/base-in/keeper/heard/fopt', 23, { 'm2m:sub': sub }, { from });
    expect(codes(made), JSON.stringify(made.pc)).to.deep.equal([2001, 2001]);
    await top.create('/base-in/light', 4, { 'm2m:cin': { con: 'near' } });
    await mn.create('/base-mn/light', 4, { 'm2m:cin': { con: 'far' } });
    await until(() => subscriber.heard.length === 1);
    const { 'm2m:agn': aggregate } = subscriber.heard[0] as { 'm2m:agn': { 'm2m:sgn': JsonObject[] } };
    const said = aggregate['m2m:sgn'].map(({ nev }) => (nev as { rep: { 'm2m:cin': JsonObject } }).rep['m2m:cin'].con);
    expect(said).to.have.members(['near', 'far']);
    await top.send('DELETE', '/base-in/keeper/heard/fopt/heard', undefined, { from });
  });

  it('commits a transaction on both, or on neither (TS-0001 §10.2.18)', async () => {
    const labels = async () => [
      (await top.send('GET', '/base-in/lamp')).pc['m2m:cnt'].lbl[0],
      (await mn.send('GET', '/base-mn/lamp')).pc['m2m:cnt'].lbl[0],
    ];
    const part = (to: string, content: JsonObject): JsonObject => ({
      op: 3,
      to,
      fr: from,
      rqi: to,
      pc: { 'm2m:cnt': content },
      mi: { rvi: '3' },
    });
    const run = async (rn: string, far: JsonObject): Promise<number> => {
      const req = [part('base-in/lamp', { lbl: [rn] }), part('/mn/base-mn/lamp', far)];
      const made = await top.create('/base-in/keeper', 50, { 'm2m:tram': { rn, tmh: 2, rqps: { req } } }, { from });
      expect(made.rsc, made.dbg).to.equal(2001);
      return until(async () => {
        const { trst } = (await top.send('GET', `/base-in/keeper/${rn}`, undefined, { from })).pc['m2m:tram'];
        return trst === 4 || trst === 6 ? trst : undefined;
      });
    };
    expect(await run('bad', { mni: -1 })).to.equal(6);
    expect(await labels()).to.deep.equal(['old', 'old']);
    expect(await run('good', { lbl: ['good'] })).to.equal(4);
    expect(await labels()).to.deep.equal(['good', 'good']);
  });

  it('looks at members again that could not be reached (mtv, §7.4.13.2.1)', async () => {
    await mn.switchOff();
    const unsure = await group({ rn: 'unsure', mt: 3, mid: members });
    expect(unsure.rsc, unsure.dbg).to.equal(2001);
    expect(unsure.pc['m2m:grp']).to.deep.include({ mid: members, mtv: false });
    const wrong = await group({ rn: 'wrong', mt: 3, mid: ['base-in/light', '/mn/base-mn'] });
    expect(wrong.pc['m2m:grp']).to.deep.include({ cnm: 2, mtv: false });
    const strict = await group({ rn: 'strict', mt: 3, csy: 2, mid: ['base-in/light', '/mn/base-mn'] });
    expect(strict.pc['m2m:grp']).to.deep.include({ cnm: 2, mtv: false });
    await mn.switchOn();
    const settled = async (rn: string) => {
      const { pc } = await top.send('GET', `/base-in/keeper/${rn}`, undefined, { from });
      return pc['m2m:grp']?.mtv === true ? pc['m2m:grp'] : undefined;
    };
    expect((await until(() => settled('unsure'))).mid).to.deep.equal(members);
    expect(await until(() => settled('wrong'))).to.deep.include({ mid: ['base-in/light'], cnm: 1 });
    await until(async () => (await top.send('GET', '/base-in/keeper/strict', undefined, { from })).rsc === 4004);
  });
});
