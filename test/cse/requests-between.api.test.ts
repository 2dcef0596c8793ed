import { expect } from 'chai';
import type { JsonObject } from '#cse';
import { until } from '../support/wait.ts';
import { type Member, type Network, network } from './network.ts';
import { startSubscriber } from './support.ts';

const status = { completed: 1, failed: 2, pending: 3, forwarded: 4, partiallyCompleted: 5 } as const;
const policy = (rn: string) => ({
  'm2m:acp': {
    rn,
    pv: { acr: [{ acor: ['all'], acop: 63 }] },
    pvs: { acr: [{ acor: ['CAdmin'], acop: 63 }] },
  },
});

describe('requests of one CSE that lead elsewhere', () => {
  let net: Network;
  let top: Member;
  let mn: Member;
  let polling: string;

  before(async () => {
    net = network();
    top = await net.infrastructure({ children: ['mn'], env: { ALZETTE_CSE_FORWARD_TIMEOUT_SECONDS: '2' } });
    mn = await net.below(top, 'mn');
    const ae = (rn: string) => ({ 'm2m:ae': { rn, api: 'N.test', rr: false, srv: ['3'] } });
    await mn.create('/base-mn', 2, ae('ae'), { from: 'Cae' });
    await top.create('/base-in', 2, ae('boss'), { from: 'Cboss' });
    await mn.create('/base-mn', 1, policy('open'));
    await mn.send('PUT', '/base-mn/ae', { 'm2m:ae': { acpi: ['base-mn/open'] } }, { from: 'Cae' });
    await mn.create('/base-mn/ae', 3, { 'm2m:cnt': { rn: 'data', acpi: ['base-mn/open'] } }, { from: 'Cae' });
    // A CSE behind a firewall: no point of access, but a polling channel.
    polling = '/mnp';
    const csr = { rn: 'mnp', cb: '/mnp/base', csi: '/mnp', rr: false, srv: ['3'] };
    const registered = await top.create('/base-in', 16, { 'm2m:csr': csr }, { from: polling });
    expect(registered.rsc, registered.dbg).to.equal(2001);
    const channel = await top.create('/base-in/mnp', 15, { 'm2m:pch': { rn: 'pch' } }, { from: polling });
    expect(channel.rsc, channel.dbg).to.equal(2001);
  });

  after(() => net[Symbol.asyncDispose]());

  const finished = (path: string, from: string) =>
    until(async () => {
      const { pc } = await top.send('GET', path, undefined, { from });
      const request = pc['m2m:req'];
      return (request.rs === status.completed || request.rs === status.failed) && request;
    });

  it('are answered by a <request> here that shows what the other CSE answered (TS-0001 §8.2.2.2)', async () => {
    const accepted = await top.create(
      '/~/mn/base-mn/ae/data?rt=1',
      4,
      { 'm2m:cin': { con: 'far' } },
      { from: 'Cboss' },
    );
    expect(accepted.rsc, accepted.dbg).to.equal(1001);
    expect(accepted.pc['m2m:uri']).to.match(/^\/in\/req-/);
    const request = await finished(`/~${accepted.pc['m2m:uri']}`, 'Cboss');
    expect(request.ors, JSON.stringify(request.ors)).to.include({ rsc: 2001, to: 'Cboss' });
    expect(request.ors.pc['m2m:cin']).to.include({ con: 'far' });
    const latest = await mn.send('GET', '/base-mn/ae/data/la', undefined, { from: 'Cae' });
    expect(latest.pc['m2m:cin'].con).to.equal('far');
  });

  it('fail when nothing leads there (TS-0004 Table 7.3.2.5-2)', async () => {
    const accepted = await top.send('GET', '/~/nowhere/base?rt=1', undefined, { from: 'Cboss' });
    expect(accepted.rsc).to.equal(1001);
    const request = await finished(`/~${accepted.pc['m2m:uri']}`, 'Cboss');
    expect(request.rs).to.equal(status.failed);
    expect(request.ors.rsc).to.equal(4004);
  });

  it('notify of the result of an asynchronous one', async () => {
    await using subscriber = await startSubscriber();
    const options = { from: 'Cboss', headers: { 'X-M2M-RTU': subscriber.url } };
    const accepted = await top.send('GET', '/~/mn/base-mn/ae/data?rt=2', undefined, options);
    expect(accepted.rsc, accepted.dbg).to.equal(1002);
    await until(() => subscriber.heard.length === 1);
    expect(subscriber.heard[0]?.['m2m:rsp']).to.include({ rsc: 2000 });
  });

  it('are forwarded while another CSE has them, and cannot be recalled then (TS-0004 §7.4.12.2.4)', async () => {
    const accepted = await top.send('GET', '/~/mnp/base/lamp?rt=1', undefined, {
      from: 'Cboss',
      headers: { 'X-M2M-RET': '15000' },
    });
    const path = `/~${accepted.pc['m2m:uri']}`;
    const polled = await top.send('GET', '/base-in/mnp/pch/pcu', undefined, { from: polling });
    const { rqi, op, to, fr } = polled.pc['m2m:rqp'];
    expect({ op, to, fr }).to.deep.equal({ op: 2, to: '/mnp/base/lamp', fr: '/in/Cboss' });
    const { pc } = await top.send('GET', path, undefined, { from: 'Cboss' });
    expect(pc['m2m:req'].rs).to.equal(status.forwarded);
    expect((await top.send('DELETE', path, undefined, { from: 'Cboss' })).rsc).to.equal(5220);
    const lamp = { 'm2m:cnt': { rn: 'lamp' } };
    const response = { 'm2m:rsp': { rsc: 2000, rqi, rvi: '3', pc: lamp } };
    expect((await top.send('POST', '/base-in/mnp/pch/pcu', response, { from: polling })).rsc).to.equal(2000);
    const request = await finished(path, 'Cboss');
    expect(request.rs).to.equal(status.completed);
    expect(request.ors.pc).to.deep.equal(lamp);
  });

  it('reach a CSE that polls in blocking mode too (TS-0001 §10.2.5.17)', async () => {
    const content: JsonObject = { 'm2m:cin': { con: 'on' } };
    const sent = top.create('/~/mnp/base/lamp', 4, content, { from: 'Cboss', headers: { 'X-M2M-RET': '10000' } });
    const polled = await top.send('GET', '/base-in/mnp/pch/pcu', undefined, { from: polling });
    const request = polled.pc['m2m:rqp'];
    expect(request).to.include({ op: 1, ty: 4, to: '/mnp/base/lamp' });
    expect(request.pc).to.deep.equal(content);
    const response = { 'm2m:rsp': { rsc: 2001, rqi: request.rqi, rvi: '3' } };
    await top.send('POST', '/base-in/mnp/pch/pcu', response, { from: polling });
    expect((await sent).rsc).to.equal(2001);
  });

  it('answer 4008 when the polling CSE does not answer until the request expires', async () => {
    const answer = await top.send('GET', '/~/mnp/base', undefined, { from: 'Cboss', headers: { 'X-M2M-RET': '400' } });
    expect(answer.rsc, answer.dbg).to.equal(4008);
  });

  it('of a group show what was gathered until all members have answered (TS-0004 §7.4.14.2.5)', async () => {
    const members = { rn: 'members', mnm: 5, mid: ['/mn/base-mn/ae/data', '/mnp/base/lamp'] };
    const group = await top.create('/base-in/boss', 9, { 'm2m:grp': members }, { from: 'Cboss' });
    expect(group.rsc, group.dbg).to.equal(2001);
    const accepted = await top.send('GET', '/base-in/boss/members/fopt?rt=1', undefined, { from: 'Cboss' });
    const path = `/~${accepted.pc['m2m:uri']}`;
    const partial = await until(async () => {
      const { pc } = await top.send('GET', path, undefined, { from: 'Cboss' });
      return pc['m2m:req'].rs === status.partiallyCompleted && pc['m2m:req'];
    });
    expect(partial.ors.pc['m2m:agr']['m2m:rsp']).to.have.length(1);
    expect((await top.send('DELETE', path, undefined, { from: 'Cboss' })).rsc).to.equal(5220);
    // The group may ask what its member is meanwhile: whatever comes is answered.
    const request = await until(async () => {
      const pcu = '/base-in/mnp/pch/pcu';
      const polled = await top.send('GET', pcu, undefined, { from: polling, headers: { 'X-M2M-RET': '200' } });
      const rqi = polled.pc['m2m:rqp']?.rqi;
      const response = { 'm2m:rsp': { rsc: 2000, rqi, rvi: '3', pc: { 'm2m:cnt': {} } } };
      if (rqi !== undefined) await top.send('POST', pcu, response, { from: polling });
      const { pc } = await top.send('GET', path, undefined, { from: 'Cboss' });
      return pc['m2m:req'].rs === status.completed && pc['m2m:req'];
    });
    expect(request.ors.pc['m2m:agr']['m2m:rsp']).to.have.length(2);
  });
});
