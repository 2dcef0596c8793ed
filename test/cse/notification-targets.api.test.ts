import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { JsonObject } from '#cse';
import { until } from '../support/wait.ts';
import { startCse, startSubscriber, type TestCse } from './support.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests read whatever the CSE sends
type Any = any;

const never = '* * * * * * 2001';
const always = '* * * * * * *';

describe('a notification target that leaves (TS-0001 §10.2.10.8, TS-0004 §7.4.33)', () => {
  let cse: TestCse;
  let count = 0;
  /** What subscribers hear, and what the creator of the subscriptions says when it is asked. */
  let heard: JsonObject[] = [];
  let agreed = false;
  let server: Server;

  before(async () => {
    server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      const content = JSON.parse(text) as Any;
      heard.push(content);
      const answer = content['m2m:sgn'].trr === true ? { 'm2m:sgn': { tra: agreed } } : undefined;
      response.writeHead(200, { 'X-M2M-RSC': '2000', 'Content-Type': 'application/json' });
      response.end(answer === undefined ? undefined : JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    cse = await startCse();
    await cse.ae('Cae', { poa: [url] });
    const pv = { acr: [{ acor: ['all'], acop: 63 }] };
    for (const stem of ['Cleaver', 'Cstayer']) {
      await cse.ae(stem, { poa: [url], loc: { typ: 1, crd: '[5.95, 49.47]' } });
      await cse.create(`/cse-in/${stem.slice(1)}`, 1, { 'm2m:acp': { rn: 'p', pv, pvs: pv } }, { from: stem });
      const acpi = { 'm2m:ae': { acpi: [`cse-in/${stem.slice(1)}/p`] } };
      await cse.send('PUT', `/cse-in/${stem.slice(1)}`, acpi, { from: stem });
    }
  });
  after(async () => {
    await cse[Symbol.asyncDispose]();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  beforeEach(() => {
    heard = [];
    agreed = false;
  });

  /** A subscription of Cae that tells Cleaver and Cstayer. */
  const subscription = async (nu: string[] = ['Cleaver', 'Cstayer']): Promise<string> => {
    count += 1;
    await cse.create('/cse-in/ae', 3, { 'm2m:cnt': { rn: `c${count}` } }, { from: 'Cae' });
    const content = { 'm2m:sub': { rn: 's', nu, enc: { net: [3] } } };
    const { rsc, dbg } = await cse.create(`/cse-in/ae/c${count}`, 23, content, { from: 'Cae' });
    expect(rsc, dbg).to.equal(2001);
    heard = [];
    return `/cse-in/ae/c${count}/s`;
  };
  const policy = async (attributes: JsonObject, ...rules: JsonObject[]): Promise<string> => {
    const { rsc, pc, dbg } = await cse.create('/cse-in', 26, { 'm2m:ntp': { plbl: 'own', ...attributes } });
    expect(rsc, dbg).to.equal(2001);
    for (const rule of rules)
      expect((await cse.create(`/cse-in/${pc['m2m:ntp'].rn}`, 27, { 'm2m:pdr': rule })).rsc).to.equal(2001);
    return `cse-in/${pc['m2m:ntp'].rn}`;
  };
  const refer = (path: string, npi: string) =>
    cse.create(path, 25, { 'm2m:ntpr': { ntu: ['Cleaver'], npi } }, { from: 'Cae' });
  const leave = (path: string, from = 'Cleaver') => cse.send('DELETE', `${path}/ntsr`, undefined, { from });
  const targets = async (path: string): Promise<string[]> => (await cse.send('GET', path)).pc['m2m:sub'].nu;

  it('is removed by the default policy, which accepts', async () => {
    expect((await cse.send('GET', '/cse-in/ntpDefault')).pc['m2m:ntp']).to.include({ acn: 1, plbl: 'Default' });
    const path = await subscription();
    expect((await leave(path)).rsc).to.equal(2002);
    expect(await targets(path)).to.deep.equal(['Cstayer']);
  });

  it('takes the subscription with it when it is the last', async () => {
    const path = await subscription(['Cleaver']);
    expect((await leave(path)).rsc).to.equal(2002);
    expect((await cse.send('GET', path)).rsc).to.equal(4004);
  });

  it('has to be one (4103), and can do nothing else there (4005)', async () => {
    const path = await subscription(['Cstayer']);
    expect((await leave(path)).rsc).to.equal(4103);
    for (const method of ['GET', 'PUT'])
      expect((await cse.send(method, `${path}/ntsr`, method === 'PUT' ? { 'm2m:sub': {} } : undefined)).rsc).to.equal(
        4005,
      );
    expect((await cse.create(`${path}/ntsr`, 25, { 'm2m:ntpr': { ntu: ['Cleaver'] } })).rsc).to.equal(4005);
  });

  it('stays when its policy rejects (4103)', async () => {
    const path = await subscription();
    await refer(path, await policy({ acn: 2 }));
    expect((await leave(path)).rsc).to.equal(4103);
    expect(await targets(path)).to.have.lengthOf(2);
    expect((await leave(path, 'Cstayer')).rsc, 'the policy is another’s').to.equal(2002);
  });

  it('is removed when the creator, who is asked first, agrees', async () => {
    const path = await subscription();
    await refer(path, await policy({ acn: 3 }));
    expect((await leave(path)).rsc).to.equal(4103);
    agreed = true;
    expect((await leave(path)).rsc).to.equal(2002);
    expect(await targets(path)).to.deep.equal(['Cstayer']);
    const { ri } = (await cse.send('GET', path)).pc['m2m:sub'];
    expect(heard).to.deep.equal([
      { 'm2m:sgn': { sur: `/id-in/${ri}`, ntt: 'Cleaver', trr: true } },
      { 'm2m:sgn': { sur: `/id-in/${ri}`, ntt: 'Cleaver', trr: true } },
    ]);
  });

  it('stays when the creator is only informed', async () => {
    const path = await subscription();
    await refer(path, await policy({ acn: 4 }));
    expect((await leave(path)).rsc).to.equal(4103);
    await until(() => heard.length === 1);
    expect(heard[0]).to.have.nested.property('m2m:sgn.ntt', 'Cleaver');
    expect(await targets(path)).to.have.lengthOf(2);
  });

  it('is removed by what it answers to a notification (trr)', async () => {
    await using subscriber = await startSubscriber();
    const leaving = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { 'X-M2M-RSC': '2000', 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ 'm2m:sgn': { sur: 'x', trr: true } }));
    });
    await new Promise<void>((resolve) => leaving.listen(0, '127.0.0.1', resolve));
    const { port } = leaving.address() as AddressInfo;
    try {
      await cse.ae('Cwaving', { poa: [`http://127.0.0.1:${port}/`] });
      await cse.create('/cse-in/waving', 3, { 'm2m:cnt': { rn: 'c' } }, { from: 'Cwaving' });
      const content = { 'm2m:sub': { rn: 's', nu: ['Cwaving', subscriber.url], enc: { net: [3] } } };
      await cse.create('/cse-in/waving/c', 23, content, { from: 'Cwaving' });
      await cse.create('/cse-in/waving/c', 4, { 'm2m:cin': { con: '1' } }, { from: 'Cwaving' });
      await until(async () => (await targets('/cse-in/waving/c/s')).length === 1);
    } finally {
      leaving.close();
      leaving.closeAllConnections();
    }
  });

  describe('under rules (TS-0001 §9.6.33)', () => {
    const near = { accr: [49.47, 5.95, 1000] };
    const far = { accr: [46.16, -1.15, 1000] };
    /** Whether the policy, which accepts, applies. */
    const rules: Readonly<Record<string, [JsonObject, JsonObject[], boolean]>> = {
      'at the time': [{}, [{ dr: { tod: [never, always] } }], true],
      'at another time': [{}, [{ dr: { tod: [never] } }], false],
      'in the region': [{}, [{ dr: { lr: [far, near] } }], true],
      elsewhere: [{}, [{ dr: { lr: [far] } }], false],
      'in a country, which is not known': [{}, [{ dr: { lr: [{ accc: ['FR'] }] } }], false],
      'at the time or in the region': [{}, [{ dr: { tod: [never], lr: [near] } }], true],
      'at the time and in the region': [{}, [{ dr: { tod: [never], lr: [near] }, drr: 1 }], false],
      'by one group of two': [{ rrs: 2 }, [{ dr: { tod: [never] } }, { dr: { tod: [always] } }], true],
      'by both groups': [{ rrs: 1 }, [{ dr: { tod: [never] } }, { dr: { tod: [always] } }], false],
      'by groups without a relation, that is both': [{}, [{ dr: { tod: [never] } }, { dr: { tod: [always] } }], false],
    };
    for (const [what, [attributes, groups, holds]] of Object.entries(rules)) {
      it(`is ${holds ? 'removed' : 'kept'} ${what}`, async () => {
        const path = await subscription();
        await refer(path, await policy({ acn: 1, ...attributes }, ...groups));
        expect((await leave(path)).rsc).to.equal(holds ? 2002 : 4103);
      });
    }
  });

  describe('its policies', () => {
    it('are at most one for each target (4105)', async () => {
      const path = await subscription();
      const npi = await policy({ acn: 2 });
      expect((await refer(path, npi)).rsc).to.equal(2001);
      expect((await refer(path, npi)).rsc).to.equal(4105);
    });

    it('have at most two groups of rules (4105)', async () => {
      const path = `/${await policy({ acn: 1 }, {}, {})}`;
      expect((await cse.create(path, 27, { 'm2m:pdr': {} })).rsc).to.equal(4105);
    });

    it('are policies, and say what there is to say', async () => {
      const path = await subscription();
      expect((await refer(path, 'cse-in/ae')).rsc).to.equal(4000);
      expect((await refer(path, 'cse-in/nothing')).rsc).to.equal(4000);
      expect((await cse.create(path, 25, { 'm2m:ntpr': { ntu: [] } }, { from: 'Cae' })).rsc).to.equal(4000);
      expect((await cse.create('/cse-in', 26, { 'm2m:ntp': { acn: 5 } })).rsc).to.equal(4000);
      expect((await cse.create('/cse-in', 26, { 'm2m:ntp': {} })).pc['m2m:ntp']).to.include({
        acn: 1,
        plbl: 'Default',
      });
      const own = `/${await policy({ acn: 1 })}`;
      expect((await cse.send('PUT', own, { 'm2m:ntp': { acn: 2 } })).rsc, 'NP').to.equal(4000);
      for (const dr of [{ tod: ['always'] }, { lr: [{ accr: [49] }] }, { xy: 1 }])
        expect((await cse.create(own, 27, { 'm2m:pdr': { dr } })).rsc).to.equal(4000);
    });

    it('are those of the subscription’s creator before those of the service provider', async () => {
      const pv = { acr: [{ acor: ['Cae'], acop: 63 }] };
      const path = await subscription();
      await cse.create('/cse-in', 1, { 'm2m:acp': { rn: 'forCae', pv, pvs: pv } });
      const { database } = cse;
      const { rsc, pc } = await cse.create('/cse-in', 26, { 'm2m:ntp': { rn: 'mine', acn: 2, plbl: 'Default' } });
      expect(rsc).to.equal(2001);
      // Only administrators create below the CSEBase here; the policy is made Cae's.
      await database.pool.query("UPDATE cse.resource SET creator = 'Cae' WHERE ri = $1", [pc['m2m:ntp'].ri]);
      expect((await leave(path)).rsc).to.equal(4103);
    });
  });
});

