import { expect } from 'chai';
import { definitionOf, servedTypes } from '../../cse/resources/index.ts';
import { type Answer, startCse, type TestCse } from './support.ts';

const full = 63;

describe('access control policies', () => {
  let cse: TestCse;

  before(async () => {
    cse = await startCse();
    for (const stem of ['Cowner', 'Cfriend', 'Cstranger', 'Cguest']) await cse.ae(stem);
  });

  after(() => cse[Symbol.asyncDispose]());

  const self = [{ acor: ['Cowner'], acop: full }];
  const putPolicy = (rn: string, acr: object[], pvs: object[] = self, more: object = {}): Promise<Answer> =>
    cse.create(
      '/cse-in/owner',
      1,
      { 'm2m:acp': { rn, pv: { acr } as never, pvs: { acr: pvs } as never, ...more } },
      { from: 'Cowner' },
    );
  const policy = async (rn: string, acr: object[]): Promise<string> => {
    const answer = await putPolicy(rn, acr);
    expect(answer.rsc, answer.dbg).to.equal(2001);
    return `cse-in/owner/${rn}`;
  };
  const container = async (rn: string, attributes: object = {}, parent = '/cse-in/owner'): Promise<string> => {
    const answer = await cse.create(parent, 3, { 'm2m:cnt': { rn, ...attributes } });
    expect(answer.rsc, answer.dbg).to.equal(2001);
    return `${parent}/${rn}`;
  };
  const group = async (rn: string, mid: string[], mt = 2): Promise<string> => {
    const answer = await cse.create('/cse-in', 9, { 'm2m:grp': { rn, mt, mnm: 10, mid } });
    expect(answer.rsc, answer.dbg).to.equal(2001);
    return String(answer.pc['m2m:grp'].ri);
  };
  const read = async (path: string, from: string): Promise<number> =>
    (await cse.send('GET', path, undefined, { from })).rsc;
  let count = 0;
  /** A container governed by these rules. */
  const governed = async (acr: object[], attributes: object = {}): Promise<string> => {
    count += 1;
    return container(`governed-${count}`, { acpi: [await policy(`acp-${count}`, acr)], ...attributes });
  };

  describe('originators (TS-0001 §9.6.2.1)', () => {
    for (const [what, entry] of [
      ['by its identifier', (ri: string) => ri],
      ['by its structured address', () => 'cse-in/members-structured'],
      ['by its SP-relative address', (ri: string) => `/id-in/${ri}`],
      ['by its absolute address', (ri: string) => `//alzette.example/id-in/${ri}`],
    ] as const) {
      it(`include the members of a group, named ${what}`, async () => {
        const rn = `members-${what.split(' ')[2]?.replaceAll(/\W/g, '')}`;
        const ri = await group(rn, ['Cfriend', 'cse-in/guest']);
        const path = await governed([{ acor: [entry(ri)], acop: 2 }]);
        expect(await read(path, 'Cfriend')).to.equal(2000);
        expect(await read(path, 'Cguest'), 'a member by its structured address').to.equal(2000);
        expect(await read(path, 'Cstranger')).to.equal(4103);
      });
    }

    it('change with the group at once', async () => {
      const ri = await group('changing', ['Cfriend']);
      const path = await governed([{ acor: [ri], acop: 2 }]);
      expect([await read(path, 'Cfriend'), await read(path, 'Cguest')]).to.deep.equal([2000, 4103]);
      await cse.send('PUT', '/cse-in/changing', { 'm2m:grp': { mid: ['Cguest'] } });
      expect([await read(path, 'Cfriend'), await read(path, 'Cguest')]).to.deep.equal([4103, 2000]);
      await cse.send('DELETE', '/cse-in/changing');
      expect(await read(path, 'Cguest')).to.equal(4103);
    });

    it('are refused while their group does not exist, and granted as soon as it does', async () => {
      const path = await governed([{ acor: ['cse-in/later'], acop: 2 }]);
      expect(await read(path, 'Cfriend')).to.equal(4103);
      await group('later', ['Cfriend']);
      expect(await read(path, 'Cfriend')).to.equal(2000);
    });

    it('do not include members of a group within the group, nor what is no group', async () => {
      const inner = await group('inner', ['Cfriend']);
      await cse.send('PUT', '/cse-in/inner', { 'm2m:grp': { mid: ['Cfriend'] } });
      const outer = await group('outer', [inner], 9);
      const path = await governed([{ acor: [outer, 'cse-in/owner'], acop: 2 }]);
      expect(await read(path, 'Cfriend')).to.equal(4103);
      expect(await read(path, 'Cowner'), 'an AE is named by its AE-ID').to.equal(4103);
    });

    for (const [entry, granted] of [
      ['//*', true],
      ['//*.example', true],
      ['//other.example', false],
      ['//*/id-in/Cf*', true],
      ['/id-in/C*', true],
      ['/id-*/C*nd', true],
      ['/*', false],
      ['*', true],
      ['/C*', false],
    ] as const) {
      it(`${granted ? 'include' : 'do not include'} Cfriend by "${entry}" (TS-0003 Table 7.1.3-2)`, async () => {
        const path = await governed([{ acor: [entry], acop: 2 }]);
        expect(await read(path, 'Cfriend')).to.equal(granted ? 2000 : 4103);
      });
    }
  });

  describe('contexts (TS-0003 §7.1.5)', () => {
    const at = (crd: string) => ({ loc: { typ: 1, crd } });
    for (const [what, acco, granted] of [
      ['a circle the originator stands in', { aclr: { accr: [49.5, 5.9, 1000] } }, true],
      ['a circle it stands outside of', { aclr: { accr: [46.16, -1.15, 1000] } }, false],
      ['a country, of which nothing is known', { aclr: { accc: ['LU'] } }, false],
      ['an attribute of the target above a threshold (release 4)', { acec: { optr: 3, sbjt: 'mni', thld: 5 } }, true],
      ['an attribute of the target that is not', { acec: { optr: 3, sbjt: 'mni', thld: 50 } }, false],
      ['an attribute the target lacks', { acec: { optr: 2, sbjt: 'mbs', thld: 50 } }, false],
      [
        'a circle and criteria that hold',
        { aclr: { accr: [49.5, 5.9, 1] }, acec: { optr: 1, sbjt: 'mni', thld: 10 } },
        true,
      ],
      [
        'a circle, and criteria that do not',
        { aclr: { accr: [49.5, 5.9, 1] }, acec: { optr: 1, sbjt: 'mni', thld: 9 } },
        false,
      ],
    ] as const) {
      it(`${granted ? 'grant' : 'refuse'} by ${what}`, async () => {
        await cse.send('PUT', '/cse-in/friend', { 'm2m:ae': at('[5.9, 49.5]') });
        const path = await governed([{ acor: ['Cfriend', 'Cguest'], acop: 2, acco: [acco] }], { mni: 10 });
        expect(await read(path, 'Cfriend')).to.equal(granted ? 2000 : 4103);
        if ('aclr' in acco) expect(await read(path, 'Cguest'), 'whose place is not known').to.equal(4103);
      });
    }
  });

  describe('object details (TS-0001 §9.6.2.4)', () => {
    const battery = (mgd: number) => ({ 'm2m:bat': { mgd, btl: 50, bts: 1 } });
    it('limit a rule to one specialization of <mgmtObj>', async () => {
      await cse.create('/cse-in', 14, { 'm2m:nod': { rn: 'node', ni: 'urn:dev:1' } });
      const acpi = [
        await policy('batteries', [
          { acor: ['Cfriend'], acop: 2, acod: [{ ty: 13, spty: { mgd: 1006 }, chty: [23] }] },
        ]),
      ];
      const bat = await cse.create('/cse-in/node', 13, { 'm2m:bat': { ...battery(1006)['m2m:bat'], rn: 'bat', acpi } });
      expect(bat.rsc, bat.dbg).to.equal(2001);
      const mem = await cse.create('/cse-in/node', 13, { 'm2m:mem': { mgd: 1003, rn: 'mem', mma: 1, mmt: 2, acpi } });
      expect(mem.rsc, mem.dbg).to.equal(2001);
      expect(await read('/cse-in/node/bat', 'Cfriend')).to.equal(2000);
      expect(await read('/cse-in/node/mem', 'Cfriend')).to.equal(4103);
    });
  });

  describe('what governs a resource (TS-0001 §9.6.1.3.2)', () => {
    it('is its custodian, in whichever form the identifier is written', async () => {
      const path = await container('kept', { cstn: '/id-in/Cfriend' });
      expect([await read(path, 'Cfriend'), await read(path, 'Cowner')]).to.deep.equal([2000, 4103]);
      const { pc } = await cse.send('GET', '/cse-in?fu=1&ty=3', undefined, { from: 'Cfriend' });
      expect(pc['m2m:uril']).to.include(path.slice(1));
    });

    it('is nobody once all its policies are gone', async () => {
      const path = await governed([{ acor: ['all'], acop: 2 }]);
      await cse.send('DELETE', `/cse-in/owner/acp-${count}`);
      expect([await read(path, 'Cfriend'), await read(path, 'Cowner')]).to.deep.equal([4103, 4103]);
    });

    it('is nobody once its policies are gone together with the AE that held them', async () => {
      await cse.ae('Cshort');
      const { pc } = await cse.create('/cse-in/short', 1, {
        'm2m:acp': {
          rn: 'acp',
          pv: { acr: [{ acor: ['all'], acop: 2 }] },
          pvs: { acr: [{ acor: ['CAdmin'], acop: 63 }] },
        },
      });
      const path = await container('orphan', { acpi: [pc['m2m:acp'].ri] });
      expect(await read(path, 'Cfriend')).to.equal(2000);
      await cse.send('DELETE', '/cse-in/short');
      expect(await read(path, 'Cfriend')).to.equal(4103);
    });

    it('is an expired policy no more', async () => {
      const et = new Date(Date.now() + 700)
        .toISOString()
        .replace(/[-:]|Z$/g, '')
        .replace('.', ',');
      const short = await putPolicy('brief', [{ acor: ['all'], acop: 2 }], self, { et });
      expect(short.rsc, short.dbg).to.equal(2001);
      const path = await container('brief-c', { acpi: ['cse-in/owner/brief'] });
      const deadline = Date.now() + 5_000;
      while ((await read(path, 'Cfriend')) === 2000 && Date.now() < deadline)
        await new Promise((r) => setTimeout(r, 50));
      expect(await read(path, 'Cfriend')).to.equal(4103);
    });

    it('is a policy of another CSE, which grants nothing as long as it does not answer', async () => {
      const path = await container('foreign', { acpi: ['/id-elsewhere/acp-1'] });
      expect(await read(path, 'Cowner')).to.equal(4103);
      expect(await read(path, 'CAdmin')).to.equal(2000);
    });

    it('is the policy of the parent for a type without acpi', async () => {
      const path = await governed([
        { acor: ['Cfriend'], acop: 2 },
        { acor: ['Cowner'], acop: full },
      ]);
      const { pc } = await cse.create(path, 4, { 'm2m:cin': { con: '1' } });
      expect(await read(`/${pc['m2m:cin'].ri}`, 'Cfriend')).to.equal(2000);
      expect(await read(`${path}/la`, 'Cguest')).to.equal(4103);
    });

    it('is a reference to itself by nothing: a policy has no acpi', async () => {
      const { rsc } = await putPolicy('narcissus', [], self, { acpi: ['cse-in/owner/narcissus'] });
      expect(rsc).to.equal(4000);
      const own = await putPolicy('circle', [{ acor: ['cse-in/owner/circle'], acop: full }]);
      expect(own.rsc).to.equal(2001);
      const path = await container('circular', { acpi: ['cse-in/owner/circle'] });
      expect(await read(path, 'Cfriend')).to.equal(4103);
    });
  });

  describe('rights to single attributes (aca, release 4)', () => {
    const limited = (acop: number, aca = ['lbl', 'mni']) =>
      governed([{ acor: ['Cfriend'], acop, aca }], { lbl: ['x'], mni: 10, mbs: 100 });

    it('show these attributes and no others', async () => {
      const path = await limited(2);
      const { rsc, pc } = await cse.send('GET', path, undefined, { from: 'Cfriend' });
      expect(rsc).to.equal(2000);
      expect(pc).to.deep.equal({ 'm2m:cnt': { lbl: ['x'], mni: 10 } });
      const nested = await cse.send('GET', `${path}?rcn=4`, undefined, { from: 'Cfriend' });
      expect(nested.pc).to.deep.equal({ 'm2m:cnt': { lbl: ['x'], mni: 10 } });
    });

    it('add up with those of other rules, and vanish in a right to the whole', async () => {
      const rules = [
        { acor: ['Cfriend'], acop: 2, aca: ['lbl'] },
        { acor: ['all'], acop: 2, aca: ['mni'] },
        { acor: ['Cguest'], acop: 2 },
      ];
      const path = await governed(rules, { lbl: ['x'], mni: 10 });
      const friend = await cse.send('GET', path, undefined, { from: 'Cfriend' });
      expect(Object.keys(friend.pc['m2m:cnt'])).to.have.members(['lbl', 'mni']);
      const guest = await cse.send('GET', path, undefined, { from: 'Cguest' });
      expect(guest.pc['m2m:cnt']).to.include.keys('ri', 'cni', 'lbl');
    });

    it('let nothing else be asked for by name, nor be asked about by conditions', async () => {
      const path = await limited(2);
      const ask = (to: string) => cse.send('GET', to, undefined, { from: 'Cfriend' });
      expect((await ask(`${path}?atrl=lbl+mni`)).rsc).to.equal(2000);
      const beyond = await ask(`${path}?atrl=lbl+mbs`);
      expect([beyond.rsc, beyond.dbg.includes('mbs')]).to.deep.equal([4103, true]);
      expect((await ask(`${path}?mbs=100`)).rsc).to.equal(4103);
    });

    it('let these be updated, answer with these, and refuse the rest whole', async () => {
      const path = await limited(4);
      const put = (cnt: object) => cse.send('PUT', path, { 'm2m:cnt': cnt } as never, { from: 'Cfriend' });
      const done = await put({ mni: 5 });
      expect(done.rsc, done.dbg).to.equal(2004);
      expect(done.pc).to.deep.equal({ 'm2m:cnt': { lbl: ['x'], mni: 5 } });
      const beyond = await put({ mni: 4, mbs: 1 });
      expect([beyond.rsc, beyond.dbg.includes('mbs')]).to.deep.equal([4103, true]);
      expect((await put({ mbs: null })).rsc).to.equal(4103);
      const { pc } = await cse.send('GET', path);
      expect([pc['m2m:cnt'].mni, pc['m2m:cnt'].mbs]).to.deep.equal([5, 100]);
    });

    it('limit what a new child may be given', async () => {
      const path = await limited(1, ['con', 'lbl']);
      const put = (cin: object) => cse.create(path, 4, { 'm2m:cin': cin } as never, { from: 'Cfriend' });
      expect((await put({ con: '1', lbl: ['x'] })).rsc).to.equal(2001);
      expect((await put({ con: '1', rn: 'mine' })).rsc).to.equal(4103);
      expect((await cse.send('GET', `${path}/mine`)).rsc).to.equal(4004);
    });

    it('are no right to delete, to discover, or to subscribe', async () => {
      const path = await limited(full);
      expect((await cse.send('DELETE', path, undefined, { from: 'Cfriend' })).rsc).to.equal(4103);
      const { pc } = await cse.send('GET', '/cse-in/owner?fu=1&ty=3', undefined, { from: 'Cfriend' });
      expect(pc['m2m:uril']).to.not.include(path.slice(1));
      const sub = { 'm2m:sub': { nu: ['http://127.0.0.1:9'], lbl: ['x'] } };
      expect((await cse.create(path, 23, sub as never, { from: 'Cfriend' })).rsc).to.equal(4103);
    });
  });

  it('asks about conditions only after the right to UPDATE (TS-0004 §7.2.2.2)', async () => {
    const path = await container('conditional', { mni: 7 });
    for (const mni of [7, 8]) {
      const { rsc } = await cse.send('PUT', `${path}?mni=${mni}`, { 'm2m:cnt': { lbl: [] } }, { from: 'Cguest' });
      expect(rsc).to.equal(4103);
    }
  });

  it('shows in a discovery what may be discovered, of every type, and nothing else (TS-0001 §10.2.6)', async () => {
    const acpi = [await policy('finders', [{ acor: ['Cfriend'], acop: 32 }])];
    const contents: Record<number, object> = {
      3: {},
      9: { mnm: 2, mid: ['Cfriend'], mt: 2 },
      14: { ni: 'urn:dev:2' },
      29: {},
      31: {
        rlid: 'a@b.example',
        tkis: 'CAdmin',
        tkhd: 'Cfriend',
        tknb: '20200101T000000',
        tkna: '20900101T000000',
      },
      34: { dae: true, dap: ['http://127.0.0.1:9'] },
      35: {},
      36: {},
      37: {},
    };
    const visible: string[] = [];
    for (const [type, content] of Object.entries(contents)) {
      const { element } = definitionOf(Number(type)) ?? { element: '' };
      for (const [rn, more] of [
        [`seen-${type}`, { acpi }],
        [`hidden-${type}`, {}],
      ] as const) {
        const made = await cse.create('/cse-in', Number(type), { [element]: { rn, ...content, ...more } });
        expect(made.rsc, `${element} ${made.dbg}`).to.equal(2001);
        if ('acpi' in more) visible.push(`cse-in/${rn}`);
      }
    }
    const { pc } = await cse.send('GET', '/cse-in?fu=1&lvl=1', undefined, { from: 'Cfriend' });
    const found = (pc['m2m:uril'] as string[]).filter((path) => /\/(seen|hidden)-/.test(path));
    expect(found.sort()).to.deep.equal(visible.sort());
    expect(servedTypes).to.include.members(Object.keys(contents).map(Number));
  });

  describe('bad input', () => {
    const rule = { acor: ['Cfriend'], acop: 2 };
    for (const [what, acr, rsc, said] of [
      ['operations out of range', [{ ...rule, acop: 64 }], 4000, 'acop'],
      ['operations that are text', [{ ...rule, acop: '2' }], 4000, 'acop'],
      ['no originators', [{ acop: 2 }], 4000, 'acor'],
      ['an unknown member', [{ ...rule, acxx: 1 }], 4000, 'acxx'],
      ['a window that is none', [{ ...rule, acco: [{ actw: ['every day'] }] }], 4000, 'actw'],
      ['an address that is none', [{ ...rule, acco: [{ acip: { ipv4: ['300.0.0.1'] } }] }], 4000, '300.0.0.1'],
      ['an IPv6 network among IPv4', [{ ...rule, acco: [{ acip: { ipv4: ['::1'] } }] }], 4000, 'ipv4'],
      ['a prefix that is too long', [{ ...rule, acco: [{ acip: { ipv4: ['10.0.0.0/33'] } }] }], 4000, '10.0.0.0/33'],
      ['a country code of three letters', [{ ...rule, acco: [{ aclr: { accc: ['FRA'] } }] }], 4000, 'accc'],
      ['a circle without a radius', [{ ...rule, acco: [{ aclr: { accr: [49, 6] } }] }], 4000, 'accr'],
      ['a circle beyond the pole', [{ ...rule, acco: [{ aclr: { accr: [91, 6, 1] } }] }], 4000, 'accr'],
      ['a country and a circle', [{ ...rule, acco: [{ aclr: { accc: ['FR'], accr: [1, 1, 1] } }] }], 4000, 'either'],
      ['a region that is none', [{ ...rule, acco: [{ aclr: {} }] }], 4000, 'either'],
      ['object details without child types', [{ ...rule, acod: [{ ty: 3 }] }], 4000, 'chty'],
      ['a specialization of a container', [{ ...rule, acod: [{ ty: 3, spty: { mgd: 1 }, chty: [4] }] }], 4000, 'spty'],
      ['an empty list of attributes', [{ ...rule, aca: [] }], 4000, 'aca'],
      ['user identifiers, which requests do not carry', [{ ...rule, acco: [{ acui: ['u'] }] }], 5001, 'acui'],
      ['a limit of uses', [{ ...rule, acco: [{ acl: 3 }] }], 5001, 'acl'],
      [
        'criteria with an unknown operator',
        [{ ...rule, acco: [{ acec: { optr: 9, sbjt: 'a', thld: 1 } }] }],
        4000,
        'optr',
      ],
    ] as const) {
      it(`refuses ${what}, in pv and pvs, and makes nothing (TS-0004 §6.3.5.27)`, async () => {
        for (const answer of [await putPolicy('bad', [...acr]), await putPolicy('bad', [], [...acr])]) {
          expect(answer.rsc).to.equal(rsc);
          expect(answer.dbg).to.include(said);
        }
        expect(await read('/cse-in/owner/bad', 'CAdmin')).to.equal(4004);
      });
    }

    for (const [what, content, said] of [
      ['no pvs', { pv: { acr: [] } }, 'pvs'],
      ['no pv', { pvs: { acr: self } }, 'pv'],
      ['pvs without a rule', { pv: { acr: [] }, pvs: { acr: [] } }, 'pvs'],
      ['pvs that is empty', { pv: {}, pvs: {} }, 'pvs'],
      ['pv as a list', { pv: [], pvs: { acr: self } }, 'pv'],
      ['pv null', { pv: null, pvs: { acr: self } }, 'pv'],
    ] as const) {
      it(`refuses a policy with ${what} (TS-0004 §7.4.2.2.1)`, async () => {
        const answer = await cse.create('/cse-in/owner', 1, { 'm2m:acp': { rn: 'bad', ...content } as never });
        expect(answer.rsc).to.equal(4000);
        expect(answer.dbg).to.include(said);
        expect(await read('/cse-in/owner/bad', 'CAdmin')).to.equal(4004);
      });
    }

    it('refuses to remove the last rule of pvs (TS-0004 §7.4.2.2.3)', async () => {
      await policy('last', []);
      const { rsc, dbg } = await cse.send('PUT', '/cse-in/owner/last', { 'm2m:acp': { pvs: { acr: [] } } });
      expect(rsc).to.equal(4000);
      expect(dbg).to.include('pvs');
      expect((await cse.send('PUT', '/cse-in/owner/last', { 'm2m:acp': { pvs: null } })).rsc).to.equal(4000);
    });

    for (const [what, acpi, rsc] of [
      ['an empty list', [], 4000],
      ['a policy that does not exist', ['cse-in/owner/nowhere'], 4000],
      ['a resource that is no policy', ['cse-in/owner'], 4000],
      ['text that is no address', ['cse-in//x'], 4000],
      ['null', null, 4000],
      ['a text', 'cse-in/owner', 4000],
      ['a number', [1], 4000],
    ] as const) {
      it(`refuses acpi with ${what}, and makes nothing (TS-0001 §9.6.1.3.2)`, async () => {
        const answer = await cse.create('/cse-in/owner', 3, { 'm2m:cnt': { rn: 'lost', acpi } as never });
        expect(answer.rsc).to.equal(rsc);
        expect(answer.dbg).to.include('acpi');
        expect(await read('/cse-in/owner/lost', 'CAdmin')).to.equal(4004);
      });
    }

    it('refuses acpi together with another attribute (TS-0001 §9.6.1.3.2)', async () => {
      const path = await governed([{ acor: ['Cowner'], acop: full }]);
      const { rsc } = await cse.send('PUT', path, { 'm2m:cnt': { acpi: null, lbl: ['x'] } });
      expect(rsc).to.equal(4000);
    });
  });
});
