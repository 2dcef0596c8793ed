import { expect } from 'chai';
import { SignJWT } from 'jose';
import { type Member, type Network, network } from './network.ts';
import type { Answer } from './support.ts';

const full = 63;
const secret = Buffer.alloc(32, 9);
const ofAdmin = { acr: [{ acor: ['CAdmin'], acop: full }] };

/** in ← mn1: the second asks the first. */
describe('access control across CSEs', () => {
  let net: Network;
  let top: Member;
  let mn: Member;
  let count = 0;

  before(async () => {
    net = network();
    const issuers = [{ issuer: 'das@alzette.example', algorithm: 'HS256', key: secret.toString('base64url') }];
    const env = { ALZETTE_CSE_TOKEN_ISSUERS: JSON.stringify(issuers) };
    top = await net.infrastructure({ children: ['mn1'], env });
    mn = await net.below(top, 'mn1');
    for (const stem of ['Cfriend', 'Cguest']) {
      const content = { 'm2m:ae': { rn: stem.slice(1), api: 'N.test', rr: true, srv: ['3'] } };
      const { rsc, dbg } = await mn.send('POST', '/base-mn1', content, { from: stem, type: 'application/json;ty=2' });
      expect(rsc, dbg).to.equal(2001);
    }
  });

  after(() => net[Symbol.asyncDispose]());

  const made = async (answer: Promise<Answer>, element: string): Promise<string> => {
    const { rsc, dbg, pc } = await answer;
    expect(rsc, dbg).to.equal(2001);
    return String(pc[element].ri);
  };
  const policy = (at: Member, attributes: object): Promise<string> =>
    made(at.create(`/base-${at.id}`, 1, { 'm2m:acp': { pv: {}, pvs: ofAdmin, ...attributes } as never }), 'm2m:acp');
  /** A container of mn1 with this policy. @returns its identifier */
  const container = async (acpi: string[]): Promise<string> => {
    count += 1;
    return made(mn.create('/base-mn1', 3, { 'm2m:cnt': { rn: `c${count}`, acpi } as never }), 'm2m:cnt');
  };
  const read = async (ri: string, from = 'Cfriend', query = ''): Promise<number> =>
    (await mn.send('GET', `/${ri}${query}`, undefined, { from })).rsc;
  /** Lets mn1 ask a resource of the IN-CSE. */
  const askable = (): Promise<string> => policy(top, { pv: { acr: [{ acor: ['/mn1'], acop: 2 + 4 }] } });
  const point = async (type: number, element: string): Promise<string> =>
    made(top.create('/base-in', type, { [element]: { acpi: [await askable()] } }), element);
  /** What the IN-CSE knows of a container of mn1, with its own policy for it. */
  const announced = async (ri: string, acpi: string[]): Promise<void> => {
    await made(
      top.create(mn.csr, 10003, { 'm2m:cntA': { lnk: `/mn1/${ri}`, et: '20990101T000000', acpi } as never }),
      'm2m:cntA',
    );
  };

  describe('policies of another CSE', () => {
    it('are retrieved and count, with originators in the form of the service provider', async () => {
      const acp = await policy(top, {
        pv: { acr: [{ acor: ['/mn1/Cfriend'], acop: 2 }] },
        pvs: { acr: [...ofAdmin.acr, { acor: ['/mn1'], acop: 2 }] },
      });
      const ri = await container([`/in/${acp}`]);
      expect(await read(ri)).to.equal(2000);
      expect(await read(ri, 'Cguest')).to.equal(4103);
      expect((await mn.send('DELETE', `/${ri}`, undefined, { from: 'Cfriend' })).rsc).to.equal(4103);
    });

    it('grant nothing when they may not be retrieved, or are none', async () => {
      const secret = await policy(top, { pv: { acr: [{ acor: ['all'], acop: full }] } });
      expect(await read(await container([`/in/${secret}`]))).to.equal(4103);
      expect(await read(await container(['/in/base-in']))).to.equal(4103);
      expect(await read(await container(['/in/nowhere']))).to.equal(4103);
    });

    it('are kept for a while, so that not every decision waits for another CSE', async () => {
      const may = { acor: ['/mn1'], acop: 2 };
      const pvs = { acr: [...ofAdmin.acr, may] };
      const acp = await policy(top, { pv: { acr: [{ acor: ['/mn1/Cfriend'], acop: 2 }] }, pvs });
      const ri = await container([`/in/${acp}`]);
      expect(await read(ri)).to.equal(2000);
      await top.send('DELETE', `/${acp}`);
      expect(await read(ri)).to.equal(2000);
    });

    it('may name groups of another CSE', async () => {
      const acpi = [await askable()];
      const grp = { mt: 0, mnm: 3, mid: ['/mn1/Cfriend'], acpi };
      const group = await made(top.create('/base-in', 9, { 'm2m:grp': grp }), 'm2m:grp');
      const ri = await container([await policy(mn, { pv: { acr: [{ acor: [`/in/${group}`], acop: 2 }] } })]);
      expect(await read(ri)).to.equal(2000);
      expect(await read(ri, 'Cguest')).to.equal(4103);
      const unknown = await policy(mn, { pv: { acr: [{ acor: ['/in/grp-none'], acop: 2 }] } });
      expect(await read(await container([unknown]))).to.equal(4103);
    });

    it('stand beside policies of this CSE', async () => {
      const here = await policy(mn, { pv: { acr: [{ acor: ['Cfriend'], acop: 2 }] } });
      expect(await read(await container(['/in/nowhere', here]))).to.equal(2000);
    });
  });

  describe('originators of another CSE', () => {
    const readTop = (from: string, ri: string) => top.send('GET', `/${ri}`, undefined, { from });
    const governed = async (acr: object[]): Promise<string> => {
      const acp = await policy(top, { pv: { acr } });
      return made(top.create('/base-in', 3, { 'm2m:cnt': { acpi: [acp] } }), 'm2m:cnt');
    };

    it('are members of a group by their <remoteCSE> (TS-0001 §9.6.2.1)', async () => {
      const grp = { mt: 16, mnm: 2, mid: [mn.csr.slice(1)] };
      const ri = await governed([
        { acor: [await made(top.create('/base-in', 9, { 'm2m:grp': grp }), 'm2m:grp')], acop: 2 },
      ]);
      expect((await readTop('/mn1', ri)).rsc).to.equal(2000);
      expect((await mn.send('GET', `/~/in/${ri}`, undefined, { from: 'Cfriend' })).rsc, 'an AE of the CSE').to.equal(
        4103,
      );
    });

    it('show their tokens to the CSE they are for, whoever passes the request on', async () => {
      const ri = await made(top.create('/base-in', 3, { 'm2m:cnt': {} }), 'm2m:cnt');
      const now = Math.floor(Date.now() / 1000);
      const token = await new SignJWT({
        tkvr: '1.0',
        azp: '//alzette.example/mn1/Cfriend',
        tkps: { pm: [{ ris: [`/in/${ri}`], pv: { acr: [{ acor: ['all'], acop: 2 }] } }] },
      })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setJti('far@alzette.example')
        .setIssuer('das@alzette.example')
        .setAudience('//alzette.example/in')
        .setNotBefore(now - 1)
        .setExpirationTime(now + 60)
        .sign(secret);
      const path = `/~/in/${ri}`;
      expect((await mn.send('GET', path, undefined, { from: 'Cfriend' })).rsc).to.equal(4103);
      const shown = await mn.send('GET', `${path}?tkns=${token}`, undefined, { from: 'Cfriend' });
      expect(shown.rsc, shown.dbg).to.equal(2000);
      const [localId] = (shown.headers.get('X-M2M-ATI') ?? '').split(':');
      const again = await mn.send('GET', `${path}?ltids=${localId}`, undefined, { from: 'Cfriend' });
      expect(again.rsc, again.dbg).to.equal(2000);
      expect((await mn.send('GET', `${path}?tkns=${token}`, undefined, { from: 'Cguest' })).rsc).to.equal(4103);
    });

    it('are authenticated as CSEs, but not as AEs that a CSE speaks for (TS-0003 §7.1.2)', async () => {
      const acr = (acaf: boolean) => [{ acor: ['/mn1', '/mn1/*'], acop: 2, acaf }];
      const strict = await governed(acr(true));
      expect((await readTop('/mn1', strict)).rsc).to.equal(2000);
      expect((await mn.send('GET', `/~/in/${strict}`, undefined, { from: 'Cfriend' })).rsc).to.equal(4103);
      const open = await governed(acr(false));
      expect((await mn.send('GET', `/~/in/${open}`, undefined, { from: 'Cfriend' })).rsc).to.equal(2000);
    });
  });

  describe('decisions (adri; TS-0003 §7.5.2)', () => {
    it('are made by a decision point, from its policies for what is announced to it', async () => {
      const ri = await container([await policy(mn, { adri: [`/in/${await point(35, 'm2m:auds')}`] })]);
      await announced(ri, [await policy(top, { pv: { acr: [{ acor: ['/mn1/Cfriend'], acop: 2 }] } })]);
      expect(await read(ri)).to.equal(2000);
      expect(await read(ri, 'Cguest')).to.equal(4103);
      const put = { 'm2m:cnt': { lbl: ['x'] } };
      expect((await mn.send('PUT', `/${ri}`, put, { from: 'Cfriend' })).rsc).to.equal(4103);
    });

    it('are refused when no point knows the resource, or none can be asked', async () => {
      const points = [`/in/${await point(35, 'm2m:auds')}`, '/in/nowhere', '/elsewhere/auds'];
      for (const adri of [[points[0]], [points[1]], [points[2]], points]) {
        expect(await read(await container([await policy(mn, { adri })]))).to.equal(4103);
      }
    });

    it('are asked of the next point when one has nothing to say', async () => {
      const silent = await made(mn.create('/base-mn1', 35, { 'm2m:auds': {} }), 'm2m:auds');
      const ri = await container([await policy(mn, { adri: [silent, `/in/${await point(35, 'm2m:auds')}`] })]);
      await announced(ri, [await policy(top, { pv: { acr: [{ acor: ['/mn1/Cfriend'], acop: 2 }] } })]);
      expect(await read(ri)).to.equal(2000);
    });
  });

  describe('policies and roles (apri, airi; TS-0003 §7.5.3, §7.5.4)', () => {
    it('are retrieved for a resource, and decided upon here', async () => {
      const ri = await container([await policy(mn, { apri: [`/in/${await point(36, 'm2m:aupy')}`] })]);
      await announced(ri, [await policy(top, { pv: { acr: [{ acor: ['/mn1/Cfriend'], acop: 2 }] } })]);
      expect(await read(ri)).to.equal(2000);
      expect(await read(ri, 'Cguest')).to.equal(4103);
    });

    it('come together: rules for a role, and who has the role', async () => {
      const reader = 'reader@alzette.example';
      const apri = [`/in/${await point(36, 'm2m:aupy')}`];
      const airi = [`/in/${await point(37, 'm2m:auif')}`];
      const ri = await container([await policy(mn, { apri, airi })]);
      await announced(ri, [await policy(top, { pv: { acr: [{ acor: [reader], acop: 2 }] } })]);
      const rol = {
        rlid: reader,
        tkis: 'CAdmin',
        tkhd: '/mn1/Cfriend',
        tknb: '20200101T000000',
        tkna: '20990101T000000',
      };
      await made(top.create('/base-in', 31, { 'm2m:rol': rol }), 'm2m:rol');
      expect(await read(ri, 'Cfriend', `?rids=${reader}`)).to.equal(2000);
      expect(await read(ri, 'Cguest', `?rids=${reader}`)).to.equal(4103);
    });
  });

  describe('questions to a point of this CSE', () => {
    const ask = (ri: string, element: string, question: object): Promise<Answer> =>
      top.send('PUT', `/${ri}`, { [element]: question } as never);
    let subject: string;
    let decisionPoint: string;

    before(async () => {
      const acp = await policy(top, { pv: { acr: [{ acor: ['/mn1/Cfriend'], acop: 1 + 32, acod: [{ chty: [4] }] }] } });
      subject = await made(top.create('/base-in', 3, { 'm2m:cnt': { acpi: [acp] } }), 'm2m:cnt');
      decisionPoint = await point(35, 'm2m:auds');
    });

    for (const [what, question, answer] of [
      ['a permission', { op: 1, rrt: 4 }, { dec: 1, sus: 1 }],
      ['a denial by child type', { op: 1, rrt: 3 }, { dec: 2, sus: 1 }],
      ['a denial by operation', { op: 2 }, { dec: 2, sus: 1 }],
      ['a permission to discover', { op: 2, fu: { fu: 1 } }, { dec: 1, sus: 1 }],
      ['a denial by originator', { op: 1, rrt: 4, fr: '/mn1/Cguest' }, { dec: 2, sus: 1 }],
      ['that the resource is not known', { op: 2, to: '/in/nowhere' }, { sus: 2 }],
      ['that the type to create is missing', { op: 1 }, { sus: 3 }],
      ['that a token is missing', { op: 2, tids: ['gone@alzette.example'] }, { sus: 3 }],
      ['that a token is none', { op: 2, tkns: ['a.b.c.d.e'] }, { sus: 4 }],
    ] as const) {
      it(`is answered with ${what} (TS-0004 §7.4.43.2.3)`, async () => {
        const { rsc, pc, dbg } = await ask(decisionPoint, 'm2m:auds', {
          to: `/in/${subject}`,
          fr: '/mn1/Cfriend',
          ...question,
        });
        expect(rsc, dbg).to.equal(2004);
        expect(pc).to.deep.equal({ 'm2m:auds': answer });
      });
    }

    it('leaves nothing behind', async () => {
      const { pc } = await top.send('GET', `/${decisionPoint}`);
      expect(pc['m2m:auds']).to.not.have.any.keys('to', 'fr', 'op', 'dec', 'sus', 'rids', 'tids', 'tkns');
    });

    for (const [what, question, said] of [
      ['without who', { to: '/in/x', op: 2 }, 'fr'],
      ['without what for', { to: '/in/x', fr: 'Ca' }, 'op'],
      ['with something else', { to: '/in/x', fr: 'Ca', op: 2, lbl: ['x'] }, 'lbl'],
      ['with an answer', { to: '/in/x', fr: 'Ca', op: 2, dec: 1 }, 'dec'],
      ['with null', { to: null, fr: 'Ca', op: 2 }, 'to'],
      ['with an operation that is none', { to: '/in/x', fr: 'Ca', op: 9 }, 'op'],
    ] as const) {
      it(`is refused ${what} (TS-0004 §7.4.43.2.3)`, async () => {
        const { rsc, dbg } = await ask(decisionPoint, 'm2m:auds', question);
        expect(rsc).to.equal(4000);
        expect(dbg).to.include(said);
      });
    }

    it('needs the right to UPDATE the point', async () => {
      const question = { 'm2m:auds': { to: `/in/${subject}`, fr: '/mn1/Cfriend', op: 2 } };
      const path = `/~/in/${decisionPoint}`;
      expect((await mn.send('PUT', path, question, { from: 'Cfriend' })).rsc).to.equal(4103);
    });

    it('is told from an ordinary change of the point', async () => {
      const { rsc } = await ask(decisionPoint, 'm2m:auds', { lbl: ['decides'] });
      expect(rsc).to.equal(2004);
      expect((await top.send('GET', `/${decisionPoint}`)).pc['m2m:auds'].lbl).to.deep.equal(['decides']);
    });

    it('is answered with policies, and with roles and tokens (TS-0004 §7.4.44.2.3, §7.4.45.2.3)', async () => {
      const policies = await ask(await point(36, 'm2m:aupy'), 'm2m:aupy', { to: `/in/${subject}` });
      expect(policies.pc['m2m:aupy']).to.deep.include({ ca: 1, sus: 1 });
      expect(policies.pc['m2m:aupy'].ps.pv[0].acr[0].acor).to.deep.equal(['/mn1/Cfriend']);
      const none = await ask(await point(37, 'm2m:auif'), 'm2m:auif', { fr: '/mn1/Cnobody' });
      expect(none.pc['m2m:auif']).to.deep.equal({ sus: 2 });
    });
  });

  for (const [what, attributes, said] of [
    ['adri and apri', { adri: ['a'], apri: ['b'] }, 'adri'],
    ['adri beside rules', { adri: ['a'], pv: ofAdmin }, 'adri'],
    ['airi beside rules', { airi: ['a'], pv: ofAdmin }, 'airi'],
    ['an empty adri', { adri: [] }, 'adri'],
    ['apri that is a text', { apri: 'a' }, 'apri'],
  ] as const) {
    it(`refuses a policy with ${what} (TS-0001 §9.6.2)`, async () => {
      const { rsc, dbg } = await mn.create('/base-mn1', 1, {
        'm2m:acp': { rn: 'bad', pv: {}, pvs: ofAdmin, ...attributes } as never,
      });
      expect(rsc).to.equal(4000);
      expect(dbg).to.include(said);
      expect((await mn.send('GET', '/base-mn1/bad')).rsc).to.equal(4004);
    });
  }
});
