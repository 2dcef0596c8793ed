import { expect } from 'chai';
import type { JsonObject } from '#cse';
import { until } from '../support/wait.ts';
import { startCse, startSubscriber, type TestCse } from './support.ts';

describe('nodes and management objects', () => {
  let cse: TestCse;
  let count = 0;

  before(async () => {
    cse = await startCse();
  });

  after(() => cse[Symbol.asyncDispose]());

  const node = async (): Promise<string> => {
    count += 1;
    const { rsc, dbg } = await cse.create('/cse-in', 14, { 'm2m:nod': { rn: `n${count}`, ni: `urn:${count}` } });
    expect(rsc, dbg).to.equal(2001);
    return `/cse-in/n${count}`;
  };
  const links = async (path: string) => (await cse.send('GET', path)).pc['m2m:nod'];
  const create = (path: string, element: string, attributes: JsonObject) =>
    cse.create(path, 13, { [`m2m:${element}`]: { rn: element, ...attributes } });
  const object = async (element: string, attributes: JsonObject) => {
    const path = await node();
    const { rsc, dbg, pc } = await create(path, element, attributes);
    expect(rsc, dbg).to.equal(2001);
    return {
      path: `${path}/${element}`,
      initial: pc[`m2m:${element}`],
      update: async (change: JsonObject) => {
        const answer = await cse.send('PUT', `${path}/${element}`, { [`m2m:${element}`]: change });
        return { rsc: answer.rsc, dbg: answer.dbg, now: answer.pc?.[`m2m:${element}`] };
      },
      read: async () => (await cse.send('GET', `${path}/${element}`)).pc[`m2m:${element}`],
    };
  };
  const firmware = { mgd: 1001, vr: '1', fwn: 'fw', url: 'http://files.example/fw', ud: false };

  describe('links of a node', () => {
    it('follow nodeLink of an AE: registration, change, deregistration (TS-0001 §9.6.18)', async () => {
      const [one, other] = [await node(), await node()];
      await cse.ae('Clinked', { nl: one.slice(1) });
      await until(async () => (await links(one)).hael?.[0] === 'Clinked');
      await cse.send('PUT', '/cse-in/linked', { 'm2m:ae': { nl: other.slice(1) } }, { from: 'Clinked' });
      await until(async () => (await links(other)).hael?.[0] === 'Clinked' && !('hael' in (await links(one))));
      await cse.send('PUT', '/cse-in/linked', { 'm2m:ae': { nl: null } }, { from: 'Clinked' });
      await until(async () => !('hael' in (await links(other))));
      await cse.send('PUT', '/cse-in/linked', { 'm2m:ae': { nl: one.slice(1) } }, { from: 'Clinked' });
      await until(async () => (await links(one)).hael?.length === 1);
      await cse.send('DELETE', '/cse-in/linked', undefined, { from: 'Clinked' });
      await until(async () => !('hael' in (await links(one))));
    });

    it('follow nodeLink of a flexContainer, even when something above it is deleted', async () => {
      const path = await node();
      await cse.create('/cse-in', 3, { 'm2m:cnt': { rn: 'services' } });
      const cnd = 'org.onem2m.common.moduleclass.binarySwitch';
      const content = { 'cod:binSh': { rn: 'switch', cnd, state: true, nl: path.slice(1) } };
      const { rsc, dbg, pc } = await cse.create('/cse-in/services', 28, content);
      expect(rsc, dbg).to.equal(2001);
      const { ri } = pc['cod:binSh'];
      await until(async () => (await links(path)).hsl?.[0] === ri);
      await cse.send('DELETE', '/cse-in/services');
      await until(async () => !('hsl' in (await links(path))));
    });

    it('go with the node: nobody names it any more', async () => {
      const path = await node();
      await cse.ae('Corphan', { nl: path.slice(1) });
      await until(async () => (await links(path)).hael?.[0] === 'Corphan');
      await cse.send('DELETE', path);
      await until(async () => !('nl' in (await cse.send('GET', '/cse-in/orphan')).pc['m2m:ae']));
    });
  });

  it('firmware: an update is in process until the device says what came of it (TS-0004 §D.2.2.2)', async () => {
    const { initial, update } = await object('fwr', firmware);
    expect(initial.uds).to.deep.equal({ sus: 0 });
    const { now } = await update({ ud: true });
    expect(now).to.deep.include({ ud: true, uds: { acn: `${initial.ri}#ud`, sus: 3 } });
    expect((await update({ uds: { sus: 3 } })).now.ud).to.equal(true);
    expect((await update({ uds: { sus: 1 }, vr: '2' })).now).to.deep.include({ ud: false, vr: '2' });
  });

  it('software: install and uninstall, activate and deactivate exclude each other (TS-0004 §D.3.2.2)', async () => {
    const { initial, update } = await object('swr', {
      mgd: 1002,
      vr: '1',
      swn: 'app',
      url: 'http://files.example/app',
    });
    expect(initial).to.deep.include({ in: false, un: false, ins: { sus: 0 } });
    expect((await update({ in: true, un: true })).rsc).to.equal(4000);
    expect((await update({ act: true, dea: true })).rsc).to.equal(4000);
    expect((await update({ in: true })).now.ins.sus).to.equal(3);
    expect((await update({ un: true })).now).to.include({ in: false, un: true });
    expect((await update({ ins: { sus: 2 } })).now).to.include({ in: false, un: false });
    expect((await update({ act: true })).now.acts.sus).to.equal(3);
    expect((await update({ acts: { sus: 1 } })).now).to.include({ act: false });
  });

  it('device capability: enabled or disabled when the device has said so (TS-0004 §D.9.2.3)', async () => {
    const { update } = await object('dvc', { mgd: 1008, can: 'camera', att: true, cas: { sus: 0 }, cus: false });
    expect((await update({ ena: true, dis: true })).rsc).to.equal(4000);
    expect((await update({ ena: false })).rsc).to.equal(4000);
    expect((await update({ ena: true })).now).to.include({ ena: true, cus: false });
    expect((await update({ cas: { sus: 1 } })).now)
      .to.include({ cus: true })
      .and.not.have.property('ena');
    await update({ dis: true });
    expect((await update({ cas: { sus: 2 } })).now.cus).to.equal(true);
  });

  it('reboot: the device is told, then it can be asked again; not both at once, and one per node (TS-0004 §D.10.2.2)', async () => {
    await using device = await startSubscriber();
    const { path, initial, update, read } = await object('rbo', { mgd: 1009 });
    expect(initial).to.include({ rbo: false, far: false });
    await cse.create(path, 23, { 'm2m:sub': { nu: [device.url], nct: 2 } });
    expect((await update({ rbo: true, far: true })).rsc).to.equal(4000);
    await update({ rbo: true });
    const told = () => device.heard.map((content) => JSON.stringify(content)).join();
    await until(() => told().includes('"rbo":true'));
    expect(await read()).to.include({ rbo: false });
    const another = await cse.create(path.slice(0, path.lastIndexOf('/')), 13, { 'm2m:rbo': { mgd: 1009 } });
    expect(another.rsc).to.equal(4105);
  });

  it('event log: started and stopped (TS-0004 §D.11.2.2)', async () => {
    const { update } = await object('evl', { mgd: 1010, lgt: 1, lgd: '', lgst: 3 });
    expect((await update({ lga: true })).now).to.include({ lgst: 1, lga: false });
    expect((await update({ lgo: true })).now).to.include({ lgst: 2, lgo: false });
    expect((await update({ lga: true, lgo: true })).rsc).to.equal(4000);
  });

  it('Wi-Fi client: credentials go with their encryption, the radio is toggled (release 4)', async () => {
    const { initial, update } = await object('wific', { mgd: 1028, ssid: 'city', scan: false });
    expect(initial).to.deep.include({ cons: 0, scanr: [], ud: false, trdst: false });
    expect((await update({ wcrds: { enct: 4 } })).rsc).to.equal(4000);
    expect((await update({ wcrds: { enct: 4, wpap: 'secret' } })).rsc).to.equal(2004);
    expect((await update({ trdst: true })).now).to.include({ rdst: true, trdst: false });
    expect((await update({ trdst: true })).now).to.include({ rdst: false });
  });

  it('refuses what does not fit, and makes nothing then', async () => {
    const path = await node();
    const refused: [string, JsonObject, number][] = [
      ['bat', { mgd: 1006, btl: 101, bts: 1 }, 4000],
      ['bat', { mgd: 1006, btl: -1, bts: 1 }, 4000],
      ['bat', { mgd: 1006, btl: 50, bts: 9 }, 4000],
      ['bat', { mgd: 1006, btl: 50 }, 4000],
      ['fwr', { ...firmware, mgd: 1002 }, 4000],
      ['fwr', { ...firmware, uds: { sus: 1 } }, 4000],
      ['fwr', { ...firmware, mgs: 'http://schema.example' }, 4000],
      ['fwr', { ...firmware, xyz: 1 }, 4000],
      ['mgo', { mgd: 1001 }, 4000],
      ['rbo', { mgd: 1009, rbo: true, far: true }, 4000],
      ['datc', { mgd: 1021, cntp: 'x', meil: 5, mesc: [{ sce: ['* * * * * * *'] }] }, 4000],
      ['wific', { mgd: 1028, ssid: 'x', scan: false, wcrds: { enct: 7, unm: 'u' } }, 4000],
      ['sim', { mgd: 1030, icid: '12' }, 4000],
    ];
    for (const [element, attributes, expected] of refused) {
      const { rsc, dbg } = await create(path, element, attributes);
      expect(rsc, `${element} ${JSON.stringify(attributes)} ${dbg}`).to.equal(expected);
    }
    expect((await cse.send('GET', `${path}?rcn=6`)).pc['m2m:rrl'].rrf).to.deep.equal([]);
    expect((await cse.create('/cse-in', 14, { 'm2m:nod': {} })).rsc).to.equal(4000);
    expect((await cse.create(path, 14, { 'm2m:nod': { ni: 'x' } })).rsc).to.equal(4108);
    expect((await cse.create('/cse-in', 13, { 'm2m:fwr': firmware })).rsc).to.equal(4108);
  });
});
