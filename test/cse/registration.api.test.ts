import { expect } from 'chai';
import { startCse, type TestCse } from './support.ts';

const ae = (attributes: object = {}) => ({ 'm2m:ae': { api: 'N.test', rr: false, srv: ['3'], ...attributes } });
const ofAe = 'application/json;ty=2';

describe('registration of an AE', () => {
  let cse: TestCse;

  before(async () => {
    cse = await startCse();
  });

  after(() => cse[Symbol.asyncDispose]());

  it('gives the AE-ID-Stem that was asked for (TS-0001 §10.2.2.2)', async () => {
    const { rsc, pc, headers } = await cse.send('POST', '/cse-in', ae({ rn: 'one' }), { from: 'Cone', type: ofAe });
    expect(rsc).to.equal(2001);
    expect(pc['m2m:ae']).to.include({ ri: 'Cone', aei: 'Cone', rn: 'one', pi: 'id-in', ty: 2 });
    expect(headers.get('Content-Location')).to.equal('Cone');
  });

  it('refuses one that is registered (TS-0004 §7.4.5.2)', async () => {
    await cse.ae('Ctwice');
    const answer = await cse.send('POST', '/cse-in', ae({ rn: 'other' }), { from: 'Ctwice', type: ofAe });
    expect(answer.rsc).to.equal(4117);
  });

  it('gives an identifier of the credential’s own pattern to "C", "S" or nobody', async () => {
    const { token } = await cse.cse.credentials.issue({ originator: 'Cdev-*', label: 'test' });
    for (const from of ['C', '']) {
      const { rsc, pc, dbg } = await cse.send('POST', '/cse-in', ae(), { from, token, type: ofAe });
      expect(rsc, dbg).to.equal(2001);
      expect(pc['m2m:ae'].aei).to.match(/^Cdev-[0-9a-f]{16}$/);
    }
    const refused = await cse.send('POST', '/cse-in', ae(), { from: 'S', token, type: ofAe });
    expect(refused.rsc).to.equal(4126);
  });

  it('lets an AE use only the identifier its credential is for (TS-0004 §7.3.2.1)', async () => {
    const { token } = await cse.cse.credentials.issue({ originator: 'Cmine-*', label: 'test' });
    const refused = await cse.send('POST', '/cse-in', ae(), { from: 'Ctheirs', token, type: ofAe });
    expect(refused.rsc).to.equal(4106);
    const accepted = await cse.send('POST', '/cse-in', ae(), { from: 'Cmine-1', token, type: ofAe });
    expect(accepted.rsc).to.equal(2001);
  });

  it('refuses whoever shows no credential, a false, a revoked or an expired one', async () => {
    const { credentials } = cse.cse;
    const revoked = await credentials.issue({ originator: 'Cx', label: 'revoked' });
    const told: string[] = [];
    cse.cse.onRevoked((id) => told.push(id));
    expect(
      (await cse.send('POST', '/cse-in', ae({ rn: 'x' }), { from: 'Cx', token: revoked.token, type: ofAe })).rsc,
    ).to.equal(2001);
    await credentials.revoke(revoked.id);
    expect(told).to.include(revoked.id);
    const expired = await credentials.issue({
      originator: 'Cx',
      label: 'expired',
      expiresAt: new Date(Date.now() - 1),
    });
    for (const token of [null, 'not-a-token', revoked.token, expired.token]) {
      const answer = await cse.send('GET', '/cse-in/x', undefined, { from: 'Cx', token });
      expect(answer.rsc).to.equal(4106);
      expect(answer.status).to.equal(403);
    }
    const known = await credentials.list();
    expect(known.map(({ label }) => label))
      .to.include('expired')
      .and.not.include('revoked');
  });

  it('never shows a token again, and stores none', async () => {
    const { token } = await cse.cse.credentials.issue({ originator: 'Cy', label: 'secret' });
    expect(JSON.stringify(await cse.cse.credentials.list())).not.to.include(token);
    const { rows } = await cse.database.pool.query('SELECT to_json(c)::text AS text FROM cse.credential c');
    expect(rows.map(({ text }) => text).join()).not.to.include(token);
  });

  for (const [what, attributes, rsc] of [
    ['without App-ID', { api: undefined }, 4000],
    ['whose App-ID begins with another letter (TS-0001 §7.1.3)', { api: 'Xtest' }, 4000],
    ['whose App-ID begins with r, since release 4', { api: 'rtest' }, 4000],
    ['without request reachability', { rr: undefined }, 4000],
    ['without supported releases', { srv: undefined }, 4000],
    ['with an AE-ID in its content', { aei: 'Cz' }, 4000],
    ['with a point of access that is no URL', { poa: ['somewhere'] }, 4000],
    ['with a registered App-ID', { api: 'Rauthority.org.example.app' }, 2001],
  ] as const) {
    it(`answers ${rsc} to one ${what}`, async () => {
      const answer = await cse.send('POST', '/cse-in', ae(attributes), { from: 'Cz', type: ofAe });
      expect(answer.rsc, answer.dbg).to.equal(rsc);
    });
  }

  it('ends with DELETE, and everything below goes with it', async () => {
    await cse.ae('Cgone');
    await cse.create('/cse-in/gone', 3, { 'm2m:cnt': { rn: 'c' } }, { from: 'Cgone' });
    await cse.create('/cse-in/gone/c', 4, { 'm2m:cin': { con: '1' } }, { from: 'Cgone' });
    expect((await cse.send('DELETE', '/Cgone', undefined, { from: 'Cgone' })).rsc).to.equal(2002);
    expect((await cse.send('GET', '/cse-in/gone/c')).rsc).to.equal(4004);
    expect((await cse.ae('Cgone')).rsc).to.equal(2001);
  });

  it('refuses originators that are not written as the standard wants (TS-0001 §7.2)', async () => {
    for (const from of ['/id-in/Cone', 'one', 'Cöne']) {
      const answer = await cse.send('GET', '/cse-in', undefined, { from: encodeURI(from), token: null });
      expect(answer.rsc, from).to.equal(4000);
    }
    expect((await cse.send('GET', '/cse-in', undefined, { from: '', token: null })).rsc, 'no originator').to.equal(
      4000,
    );
  });
});

describe('a CSE in open mode', () => {
  it('believes who is registered, and nobody else (TS-0004 §7.3.2.1)', async () => {
    await using cse = await startCse({ env: { ALZETTE_CSE_SECURITY: 'open' } });
    const open = { token: null };
    expect((await cse.send('GET', '/cse-in', undefined, { ...open, from: 'Cnobody' })).rsc).to.equal(4106);
    expect((await cse.send('GET', '/cse-in', undefined, { ...open, from: '/other-cse' })).rsc).to.equal(4107);
    expect((await cse.send('POST', '/cse-in', ae({ rn: 'a' }), { ...open, from: 'Ca', type: ofAe })).rsc).to.equal(
      2001,
    );
    expect((await cse.send('GET', '/cse-in', undefined, { ...open, from: 'Ca' })).rsc).to.equal(2000);
    expect((await cse.send('GET', '/cse-in', undefined, { ...open, from: 'CAdmin' })).rsc).to.equal(2000);
  });
});
