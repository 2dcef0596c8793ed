import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { expect } from 'chai';
import { SignJWT } from 'jose';
import type { JsonObject } from '#cse';
import { until } from '../support/wait.ts';
import { type Answer, startCse, type TestCse } from './support.ts';

const secret = Buffer.alloc(32, 7);

/** A dynamic authorization server that answers what a test wants, and keeps what it was asked. */
async function startServer() {
  const heard: JsonObject[] = [];
  let answer: (request: JsonObject, response: ServerResponse) => JsonObject | undefined = () => ({});
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { 'm2m:seci': asked } = JSON.parse(text);
    heard.push(asked);
    const content = answer(asked, response);
    if (content === undefined) return;
    response.writeHead(200, { 'Content-Type': 'application/json', 'X-M2M-RSC': '2000' });
    response.end(JSON.stringify({ 'm2m:seci': content }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/das`,
    heard,
    says(next: typeof answer) {
      heard.length = 0;
      answer = next;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('dynamic authorization (TS-0003 §7.3)', () => {
  let cse: TestCse;
  let das: Awaited<ReturnType<typeof startServer>>;

  before(async () => {
    das = await startServer();
    cse = await startCse({
      env: {
        ALZETTE_CSE_CONSULTATION_SECONDS_MAX: '1',
        ALZETTE_CSE_TOKEN_ISSUERS: JSON.stringify([
          { issuer: 'das@alzette.example', algorithm: 'HS256', key: secret.toString('base64url') },
        ]),
      },
    });
    for (const stem of ['Cowner', 'Cfriend', 'Cguest']) await cse.ae(stem);
    const made = await consultation('das', { dap: [das.url], dal: '20990101T000000' });
    expect(made.rsc, made.dbg).to.equal(2001);
  });

  after(async () => {
    await cse[Symbol.asyncDispose]();
    await das[Symbol.asyncDispose]();
  });

  const consultation = (rn: string, attributes: object): Promise<Answer> =>
    cse.create('/cse-in', 34, { 'm2m:dac': { rn, dae: true, dap: [das.url], ...attributes } });
  let count = 0;
  /** A container of Cowner that names a consultation. */
  const consulted = async (attributes: object = { daci: ['cse-in/das'] }): Promise<string> => {
    count += 1;
    const { rsc, dbg } = await cse.create(
      '/cse-in/owner',
      3,
      { 'm2m:cnt': { rn: `c${count}`, ...attributes } },
      { from: 'Cowner' },
    );
    expect(rsc, dbg).to.equal(2001);
    return `/cse-in/owner/c${count}`;
  };
  const read = (path: string, from = 'Cfriend'): Promise<Answer> => cse.send('GET', path, undefined, { from });
  const privileges = (acop: number, pl?: string, acor = ['Cfriend']): JsonObject => ({
    sit: 2,
    dres: { dai: { gp: { acr: [{ acor, acop }] }, ...(pl === undefined ? {} : { pl }) } },
  });

  it('asks the server with what it needs to know (TS-0004 §7.5.1.2.10)', async () => {
    const path = await consulted();
    das.says(() => ({ sit: 2 }));
    expect((await read(path)).rsc).to.equal(4103);
    expect(das.heard).to.have.length(1);
    const [{ sit, dreq }] = das.heard as [JsonObject & { dreq: JsonObject }];
    expect(sit).to.equal(1);
    expect(dreq).to.include({ or: '//alzette.example/id-in/Cfriend', trt: 3, op: 2, ppl: '20990101T000000' });
    expect(dreq.oip).to.deep.equal({ ip4: '127.0.0.1' });
    expect(String(dreq.trid)).to.match(/^\/id-in\/cnt-/);
  });

  it('keeps granted privileges for their lifetime, for what they grant only', async () => {
    const path = await consulted();
    das.says(() => privileges(2, '+60000'));
    expect((await read(path)).rsc).to.equal(2000);
    expect((await read(path)).rsc).to.equal(2000);
    expect(das.heard, 'the second time nobody is asked').to.have.length(1);
    const put = { 'm2m:cnt': { lbl: ['x'] } };
    expect((await cse.send('PUT', path, put, { from: 'Cfriend' })).rsc).to.equal(4103);
    expect((await read(await consulted({}))).rsc, 'another resource').to.equal(4103);
    const found = await cse.send('GET', '/cse-in/owner?fu=1&ty=3', undefined, { from: 'Cfriend' });
    expect(found.pc['m2m:uril'], 'RETRIEVE is not DISCOVER').to.deep.equal([]);
  });

  it('asks again when their lifetime is over', async () => {
    const path = await consulted();
    das.says(() => privileges(2, '+300'));
    expect((await read(path)).rsc).to.equal(2000);
    das.says(() => ({ sit: 2 }));
    await until(async () => (await read(path)).rsc === 4103, { what: 'the end of the lifetime' });
    expect(das.heard.length).to.be.greaterThan(0);
  });

  it('takes privileges without a lifetime for one request', async () => {
    const path = await consulted();
    das.says(() => privileges(2));
    expect((await read(path)).rsc).to.equal(2000);
    expect((await read(path)).rsc).to.equal(2000);
    expect(das.heard).to.have.length(2);
  });

  it('takes tokens from the answer, and tells the originator their identifiers', async () => {
    const path = await consulted();
    const now = Math.floor(Date.now() / 1000);
    const made = await new SignJWT({
      tkvr: '1.0',
      azp: '//alzette.example/id-in/Cguest',
      tkps: { pm: [{ ris: [path.slice(1)], pv: { acr: [{ acor: ['Cguest'], acop: 2 }] } }] },
    })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setJti('granted@alzette.example')
      .setIssuer('das@alzette.example')
      .setAudience(['//alzette.example/id-in'])
      .setNotBefore(now - 1)
      .setExpirationTime(now + 60)
      .sign(secret);
    das.says(() => ({ sit: 2, dres: { tkns: [made] } }));
    const answer = await read(path, 'Cguest');
    expect(answer.rsc, answer.dbg).to.equal(2000);
    expect(answer.headers.get('X-M2M-ATI')).to.match(/^t[^:]+:granted@alzette.example$/);
    expect((await read(path, 'Cguest')).rsc, 'from memory').to.equal(2000);
    expect(das.heard).to.have.length(1);
    expect((await read(path)).rsc, 'for its holder only').to.equal(4103);
  });

  for (const [what, says] of [
    ['another kind of security information', () => ({ ...privileges(2, '+60000'), sit: 1 })],
    ['nothing', () => ({})],
    ['privileges that are none', () => ({ sit: 2, dres: { dai: { gp: { acr: [{ acop: 99 }] }, pl: '+1000' } } })],
    ['privileges for somebody else', () => privileges(2, '+60000', ['Cguest'])],
    ['privileges for another operation', () => privileges(4, '+60000')],
    ['a lifetime that is over', () => privileges(2, '20200101T000000')],
    ['a lifetime that is none', () => privileges(2, 'for ever')],
    ['a token that is none', () => ({ sit: 2, dres: { tkns: ['x.y.z'] } })],
    [
      'a status that says no',
      (_: JsonObject, response: ServerResponse) => {
        response.writeHead(403, { 'X-M2M-RSC': '4103' });
        response.end();
        return undefined;
      },
    ],
    ['nothing at all', () => undefined],
  ] as const) {
    it(`refuses when the server answers with ${what}`, async () => {
      const path = await consulted();
      das.says(says as never);
      const started = Date.now();
      expect((await read(path)).rsc).to.equal(4103);
      expect(Date.now() - started, 'it waits a bounded time').to.be.below(4_000);
      expect((await read(path, 'Cowner')).rsc, 'who has the right need not wait').to.equal(2000);
    });
  }

  it('asks once for requests that come together, and not again at once after a refusal', async () => {
    const path = await consulted();
    das.says(() => ({ sit: 2 }));
    const answers = await Promise.all([1, 2, 3, 4].map(() => read(path)));
    expect(answers.map(({ rsc }) => rsc)).to.deep.equal([4103, 4103, 4103, 4103]);
    await read(path);
    expect(das.heard).to.have.length(1);
  });

  it('asks nobody whose consultation is not enabled, nor about what names none', async () => {
    await consultation('disabled', { dae: false });
    das.says(() => privileges(63, '+60000'));
    for (const attributes of [
      { daci: ['cse-in/disabled'] },
      {},
      { daci: ['cse-in/nowhere'] },
      { daci: ['cse-in/owner'] },
    ]) {
      expect((await read(await consulted(attributes))).rsc).to.equal(4103);
    }
    expect(das.heard).to.have.length(0);
  });

  it('asks for a resource what an ancestor names (TS-0001 §9.6.1.3.2)', async () => {
    const parent = await consulted();
    await cse.create(parent, 3, { 'm2m:cnt': { rn: 'child' } }, { from: 'Cowner' });
    das.says(() => privileges(2, '+60000'));
    expect((await read(`${parent}/child`)).rsc).to.equal(2000);
  });

  it('goes on to the next address of a server that cannot be reached', async () => {
    await consultation('two', { dap: ['http://127.0.0.1:9/', das.url] });
    const path = await consulted({ daci: ['cse-in/two'] });
    das.says(() => privileges(2, '+60000'));
    expect((await read(path)).rsc).to.equal(2000);
  });

  it('never asks about a child in a list, only about what is addressed', async () => {
    const path = await consulted();
    das.says(() => privileges(63, '+60000'));
    const { pc } = await cse.send('GET', '/cse-in/owner?fu=1&ty=3', undefined, { from: 'Cguest' });
    expect(pc['m2m:uril']).to.not.include(path.slice(1));
    expect(das.heard).to.have.length(0);
  });

  it('tells an originator that can ask for tokens itself whom to ask (tqi, tqf; TS-0003 §7.3.2.3)', async () => {
    const acr = [{ acor: ['reader@alzette.example'], acop: 2 }];
    const acp = { rn: 'readers', pv: { acr }, pvs: { acr: [{ acor: ['CAdmin'], acop: 63 }] } };
    await cse.create('/cse-in/owner', 1, { 'm2m:acp': acp });
    const path = await consulted({ daci: ['cse-in/das'], acpi: ['cse-in/owner/readers'] });
    das.says(() => ({ sit: 2 }));
    const answer = await read(`${path}?tqi=true`);
    expect(answer.rsc).to.equal(4103);
    const [{ uri, dreq }] = answer.pc['m2m:tqf'].dasi;
    expect(uri).to.equal(das.url);
    expect(dreq.rfa).to.deep.equal(['reader@alzette.example']);
    expect(das.heard[0]?.dreq, 'the server is told too').to.have.deep.property('rfa', ['reader@alzette.example']);
    expect((await read(path)).pc).to.have.keys('m2m:dbg');
  });

  for (const [what, attributes, said] of [
    ['no address', { dap: undefined }, 'dap'],
    ['an address that is none', { dap: ['das'] }, 'dap'],
    ['enabled as text', { dae: 'true' }, 'dae'],
    ['a lifetime that is none', { dal: 'long' }, 'dal'],
    ['null', { dae: null }, 'dae'],
  ] as const) {
    it(`refuses a <dynamicAuthorizationConsultation> with ${what} (TS-0004 §7.4.36)`, async () => {
      const { rsc, dbg } = await consultation('bad', attributes);
      expect(rsc).to.equal(4000);
      expect(dbg).to.include(said);
      expect((await cse.send('GET', '/cse-in/bad')).rsc).to.equal(4004);
    });
  }
});
