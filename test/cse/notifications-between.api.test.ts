import { expect } from 'chai';
import type { JsonObject } from '#cse';
import { until } from '../support/wait.ts';
import { type Member, type Network, network } from './network.ts';
import { startSubscriber } from './support.ts';

const all = { acr: [{ acor: ['all'], acop: 63 }] };

/** in ← mn */
describe('subscriptions across CSEs', () => {
  let net: Network;
  let top: Member;
  let mn: Member;

  before(async () => {
    net = network();
    top = await net.infrastructure({ children: ['mn'] });
    mn = await net.below(top, 'mn');
    for (const { id, create } of [top, mn]) {
      await create(`/base-${id}`, 1, { 'm2m:acp': { rn: 'open', pv: all, pvs: all } });
      await create(`/base-${id}`, 3, { 'm2m:cnt': { rn: 'c', acpi: [`base-${id}/open`] } });
    }
  });
  after(() => net[Symbol.asyncDispose]());

  const instance = ({ id, create }: Member) => create(`/base-${id}/c`, 4, { 'm2m:cin': { con: '1' } });
  const notification = (content: JsonObject | undefined) => content?.['m2m:sgn'] as JsonObject;

  it('verify an AE of another CSE, and tell it (TS-0004 §7.5.1.2.2, §7.5.1.2.3)', async () => {
    await using subscriber = await startSubscriber();
    await top.create(
      '/base-in',
      2,
      {
        'm2m:ae': { rn: 'told', api: 'N.test', rr: true, srv: ['3'], poa: [subscriber.url] },
      },
      { from: 'Ctold' },
    );
    const subscribe = () =>
      mn.create('/base-mn/c', 23, { 'm2m:sub': { rn: 's', nu: ['/in/Ctold'], enc: { net: [3] } } });
    expect((await subscribe()).rsc, 'neither creator nor host may NOTIFY it').to.equal(5204);
    await top.send('PUT', '/base-in/told', { 'm2m:ae': { acpi: ['base-in/open'] } }, { from: 'Ctold' });
    const { rsc, pc, dbg } = await subscribe();
    expect(rsc, dbg).to.equal(2001);
    expect(notification(subscriber.heard[0])).to.include({ vrq: true });
    await instance(mn);
    await until(() => subscriber.heard.length === 2);
    expect(notification(subscriber.heard[1])).to.include({ sur: `/mn/${pc['m2m:sub'].ri}` });
    await mn.send('DELETE', '/base-mn/c/s');
  });

  it('join resources of several CSEs in one cross-resource subscription (TS-0004 §7.4.58)', async () => {
    await using subscriber = await startSubscriber();
    const content = {
      rn: 'crs',
      nu: [subscriber.url],
      twt: 2,
      tws: 'PT20S',
      rrat: ['base-in/c', '/mn/base-mn/c'],
      encs: { encn: [{ net: [3], chty: [4] }] },
    };
    const { rsc, pc, dbg } = await top.create('/base-in', 48, { 'm2m:crs': content });
    expect(rsc, dbg).to.equal(2001);
    const [, remote = ''] = pc['m2m:crs'].rrats as string[];
    expect(remote).to.match(/^\/mn\/sub-/);
    await instance(mn);
    await instance(top);
    await until(() => subscriber.heard.length === 1);
    expect(notification(subscriber.heard[0])).to.deep.equal({ sur: `/in/${pc['m2m:crs'].ri}` });
    const member = `/~${remote}`;
    expect((await mn.send('GET', member)).rsc).to.equal(2000);
    await top.send('DELETE', '/base-in/crs');
    await until(async () => (await mn.send('GET', member)).rsc === 4004);
  });

  it('end a cross-resource subscription when a member on another CSE ends (TS-0004 §7.5.1.2.4)', async () => {
    await mn.create('/base-mn/c', 23, {
      'm2m:sub': { rn: 'member', nu: ['http://127.0.0.1:9/'], acpi: ['base-mn/open'] },
    });
    const content = { rn: 'ended', nu: ['http://127.0.0.1:9/'], twt: 1, tws: 'PT20S', srat: ['/mn/base-mn/c/member'] };
    const { rsc, dbg } = await top.create('/base-in', 48, { 'm2m:crs': content });
    expect(rsc, dbg).to.equal(2001);
    await mn.send('DELETE', '/base-mn/c/member');
    await until(async () => (await top.send('GET', '/base-in/ended')).rsc === 4004);
  });
});
