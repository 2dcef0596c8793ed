import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { JsonObject } from '#cse';
import { type Answer, startCse, startSubscriber, type TestCse } from './support.ts';

const grp = 9;
const responses = ({ pc }: Answer): JsonObject[] => pc['m2m:agr']['m2m:rsp'];
const codes = (answer: Answer): unknown[] => responses(answer).map(({ rsc }) => rsc);
const members = (answer: Answer): unknown[] => responses(answer).map(({ fr }) => fr);

describe('the fan-out point of a group (TS-0001 §10.2.7, TS-0004 §7.4.14)', () => {
  let city: TestCse;
  const group = async (attributes: JsonObject, from?: string): Promise<string> => {
    const { rsc, dbg, pc } = await city.create(
      '/cse-in',
      grp,
      { 'm2m:grp': { mnm: 50, ...attributes } },
      from === undefined ? {} : { from },
    );
    expect(rsc, dbg).to.equal(2001);
    return `/cse-in/${pc['m2m:grp'].rn}`;
  };

  before(async () => {
    city = await startCse({ env: { ALZETTE_CSE_FAN_OUT_PARALLEL_MAX: '2', ALZETTE_CSE_FAN_OUT_REQUESTS_MAX: '40' } });
    for (const stem of ['Cone', 'Ctwo', 'Cguest']) await city.ae(stem);
    for (const [rn, from] of [
      ['one', 'Cone'],
      ['two', 'Ctwo'],
    ] as const) {
      await city.create(`/cse-in/${rn}`, 3, { 'm2m:cnt': { rn: 'light', lbl: [rn] } }, { from });
      await city.create(`/cse-in/${rn}/light`, 4, { 'm2m:cin': { con: rn } }, { from });
    }
    await group({ rn: 'lights', mt: 3, mid: ['cse-in/one/light', 'cse-in/two/light'] });
    await group({ rn: 'aes', mt: 2, mid: ['cse-in/one', 'cse-in/two'] });
  });
  after(() => city[Symbol.asyncDispose]());

  it('creates under every member and answers OK with all answers (§7.4.14.2.5)', async () => {
    const rqi = randomUUID();
    const answer = await city.create(
      '/cse-in/lights/fopt',
      4,
      { 'm2m:cin': { con: 'on', lbl: ['all'] } },
      { headers: { 'X-M2M-RI': rqi } },
    );
    expect(answer.rsc).to.equal(2000);
    expect(codes(answer)).to.deep.equal([2001, 2001]);
    expect(members(answer)).to.deep.equal(['cse-in/one/light', 'cse-in/two/light']);
    for (const response of responses(answer)) {
      expect(response).to.include({ rqi, rvi: '3' });
      expect((response.pc as JsonObject)['m2m:cin']).to.deep.include({ con: 'on', lbl: ['all'] });
    }
    expect((await city.send('GET', '/cse-in/two/light/la')).pc['m2m:cin'].con).to.equal('on');
  });

  it('retrieves every member, and what is below it (§7.4.14.1)', async () => {
    const all = await city.send('GET', '/cse-in/lights/fopt');
    expect(responses(all).map(({ pc }) => (pc as JsonObject)['m2m:cnt'])).to.have.length(2);
    await city.create('/cse-in/lights/fopt', 4, { 'm2m:cin': { con: 'last' } });
    const latest = await city.send('GET', '/cse-in/lights/fopt/la');
    expect(responses(latest).map(({ pc }) => (pc as { 'm2m:cin': JsonObject })['m2m:cin'].con)).to.deep.equal([
      'last',
      'last',
    ]);
    const below = await city.send('GET', '/cse-in/aes/fopt/light');
    expect(codes(below)).to.deep.equal([2000, 2000]);
    const labels = await city.send('GET', '/cse-in/aes/fopt/light?atrl=lbl');
    expect(responses(labels).map(({ pc }) => pc)).to.deep.equal([
      { 'm2m:cnt': { lbl: ['one'] } },
      { 'm2m:cnt': { lbl: ['two'] } },
    ]);
    const missing = await city.send('GET', '/cse-in/aes/fopt/light/none');
    expect(missing.rsc).to.equal(2000);
    expect(codes(missing)).to.deep.equal([4004, 4004]);
  });

  it('is found by the identifier of its group too', async () => {
    const { pc } = await city.send('GET', '/cse-in/lights');
    expect(codes(await city.send('GET', `/${pc['m2m:grp'].ri}/fopt/la`))).to.deep.equal([2000, 2000]);
    expect(codes(await city.send('GET', `/~/id-in/${pc['m2m:grp'].ri}/fopt`))).to.deep.equal([2000, 2000]);
  });

  it('discovers below every member', async () => {
    const answer = await city.send('GET', '/cse-in/aes/fopt?fu=1&ty=3');
    expect(responses(answer).map(({ pc }) => pc)).to.deep.equal([
      { 'm2m:uril': ['cse-in/one/light'] },
      { 'm2m:uril': ['cse-in/two/light'] },
    ]);
  });

  it('updates every member, and says who refused', async () => {
    const answer = await city.send('PUT', '/cse-in/lights/fopt', { 'm2m:cnt': { mni: 7 } });
    expect(codes(answer)).to.deep.equal([2004, 2004]);
    const mixed = await group({ mid: ['cse-in/one', 'cse-in/two/light', 'cse-in/one/light'] });
    const refused = await city.send('PUT', `${mixed}/fopt`, { 'm2m:cnt': { mni: 8 } });
    expect(refused.rsc).to.equal(2000);
    expect(codes(refused)).to.deep.equal([4000, 2004, 2004]);
  });

  it('notifies every member', async () => {
    await using first = await startSubscriber();
    await using second = await startSubscriber();
    await city.ae('Cheard', { rn: 'heard', poa: [first.url] });
    await city.ae('Ctold', { rn: 'told', poa: [second.url] });
    const path = await group({ mid: ['cse-in/heard', 'cse-in/told'] });
    const content = { 'm2m:sgn': { nev: { net: 1, rep: { 'm2m:cnt': {} } }, sur: '/id-in/sub-1' } };
    expect(codes(await city.send('POST', `${path}/fopt`, content))).to.deep.equal([2000, 2000]);
    expect([first.heard, second.heard]).to.deep.equal([[content], [content]]);
  });

  it('deletes members, which leave the group; virtual ones stay (§7.4.14.3.5)', async () => {
    for (const rn of ['a', 'b']) await city.create('/cse-in/one', 3, { 'm2m:cnt': { rn } }, { from: 'Cone' });
    await city.create('/cse-in/one/light', 4, { 'm2m:cin': { con: 'x' } }, { from: 'Cone' });
    const path = await group({ mid: ['cse-in/one/a', 'cse-in/one/light/la', 'cse-in', 'cse-in/one/b'] });
    const answer = await city.send('DELETE', `${path}/fopt`);
    expect(answer.rsc).to.equal(2000);
    expect(codes(answer)).to.deep.equal([2002, 2002, 4005, 2002]);
    expect((await city.send('GET', path)).pc['m2m:grp']).to.deep.include({
      mid: ['cse-in/one/light/la', 'cse-in'],
      cnm: 2,
    });
    expect((await city.send('GET', '/cse-in/one/a')).rsc).to.equal(4004);
  });

  it('deletes below members without taking the members out', async () => {
    await city.create('/cse-in/aes/fopt', 3, { 'm2m:cnt': { rn: 'old' } });
    expect(codes(await city.send('DELETE', '/cse-in/aes/fopt/old'))).to.deep.equal([2002, 2002]);
    expect((await city.send('GET', '/cse-in/aes')).pc['m2m:grp'].cnm).to.equal(2);
  });

  describe('asks who may (§7.4.14.3)', () => {
    before(async () => {
      const rule = (acor: string, acop: number): JsonObject => ({ acr: [{ acor: [acor], acop }] });
      for (const [rn, pv] of [
        ['acpGuest', rule('Cguest', 2)],
        ['acpOne', rule('Cone', 63)],
      ] as const)
        await city.create('/cse-in', 1, { 'm2m:acp': { rn, pv, pvs: rule('CAdmin', 63) } });
    });

    it('macp of the group, and then every member with the originator itself', async () => {
      const path = await group({ mid: ['cse-in/one/light', 'cse-in/two/light'], macp: ['cse-in/acpOne'] });
      const answer = await city.send('GET', `${path}/fopt/la`, undefined, { from: 'Cone' });
      expect(answer.rsc).to.equal(2000);
      expect(codes(answer)).to.deep.equal([2000, 4103]);
      expect((await city.send('GET', path, undefined, { from: 'Cone' })).rsc).to.equal(4103);
    });

    it('acpi of the group when there is no macp, operation by operation', async () => {
      const path = await group({ mid: ['cse-in/one/light'], acpi: ['cse-in/acpGuest'] });
      expect((await city.send('GET', `${path}/fopt`, undefined, { from: 'Cguest' })).rsc).to.equal(2000);
      const refused = await city.create(`${path}/fopt`, 4, { 'm2m:cin': { con: '1' } }, { from: 'Cguest' });
      expect(refused.rsc).to.equal(4103);
      expect((await city.send('DELETE', `${path}/fopt`, undefined, { from: 'Cguest' })).rsc).to.equal(4103);
      expect((await city.send('GET', `${path}/fopt?fu=1`, undefined, { from: 'Cguest' })).rsc).to.equal(4103);
    });

    it('macp before acpi', async () => {
      const path = await group({ mid: ['cse-in/one/light'], acpi: ['cse-in/acpGuest'], macp: ['cse-in/acpOne'] });
      expect((await city.send('GET', `${path}/fopt`, undefined, { from: 'Cguest' })).rsc).to.equal(4103);
    });

    it('who made the group when there is neither', async () => {
      const { pc } = await city.create(
        '/cse-in/one',
        grp,
        { 'm2m:grp': { mnm: 3, mid: ['cse-in/one/light'] } },
        { from: 'Cone' },
      );
      const path = `/cse-in/one/${pc['m2m:grp'].rn}`;
      expect((await city.send('GET', `${path}/fopt`, undefined, { from: 'Cone' })).rsc).to.equal(2000);
      expect((await city.send('GET', `${path}/fopt`, undefined, { from: 'Ctwo' })).rsc).to.equal(4103);
    });
  });

  describe('chooses members (grtm, §7.4.14.2.4)', () => {
    it('of the group, however they are written', async () => {
      const answer = await city.send('GET', '/cse-in/lights/fopt/la?grtm=/id-in/cse-in/two/light');
      expect(members(answer)).to.deep.equal(['cse-in/two/light']);
    });

    it('of its sub-groups', async () => {
      const path = await group({ mid: ['cse-in/lights/fopt', 'cse-in/one'] });
      const answer = await city.send('GET', `${path}/fopt?grtm=cse-in/two/light`);
      expect(members(answer)).to.deep.equal(['cse-in/lights/fopt']);
      const [inner] = responses(answer);
      expect(members(inner as unknown as Answer)).to.deep.equal(['cse-in/two/light']);
      const both = await city.send('GET', `${path}/fopt?grtm=cse-in/one&grtm=cse-in/lights/fopt`);
      expect(members(both)).to.deep.equal(['cse-in/lights/fopt', 'cse-in/one']);
    });

    for (const [what, path] of [
      ['one that is no member', '/cse-in/lights/fopt?grtm=cse-in/one/light&grtm=cse-in/one'],
      ['one that is nowhere', '/cse-in/lights/fopt?grtm=cse-in/nowhere'],
      ['members of what is no group', '/cse-in/one/light?grtm=cse-in/one'],
    ] as const) {
      it(`refuses ${what}`, async () => {
        const refused = await city.send('GET', path);
        expect(refused.rsc).to.equal(4000);
        expect(refused.dbg).to.include('grtm');
      });
    }
  });

  describe('goes through groups of groups (gid, §7.3.3.2)', () => {
    it('reaches each target once, whatever ways lead there', async () => {
      const path = await group({ mid: ['cse-in/lights/fopt', 'cse-in/one/light'] });
      const { st } = (await city.send('GET', '/cse-in/one/light')).pc['m2m:cnt'];
      const answer = await city.create(`${path}/fopt`, 4, { 'm2m:cin': { con: 'once' } });
      const [inner, direct] = responses(answer) as [JsonObject, JsonObject];
      const results = [...codes(inner as unknown as Answer), direct.rsc].sort();
      expect(results).to.deep.equal([2001, 2001, 4104]);
      expect((await city.send('GET', '/cse-in/one/light')).pc['m2m:cnt'].st).to.equal(st + 1);
    });

    it('comes to an end when groups hold each other', async () => {
      const first = await group({ rn: 'first', mid: ['cse-in/one/light'] });
      await group({ rn: 'second', mid: ['cse-in/first/fopt', 'cse-in/two/light'] });
      await city.send('PUT', first, {
        'm2m:grp': { mid: ['cse-in/one/light', 'cse-in/second/fopt', 'cse-in/first/fopt'] },
      });
      const answer = await city.send('GET', `${first}/fopt`);
      expect(answer.rsc).to.equal(2000);
      expect(codes(answer)).to.deep.equal([2000, 2000, 4104]);
      expect(codes(responses(answer)[1] as unknown as Answer)).to.deep.equal([4104, 2000]);
    });

    it('does not repeat a request it has had', async () => {
      const headers = { 'X-M2M-GID': randomUUID() };
      expect((await city.send('GET', '/cse-in/one/light', undefined, { headers })).rsc).to.equal(2000);
      expect((await city.send('GET', '/cse-in/two/light', undefined, { headers })).rsc).to.equal(2000);
      expect((await city.send('GET', '/-/one/light', undefined, { headers })).rsc).to.equal(4104);
      expect((await city.send('GET', '/cse-in/lights/fopt', undefined, { headers })).rsc).to.equal(2000);
      expect((await city.send('GET', '/cse-in/lights/fopt', undefined, { headers })).rsc).to.equal(4104);
    });

    it('bounds what one request may become', async () => {
      for (let place = 0; place < 5; place += 1)
        await group({ rn: `wide${place}`, mid: ['cse-in/one', 'cse-in/two', 'cse-in/one/light', 'cse-in/two/light'] });
      for (let place = 0; place < 5; place += 1)
        await city.send('PUT', `/cse-in/wide${place}`, {
          'm2m:grp': { mid: [0, 1, 2, 3, 4].map((other) => `cse-in/wide${other}`) },
        });
      const answer = await city.send('GET', '/cse-in/wide0/fopt/fopt/fopt/fopt/fopt/fopt');
      expect(answer.rsc).to.equal(2000);
      expect(JSON.stringify(answer.pc)).to.include('too many requests');
    });
  });

  describe('gathers answers until they are due (rset)', () => {
    it('and leaves out who is late', async () => {
      await using slow = await startSubscriber(() => new Promise(() => {}));
      await using quick = await startSubscriber();
      await city.ae('Cslow', { rn: 'slow', poa: [slow.url] });
      await city.ae('Cquick', { rn: 'quick', poa: [quick.url] });
      const path = await group({ mid: ['cse-in/slow', 'cse-in/quick'] });
      const content = { 'm2m:sgn': { sur: '/id-in/sub-1' } };
      const headers = { 'X-M2M-RST': '+700' };
      const some = await city.send('POST', `${path}/fopt`, content, { headers });
      expect(some.rsc).to.equal(2000);
      expect(members(some)).to.deep.equal(['cse-in/quick']);
      const none = await city.send('POST', `${path}/fopt?grtm=cse-in/slow`, content, { headers });
      expect(none.rsc).to.equal(5209);
    });
  });

  it('refuses a group without members (NO_MEMBERS)', async () => {
    const path = await group({ mid: [] });
    expect((await city.send('GET', `${path}/fopt`)).rsc).to.equal(4109);
  });

  it('refuses a type its members cannot have (§7.4.14.2.1), unless it is meant for what is below them', async () => {
    const refused = await city.create('/cse-in/aes/fopt', 4, { 'm2m:cin': { con: '1' } });
    expect(refused.rsc).to.equal(4108);
    expect(refused.dbg).to.include('contentInstance');
    expect(codes(await city.create('/cse-in/aes/fopt/light', 4, { 'm2m:cin': { con: '1' } }))).to.deep.equal([
      2001, 2001,
    ]);
  });

  it('refuses registrations', async () => {
    const path = await group({ mid: ['cse-in'] });
    const refused = await city.create(`${path}/fopt`, 2, { 'm2m:ae': { api: 'N', rr: true, srv: ['3'] } });
    expect(refused.rsc).to.equal(4000);
  });

  it('is not there without its group, and is no resource', async () => {
    expect((await city.send('GET', '/cse-in/none/fopt')).rsc).to.equal(4004);
    expect((await city.send('GET', '/cse-in/one/fopt')).rsc).to.equal(4004);
    const taken = await city.create('/cse-in/lights', 23, { 'm2m:sub': { rn: 'fopt', nu: ['http://127.0.0.1:9'] } });
    expect(taken.rsc).to.equal(4105);
  });
});
