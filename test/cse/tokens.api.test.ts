import { generateKeyPairSync, randomBytes, type webcrypto } from 'node:crypto';
import { expect } from 'chai';
import { importPKCS8, SignJWT, UnsecuredJWT } from 'jose';
import { readConfig, StartupError } from '#platform';
import { type Answer, startCse, type TestCse } from './support.ts';

const ec = () =>
  generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
const ours = ec();
const theirs = ec();
const secret = randomBytes(32);
const reader = 'reader@alzette.example';

/** Claims of a token that is in order; what a test says replaces them. */
interface TokenOptions {
  readonly claims?: Record<string, unknown>;
  readonly without?: readonly string[];
  readonly header?: Record<string, unknown>;
  readonly key?: webcrypto.CryptoKey | Uint8Array;
}

let tokenCount = 0;

async function token({ claims = {}, without = [], header = {}, key }: TokenOptions = {}): Promise<string> {
  tokenCount += 1;
  const now = Math.floor(Date.now() / 1000);
  const all: Record<string, unknown> = {
    tkvr: '1.0',
    jti: `token-${tokenCount}@alzette.example`,
    iss: 'CAdmin',
    azp: '//alzette.example/id-in/Cfriend',
    nbf: now - 10,
    exp: now + 600,
    aud: ['//alzette.example/id-in'],
    tkps: { pm: [{ rids: [reader] }] },
    ...claims,
  };
  for (const name of without) delete all[name];
  return new SignJWT(all)
    .setProtectedHeader({ alg: 'ES256', typ: 'JWT', ...header })
    .sign(key ?? (await importPKCS8(ours.privateKey, 'ES256')));
}

