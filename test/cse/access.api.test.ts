import { expect } from 'chai';
import { startCse, type TestCse } from './support.ts';

const operations = { create: 1, retrieve: 2, update: 4, delete: 8, notify: 16, discover: 32 } as const;

describe('access control', () => {
  let cse: TestCse;

  before(async () => {
    cse = await startCse({ operatorRules: [{ originators: ['Cflows', 'Cops-*'], operations: 1 + 2 + 32 }] });
    for (const stem of ['Cowner', 'Cfriend', 'Cstranger']) await cse.ae(stem);
  });

  after(() => cse[Symbol.asyncDispose]());

  const policy = async (rn: string, acr: object[], pvs: object[] = [{ acor: ['Cowner'], acop: 63 }]) => {
    const answer = await cse.create(
      '/cse-in/owner',
      1,
      { 'm2m:acp': { rn, pv: { acr } as never, pvs: { acr: pvs } as never } },
      { from: 'Cowner' },
    );
    expect(answer.rsc, answer.dbg).to.equal(2001);
    return `cse-in/owner/${rn}`;
  };
  const container = async (rn: string, attributes: object = {}) => {
    const answer = await cse.create('/cse-in/owner', 3, { 'm2m:cnt': { rn, ...attributes } }, { from: 'Cowner' });
    expect(answer.rsc, answer.dbg).to.equal(2001);
    return `/cse-in/owner/${rn}`;
  };
  const may = async (path: string, from: string) => ({
    create: (await cse.create(path, 4, { 'm2m:cin': { con: '1' } }, { from })).rsc === 2001,
    retrieve: (await cse.send('GET', path, undefined, { from })).rsc === 2000,
    update: (await cse.send('PUT', path, { 'm2m:cnt': { lbl: ['x'] } }, { from })).rsc === 2004,
    discover: (await cse.send('GET', '/cse-in?fu=1&ty=3', undefined, { from })).pc['m2m:uril'].includes(path.slice(1)),
  });
  const nothing = { create: false, retrieve: false, update: false, discover: false };
  const everything = { create: true, retrieve: true, update: true, discover: true };

  it('leaves a resource without policies to its creator and the administrator (TS-0001 §9.6.1.3.2)', async () => {
    const path = await container('own');
    expect(await may(path, 'Cowner')).to.deep.equal(everything);
    expect(await may(path, 'CAdmin')).to.deep.equal(everything);
    expect(await may(path, 'Cfriend')).to.deep.equal(nothing);
  });

  it('leaves it to the custodian instead, when there is one', async () => {
    const path = await container('kept', { cstn: 'Cfriend' });
    expect(await may(path, 'Cfriend')).to.deep.equal(everything);
    expect(await may(path, 'Cowner')).to.deep.equal(nothing);
  });

  it('answers 4103 with the operation and the resource', async () => {
    const path = await container('named');
    const { rsc, status, dbg } = await cse.send('DELETE', path, undefined, { from: 'Cstranger' });
    expect(rsc).to.equal(4103);
    expect(status).to.equal(403);
    expect(dbg).to.include('Cstranger').and.include('DELETE').and.include(path.slice(1));
  });

  for (const [name, bit] of Object.entries(operations)) {
    if (name === 'notify' || name === 'delete') continue;
    it(`grants ${name} and nothing else by bit ${bit} (TS-0004 §7.3.3.15)`, async () => {
      const acp = await policy(`only-${name}`, [{ acor: ['Cfriend'], acop: bit }]);
      const path = await container(`by-${name}`, { acpi: [acp] });
      expect(await may(path, 'Cfriend')).to.deep.equal({ ...nothing, [name]: true });
      expect(await may(path, 'Cowner'), 'a policy replaces the creator’s rights').to.deep.equal(nothing);
    });
  }

  it('grants delete by bit 8', async () => {
    const acp = await policy('only-delete', [{ acor: ['Cfriend'], acop: 8 }]);
    const path = await container('by-delete', { acpi: [acp] });
    expect((await cse.send('DELETE', path, undefined, { from: 'Cstranger' })).rsc).to.equal(4103);
    expect((await cse.send('DELETE', path, undefined, { from: 'Cfriend' })).rsc).to.equal(2002);
  });

  for (const [what, acor, granted] of [
    ['everybody', ['all'], true],
    ['an AE-ID', ['Cfriend'], true],
    ['an AE-ID in SP-relative form', ['/id-in/Cfriend'], true],
    ['an AE-ID in absolute form', ['//alzette.example/id-in/Cfriend'], true],
    ['the service provider', ['//alzette.example'], true],
    ['a wildcard at the end', ['Cfri*'], true],
    ['a wildcard in the middle', ['C*nd'], true],
    ['a list with the originator at its end', ['Cother', 'Cfriend'], true],
    ['another AE', ['Cother'], false],
    ['a wildcard that does not fit', ['Cx*'], false],
    ['a name that differs in case', ['cfriend'], false],
    ['a pattern with a point, taken literally', ['Cfrien.'], false],
    ['nobody', [], false],
  ] as const) {
    it(`${granted ? 'grants' : 'refuses'} by originators: ${what} (TS-0001 §9.6.2.1)`, async () => {
      const name = what.replaceAll(/[^a-z]/gi, '-');
      const acp = await policy(`o-${name}`, [{ acor: [...acor], acop: 2 }]);
      const path = await container(`c-${name}`, { acpi: [acp] });
      expect((await cse.send('GET', path, undefined, { from: 'Cfriend' })).rsc).to.equal(granted ? 2000 : 4103);
    });
  }

  for (const [what, acco, granted] of [
    ['the peer’s network', [{ acip: { ipv4: ['127.0.0.0/8'] } }], true],
    ['another network', [{ acip: { ipv4: ['10.0.0.0/8'] } }], false],
    ['a window that is always open', [{ actw: ['* * * * * * *'] }], true],
    ['a window that closed years ago', [{ actw: ['* * * * * * 2001'] }], false],
    ['the network but not the window', [{ acip: { ipv4: ['127.0.0.1'] }, actw: ['* * * * * * 2001'] }], false],
    ['one of two contexts', [{ acip: { ipv4: ['10.0.0.1'] } }, { acip: { ipv4: ['127.0.0.1'] } }], true],
    ['a region, which cannot be known', [{ aclr: { accc: ['FR'] } }], false],
  ] as const) {
    it(`${granted ? 'grants' : 'refuses'} by context: ${what} (TS-0003 §7.1.5)`, async () => {
      const name = what.replaceAll(/[^a-z]/gi, '-');
      const acp = await policy(`x-${name}`, [{ acor: ['all'], acop: 2, acco }]);
      const path = await container(`d-${name}`, { acpi: [acp] });
      expect((await cse.send('GET', path, undefined, { from: 'Cfriend' })).rsc).to.equal(granted ? 2000 : 4103);
    });
  }

  it('limits what may be created by object details (TS-0004 §6.3.5.27)', async () => {
    const acp = await policy('details', [{ acor: ['all'], acop: 1, acod: [{ ty: 3, chty: [4] }] }]);
    const path = await container('detailed', { acpi: [acp] });
    expect((await cse.create(path, 4, { 'm2m:cin': { con: '1' } }, { from: 'Cfriend' })).rsc).to.equal(2001);
    expect((await cse.create(path, 3, { 'm2m:cnt': {} }, { from: 'Cfriend' })).rsc).to.equal(4103);
  });

  it('applies a container’s policy to its instances (TS-0004 §7.4.7)', async () => {
    const acp = await policy('reading', [
      { acor: ['Cfriend'], acop: 2 },
      { acor: ['Cowner'], acop: 63 },
    ]);
    const path = await container('read', { acpi: [acp] });
    const { pc } = await cse.create(path, 4, { 'm2m:cin': { con: '1' } }, { from: 'Cowner' });
    for (const address of [`${path}/la`, `/${pc['m2m:cin'].ri}`]) {
      expect((await cse.send('GET', address, undefined, { from: 'Cfriend' })).rsc).to.equal(2000);
      expect((await cse.send('GET', address, undefined, { from: 'Cstranger' })).rsc).to.equal(4103);
      expect((await cse.send('DELETE', address, undefined, { from: 'Cfriend' })).rsc).to.equal(4103);
    }
  });

  it('takes effect at once when a policy changes, and grants nothing when it is deleted', async () => {
    const acp = await policy('changing', [{ acor: ['Cfriend'], acop: 2 }]);
    const path = await container('changing-c', { acpi: [acp] });
    const read = async () => (await cse.send('GET', path, undefined, { from: 'Cfriend' })).rsc;
    expect(await read()).to.equal(2000);
    await cse.send('PUT', `/${acp}`, { 'm2m:acp': { pv: { acr: [] } } }, { from: 'Cowner' });
    expect(await read()).to.equal(4103);
    await cse.send('PUT', `/${acp}`, { 'm2m:acp': { pv: { acr: [{ acor: ['all'], acop: 2 }] } } }, { from: 'Cowner' });
    expect(await read()).to.equal(2000);
    await cse.send('DELETE', `/${acp}`, undefined, { from: 'Cowner' });
    expect(await read()).to.equal(4103);
    expect((await cse.send('GET', path, undefined, { from: 'Cowner' })).rsc, 'no fall back to the creator').to.equal(
      4103,
    );
  });

  it('asks pvs, not pv, about the policy itself (TS-0001 §9.6.2)', async () => {
    const acp = await policy('self', [{ acor: ['Cfriend'], acop: 63 }]);
    expect((await cse.send('GET', `/${acp}`, undefined, { from: 'Cfriend' })).rsc).to.equal(4103);
    expect((await cse.send('GET', `/${acp}`, undefined, { from: 'Cowner' })).rsc).to.equal(2000);
  });

  it('lets exchange acpi only who may UPDATE a policy in force (TS-0001 §9.6.1.3.2)', async () => {
    const acp = await policy('guard', [{ acor: ['Cfriend', 'Cowner'], acop: 63 }]);
    const path = await container('guarded', { acpi: [acp] });
    const exchange = (from: string) => cse.send('PUT', path, { 'm2m:cnt': { acpi: null } }, { from });
    expect((await exchange('Cfriend')).rsc).to.equal(4103);
    expect((await exchange('Cowner')).rsc).to.equal(2004);
  });

  it('lets everybody who is registered read the CSEBase, and nobody create below it', async () => {
    expect((await cse.send('GET', '/cse-in', undefined, { from: 'Cfriend' })).rsc).to.equal(2000);
    expect((await cse.send('GET', '/cse-in', undefined, { from: 'Cunknown' })).rsc).to.equal(4103);
    expect((await cse.create('/cse-in', 3, { 'm2m:cnt': {} }, { from: 'Cfriend' })).rsc).to.equal(4103);
  });

  it('gives an empty list to who may discover nothing, not a refusal (TS-0001 §10.2.6)', async () => {
    const { rsc, pc } = await cse.send('GET', '/cse-in/owner?fu=1', undefined, { from: 'Cunknown' });
    expect(rsc).to.equal(2000);
    expect(pc['m2m:uril']).to.deep.equal([]);
  });

  it('grants the configured operators their operations everywhere, and no more', async () => {
    const path = await container('watched');
    for (const from of ['Cflows', 'Cops-1']) {
      expect(await may(path, from)).to.deep.equal({ create: true, retrieve: true, update: false, discover: true });
      expect((await cse.send('DELETE', path, undefined, { from })).rsc).to.equal(4103);
    }
    expect((await cse.send('GET', path, undefined, { from: 'Cflows2' })).rsc).to.equal(4103);
  });

  it('leaves children out of a result that the originator may not read (TS-0001 §8.1.2)', async () => {
    const acp = await policy('half', [{ acor: ['Cfriend'], acop: 2 }]);
    const path = await container('half-read', { acpi: [acp] });
    await cse.create(path, 3, { 'm2m:cnt': { rn: 'open', acpi: [acp] } });
    await cse.create(path, 3, { 'm2m:cnt': { rn: 'closed' } });
    const { pc } = await cse.send('GET', `${path}?rcn=6`, undefined, { from: 'Cfriend' });
    expect(pc['m2m:rrl'].rrf.map(({ nm }: { nm: string }) => nm)).to.deep.equal(['open']);
  });
});