describe('statistics of notifications (nse, nsi; release 4)', () => {
  it('count requests, responses and events of each target, from when they are turned on', async () => {
    await using cse = await startCse();
    await using subscriber = await startSubscriber();
    await cse.create('/cse-in', 3, { 'm2m:cnt': { rn: 'c' } });
    const sub = { rn: 's', nu: [subscriber.url], enc: { net: [3] }, bn: { num: 2 }, nse: true };
    expect((await cse.create('/cse-in/c', 23, { 'm2m:sub': sub })).pc['m2m:sub'].nsi).to.deep.equal([]);
    const add = () => cse.create('/cse-in/c', 4, { 'm2m:cin': { con: '1' } });
    for (let index = 0; index < 4; index += 1) await add();
    const nsi = async () => (await cse.send('GET', '/cse-in/c/s')).pc['m2m:sub'].nsi;
    const figures = { tg: subscriber.url, rqs: 2, rsr: 2, noec: 4 };
    await until(async () => JSON.stringify(await nsi()) === JSON.stringify([figures]));
    await cse.send('PUT', '/cse-in/c/s', { 'm2m:sub': { nse: false } });
    expect(await nsi()).to.equal(undefined);
    await cse.send('PUT', '/cse-in/c/s', { 'm2m:sub': { nse: true } });
    expect(await nsi()).to.deep.equal([]);
  });
});