describe('roles and tokens', () => {
  let cse: TestCse;

  before(async () => {
    cse = await startCse({
      operatorRules: [{ originators: ['Cregistry'], operations: 1 }],
      env: {
        ALZETTE_CSE_TOKEN_ISSUERS: JSON.stringify([
          { issuer: 'CAdmin', algorithm: 'ES256', key: ours.publicKey },
          { issuer: 'das@other.example', algorithm: 'HS256', key: secret.toString('base64url') },
        ]),
      },
    });
    for (const stem of ['Cowner', 'Cfriend', 'Cguest', 'Cregistry']) await cse.ae(stem);
    const acr = [{ acor: [reader], acop: 2 + 32 }];
    const acp = { rn: 'readers', pv: { acr }, pvs: { acr: [{ acor: ['CAdmin'], acop: 63 }] } };
    await cse.create('/cse-in/owner', 1, { 'm2m:acp': acp });
    await cse.create('/cse-in/owner', 3, { 'm2m:cnt': { rn: 'read', acpi: ['cse-in/owner/readers'] } });
    await cse.create('/cse-in/owner', 3, { 'm2m:cnt': { rn: 'own' } }, { from: 'Cowner' });
  });

  after(() => cse[Symbol.asyncDispose]());

  const read = (query: Record<string, string>, from = 'Cfriend', path = '/cse-in/owner/read'): Promise<Answer> =>
    cse.send('GET', `${path}?${new URLSearchParams(query)}`, undefined, { from });
  const assign = (content: object, from = 'CAdmin'): Promise<Answer> =>
    cse.create(
      '/cse-in',
      31,
      {
        'm2m:rol': {
          rlid: reader,
          tkis: 'CAdmin',
          tkhd: 'Cfriend',
          tknb: '20200101T000000',
          tkna: '20990101T000000',
          ...content,
        },
      },
      { from },
    );

  describe('roles (TS-0003 §7.4.3)', () => {
    it('count for their holder, when the request shows them, as long as they are assigned', async () => {
      const { rsc, pc, dbg } = await assign({ rn: 'friends-role' });
      expect(rsc, dbg).to.equal(2001);
      expect(pc['m2m:rol'].rlid).to.equal(reader);
      expect((await read({ rids: reader })).rsc).to.equal(2000);
      expect((await read({})).rsc, 'a role that is not shown').to.equal(4103);
      expect((await read({ rids: `other@x.example+${reader}` })).rsc).to.equal(2000);
      expect((await read({ rids: reader }, 'Cguest')).rsc, 'somebody else’s role').to.equal(4103);
      await cse.send('DELETE', '/cse-in/friends-role');
      expect((await read({ rids: reader })).rsc).to.equal(4103);
    });

    for (const [what, content] of [
      ['is not valid yet', { tknb: '20980101T000000' }],
      ['is over', { tkna: '20210101T000000' }],
      ['is of an issuer nobody knows', { tkis: 'Cstranger' }],
      ['is another role', { rlid: 'other@alzette.example' }],
    ] as const) {
      it(`do not count when the assignment ${what}`, async () => {
        const { rsc, dbg } = await assign({ rn: 'worthless', ...content });
        expect(rsc, dbg).to.equal(2001);
        expect((await read({ rids: reader })).rsc).to.equal(4103);
        await cse.send('DELETE', '/cse-in/worthless');
      });
    }

    it('count in a form of the holder’s identifier that is longer', async () => {
      await assign({ rn: 'absolute', tkhd: '//alzette.example/id-in/Cfriend' });
      expect((await read({ rids: reader })).rsc).to.equal(2000);
      await cse.send('DELETE', '/cse-in/absolute');
    });

    it('do not count when somebody has assigned them who may create, but is no authority', async () => {
      const { rsc, dbg } = await assign({ rn: 'registered', tkhd: 'Cguest' }, 'Cregistry');
      expect(rsc, dbg).to.equal(2001);
      expect((await read({ rids: reader }, 'Cguest')).rsc).to.equal(4103);
    });

    for (const [what, content, said] of [
      ['an identifier without a domain', { rlid: 'reader' }, 'rlid'],
      ['a time that ends before it begins', { tknb: '20300101T000000', tkna: '20290101T000000' }, 'tkna'],
      ['a time that is none', { tknb: 'today' }, 'tknb'],
      ['a holder that is a number', { tkhd: 7 }, 'tkhd'],
      ['no holder', { tkhd: null }, 'tkhd'],
      ['an attribute nobody knows', { tkxx: 1 }, 'tkxx'],
    ] as const) {
      it(`are refused with ${what}, and nothing is made (TS-0004 §7.4.40)`, async () => {
        const { rsc, dbg } = await assign({ rn: 'bad', ...content });
        expect(rsc).to.equal(4000);
        expect(dbg).to.include(said);
        expect((await cse.send('GET', '/cse-in/bad')).rsc).to.equal(4004);
      });
    }
  });

  describe('tokens (TS-0003 §7.3.2)', () => {
    it('bring their roles along, and are known by a short identifier from then on', async () => {
      const answer = await read({ tkns: await token() });
      expect(answer.rsc, answer.dbg).to.equal(2000);
      const [localId = '', tokenId = ''] = (answer.headers.get('X-M2M-ATI') ?? '').split(':');
      expect(tokenId).to.equal(`token-${tokenCount}@alzette.example`);
      expect(localId).to.match(/^[A-Za-z_][A-Za-z0-9_-]*$/);
      expect((await read({ ltids: localId })).rsc).to.equal(2000);
      expect((await read({ ltids: localId }, 'Cguest')).rsc, 'an identifier is no bearer token').to.equal(4103);
    });

    it('bring their roles along for some resources only', async () => {
      const claims = { tkps: { pm: [{ ris: ['cse-in/owner/other'], rids: [reader] }] } };
      expect((await read({ tkns: await token({ claims }) })).rsc).to.equal(4103);
      const here = { tkps: { pm: [{ ris: ['/id-in/cse-in/owner/read'], rids: [reader] }] } };
      expect((await read({ tkns: await token({ claims: here }) })).rsc).to.equal(2000);
    });

    it('bring rules along for the resources they name, and are seen in a discovery', async () => {
      const pv = { acr: [{ acor: ['Cfriend'], acop: 2 + 32 }] };
      const claims = { tkps: { pm: [{ ris: ['cse-in/owner/own'], pv }] } };
      const tkns = await token({ claims });
      expect((await read({ tkns }, 'Cfriend', '/cse-in/owner/own')).rsc).to.equal(2000);
      expect((await read({}, 'Cfriend', '/cse-in/owner/own')).rsc).to.equal(4103);
      const found = await read({ tkns, fu: '1', ty: '3' }, 'Cfriend', '/cse-in');
      expect(found.pc['m2m:uril']).to.deep.equal(['cse-in/owner/own']);
      const put = { 'm2m:cnt': { lbl: ['x'] } };
      const updated = await cse.send('PUT', `/cse-in/owner/own?tkns=${tkns}`, put, { from: 'Cfriend' });
      expect(updated.rsc, 'a right the token does not have').to.equal(4103);
    });

    it('are found among the <token> resources by their Token-ID', async () => {
      const tkob = await token();
      const tkid = `token-${tokenCount}@alzette.example`;
      expect((await read({ tids: tkid })).rsc, 'before it is stored').to.equal(4103);
      const made = await cse.create('/cse-in', 32, { 'm2m:tk': { rn: 'stored', tkid, tkob } });
      expect(made.rsc, made.dbg).to.equal(2001);
      const answer = await read({ tids: tkid });
      expect(answer.rsc, answer.dbg).to.equal(2000);
      expect(answer.headers.get('X-M2M-ATI')).to.include(tkid);
      expect((await read({ tids: tkid }, 'Cguest')).rsc).to.equal(4103);
      await cse.send('DELETE', '/cse-in/stored');
      expect((await read({ tids: tkid })).rsc, 'after it was deleted').to.equal(4103);
    });

    it('stored under another Token-ID are not found by it', async () => {
      const tkob = await token();
      await cse.create('/cse-in', 32, { 'm2m:tk': { rn: 'swapped', tkid: 'better@alzette.example', tkob } });
      expect((await read({ tids: 'better@alzette.example' })).rsc).to.equal(4103);
    });

    it('of a second issuer are verified with its own algorithm', async () => {
      const claims = { iss: 'das@other.example' };
      const valid = await token({ claims, header: { alg: 'HS256' }, key: secret });
      expect((await read({ tkns: valid })).rsc).to.equal(2000);
    });

    const now = () => Math.floor(Date.now() / 1000);
    const cases: readonly (readonly [string, () => Promise<string>])[] = [
      ['another key', async () => token({ key: await importPKCS8(theirs.privateKey, 'ES256') })],
      [
        'the public key used as a secret (confusion of algorithms)',
        async () => token({ header: { alg: 'HS256' }, key: Buffer.from(ours.publicKey) }),
      ],
      ['the key of another issuer', async () => token({ header: { alg: 'HS256' }, key: secret })],
      ['an issuer nobody knows', async () => token({ claims: { iss: 'Cfriend' } })],
      ['no signature (algorithm none)', async () => `${new UnsecuredJWT({ iss: 'CAdmin' }).encode()}x`],
      ['a time that is over', async () => token({ claims: { exp: now() - 1 } })],
      ['a time to come', async () => token({ claims: { nbf: now() + 60 } })],
      ['another CSE as audience', async () => token({ claims: { aud: ['//alzette.example/id-elsewhere'] } })],
      ['an empty audience', async () => token({ claims: { aud: [] } })],
      ['another holder', async () => token({ claims: { azp: 'Cguest' } })],
      [
        'an extension that has to be understood',
        async () => token({ header: { crit: ['x'], x: 1 } }).catch(() => critical()),
      ],
      ['another type', async () => token({ header: { typ: 'at+jwt' } })],
      [
        'privileges without resources',
        async () => token({ claims: { tkps: { pm: [{ pv: { acr: [{ acor: ['all'], acop: 63 }] } }] } } }),
      ],
      ['permissions that are none', async () => token({ claims: { tkps: { pm: 'all' } } })],
      ['an identifier that is none', async () => token({ claims: { jti: 'token' } })],
      ...['jti', 'azp', 'nbf', 'exp', 'tkvr', 'iss'].map(
        (name) => [`no ${name}`, async () => token({ without: [name] })] as const,
      ),
    ];
    for (const [what, made] of cases) {
      it(`are refused with ${what}`, async () => {
        const { rsc, dbg } = await read({ tkns: await made() });
        expect(rsc, dbg).to.equal(4103);
        expect(dbg).to.not.equal('');
      });
    }

    for (const [what, query] of [
      ['no token', { tkns: 'nonsense' }],
      ['an encrypted token', { tkns: 'a.b.c.d.e' }],
    ] as const) {
      it(`that are ${what} are a bad request`, async () => {
        const { rsc, dbg } = await read(query);
        expect(rsc).to.equal(4000);
        expect(dbg).to.include('tkns');
      });
    }

    it('that are changed after they were signed are refused', async () => {
      const [header, , signature] = (await token()).split('.');
      const [, payload] = (await token({ claims: { azp: 'Cguest' } })).split('.');
      expect((await read({ tkns: `${header}.${payload}.${signature}` }, 'Cguest')).rsc).to.equal(4103);
    });

    it('that this CSE does not know by a short identifier have to be shown again', async () => {
      const { rsc, dbg } = await read({ ltids: 'tunknown' });
      expect(rsc).to.equal(4103);
      expect(dbg).to.include('tunknown');
    });

    for (const [what, content, said] of [
      ['an object that is no token', { tkid: 'a@b.example', tkob: 'text' }, 'tkob'],
      ['an identifier that is none', { tkid: 'a', tkob: 'a.b.c' }, 'tkid'],
      ['permissions that are none', { tkid: 'a@b.example', tkob: 'a.b.c', tkps: [] }, 'tkps'],
      ['no object', { tkid: 'a@b.example' }, 'tkob'],
    ] as const) {
      it(`are not stored with ${what} (TS-0004 §7.4.41)`, async () => {
        const { rsc, dbg } = await cse.create('/cse-in', 32, { 'm2m:tk': { rn: 'bad', ...content } as never });
        expect(rsc).to.equal(4000);
        expect(dbg).to.include(said);
        expect((await cse.send('GET', '/cse-in/bad')).rsc).to.equal(4004);
      });
    }
  });

  it('start with a key that is none fails, and names the issuer', async () => {
    const env = {
      ALZETTE_CSE_TOKEN_ISSUERS: JSON.stringify([{ issuer: 'CAdmin', algorithm: 'ES256', key: 'x'.repeat(60) }]),
    };
    expect(readConfig(env).cse.tokenIssuers).to.have.length(1);
    const failure = await startCse({ env, database: cse.database }).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).to.be.instanceOf(StartupError);
    expect(String(failure)).to.include('CAdmin');
    expect(String(failure)).to.not.include('xxx');
  });
});

/** A token whose header demands what nobody knows; made by hand, since no library makes one. */
function critical(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'ES256', typ: 'JWT', crit: ['x'], x: 1 })}.${part({ iss: 'CAdmin' })}.AAAA`;
}
