import { expect } from 'chai';
import type { JsonObject } from '#cse';
import { startCse, type TestCse } from './support.ts';

describe('service subscriptions', () => {
  let cse: TestCse;

  before(async () => {
    cse = await startCse();
  });

  after(() => cse[Symbol.asyncDispose]());

  const register = (from: string, api = 'N.lamp', token?: string) =>
    cse.create(
      '/cse-in',
      2,
      { 'm2m:ae': { api, rr: false, srv: ['3'] } },
      token === undefined ? { from } : { from, token },
    );
  const rule = (attributes: JsonObject) => cse.create('/cse-in', 19, { 'm2m:asar': attributes });
  const node = (attributes: JsonObject) =>
    cse.create('/cse-in/profile', 20, { 'm2m:svsn': { ni: 'urn:node', ...attributes } });

  it('are consulted at registration as soon as there are profiles: 4128, 4126 (TS-0004 §7.3.2.7)', async () => {
    expect((await register('Cfree')).rsc).to.equal(2001);
    expect((await cse.create('/cse-in', 11, { 'm2m:mssp': { rn: 'profile' } })).rsc).to.equal(2001);
    expect((await register('Clamp-1')).rsc).to.equal(4128);
    await node({ rn: 'elsewhere', csi: '/id-elsewhere' });
    expect((await register('Clamp-1')).rsc).to.equal(4128);
    await node({ rn: 'here', csi: '/id-in' });
    expect((await register('Clamp-1')).rsc).to.equal(4126);
    await rule({ rn: 'lamps', aai: ['N.lamp*', 'R*'], aae: ['Clamp-*'] });
    const linked = await cse.send('PUT', '/cse-in/profile/here', { 'm2m:svsn': { rlk: ['cse-in/lamps'] } });
    expect(linked.rsc, linked.dbg).to.equal(2004);
    expect((await register('Clamp-1')).rsc).to.equal(2001);
    expect((await register('Clamp-2', 'N.heater')).rsc).to.equal(4126);
    expect((await register('Cheater', 'N.lamp')).rsc).to.equal(4126);
    expect((await register('Clamp-2', 'bad')).rsc).to.equal(4126);
    expect((await register('Clamp-1')).rsc).to.equal(4117);
  });

  it('bind rules to credentials, and check the AE-ID that was given (TS-0001 §9.6.29)', async () => {
    const { id, token } = await cse.cse.credentials.issue({ originator: 'Cmeter-*', label: 'meters' });
    const another = await cse.cse.credentials.issue({ originator: 'Cmeter-*', label: 'others' });
    await rule({ rn: 'meters', apci: [id], aai: ['N.meter'], aae: ['Cmeter-*'] });
    const rlk = ['cse-in/lamps', 'cse-in/meters'];
    await cse.send('PUT', '/cse-in/profile/here', { 'm2m:svsn': { rlk } });
    expect((await register('Cmeter-1', 'N.meter', another.token)).rsc).to.equal(4126);
    expect((await register('Cmeter-1', 'N.meter', token)).rsc).to.equal(2001);
    const given = await register('C', 'N.meter', token);
    expect(given.rsc, given.dbg).to.equal(2001);
    expect(given.pc['m2m:ae'].aei).to.match(/^Cmeter-/);
    expect((await register('S', 'N.meter', token)).rsc).to.equal(4126);
    const wide = await cse.cse.credentials.issue({ originator: '*', label: 'wide' });
    await cse.send('PUT', '/cse-in/meters', { 'm2m:asar': { apci: ['*'] } });
    expect((await register('C', 'N.meter', wide.token)).rsc).to.equal(4126);
    await cse.send('DELETE', '/cse-in/profile');
    expect((await register('Cheater', 'N.heater')).rsc).to.equal(2001);
  });

  it('refuse rules and nodes that do not fit (TS-0004 §7.4.20.2.1, §7.4.29.2.1)', async () => {
    await cse.create('/cse-in', 11, { 'm2m:mssp': { rn: 'profile' } });
    expect((await rule({ aai: ['lamp'] })).rsc).to.equal(4000);
    expect((await rule({ aai: [] })).rsc).to.equal(4000);
    expect((await rule({ aae: 'C*' })).rsc).to.equal(4000);
    expect((await cse.send('PUT', '/cse-in/lamps', { 'm2m:asar': { aai: ['x'] } })).rsc).to.equal(4000);
    expect((await node({ rlk: ['cse-in/lamps'] })).rsc).to.equal(4000);
    expect((await node({ ni: null })).rsc).to.equal(4000);
    const { pc } = await node({ rn: 'without' });
    expect((await cse.send('PUT', `/${pc['m2m:svsn'].ri}`, { 'm2m:svsn': { rlk: ['x'] } })).rsc).to.equal(4000);
    expect((await cse.send('PUT', '/cse-in/profile/without', { 'm2m:svsn': { csi: '/id-in' } })).rsc).to.equal(4000);
    expect((await cse.create('/cse-in/profile', 19, { 'm2m:asar': {} })).rsc).to.equal(4108);
  });
});
