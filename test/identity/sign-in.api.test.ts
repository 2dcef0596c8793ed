import { expect } from 'chai';
import { createIdentity, schema } from '#identity';
import { type Config, createLog, createMetrics, createWebServer, readConfig } from '#platform';
import { testDatabase } from '../support/postgres.ts';

const log = createLog('silent');
const config: Config = readConfig({ ALZETTE_WEB_PORT: '0' });

/** A running web server with one page for operators and one machine door. */
async function startSite() {
  const database = await testDatabase({ rooms: [schema] });
  const identity = createIdentity({ config, database, log, sessionSecret: 'of this test', territoryName: 'Essai' });
  const web = createWebServer({ config, log, metrics: createMetrics(), readiness: {} });
  web.app.use(identity.session, identity.router);
  web.app.get(
    '/wall',
    identity.require('operator'),
    (request, response) => void response.send(request.principal?.name),
  );
  web.app.post('/door', identity.require('territory:write'), (_, response) => void response.json({ open: true }));
  const origin = `http://127.0.0.1:${await web.start()}`;
  await identity.ensureAccount({
    name: 'Ève',
    password: 'une phrase assez longue',
    roles: ['operator'],
    language: 'fr',
  });
  const signIn = (name: string, password: string, next = '/wall', headers: Record<string, string> = {}) =>
    fetch(`${origin}/sign-in`, {
      method: 'POST',
      body: new URLSearchParams({ name, password, next }),
      headers,
      redirect: 'manual',
    });
  return {
    origin,
    identity,
    signIn,
    async [Symbol.asyncDispose]() {
      await web.stop();
      await identity.stop();
      await database.close();
    },
  };
}

const cookieOf = (response: Response) => response.headers.getSetCookie()[0]?.split(';')[0] ?? '';

describe('signing in', () => {
  it('opens the page that was asked for, and signing out closes it', async () => {
    await using site = await startSite();
    const asked = await fetch(`${site.origin}/wall`, { redirect: 'manual', headers: { Accept: 'text/html' } });
    expect(asked.headers.get('location')).to.equal('/sign-in?next=%2Fwall');
    const entered = await site.signIn('ève', 'une phrase assez longue');
    expect(entered.headers.get('location')).to.equal('/wall');
    const cookie = cookieOf(entered);
    const page = await fetch(`${site.origin}/wall`, { headers: { cookie } });
    expect(await page.text()).to.equal('Ève');
    await fetch(`${site.origin}/sign-out`, { method: 'POST', headers: { cookie }, redirect: 'manual' });
    expect((await fetch(`${site.origin}/wall`, { headers: { cookie } })).status).to.equal(401);
  });

  it('answers the same for a wrong password and for an unknown name', async () => {
    await using site = await startSite();
    const wrong = await site.signIn('Ève', 'autre chose');
    const unknown = await site.signIn('Adam', 'autre chose');
    expect([wrong.status, unknown.status]).to.deep.equal([401, 401]);
    const page = await wrong.text();
    expect(page).to.contain('ne convient pas');
    expect((await unknown.text()).replaceAll('Adam', 'Ève')).to.equal(page);
  });

  it('slows down guessing', async () => {
    await using site = await startSite();
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 10; attempt += 1)
      statuses.push((await site.signIn('Ève', `essai ${attempt}`)).status);
    expect(statuses.at(-1)).to.equal(429);
    expect(statuses[0]).to.equal(401);
  });

  for (const next of ['https://evil.example/', '//evil.example/', '/\\evil.example', 'javascript:alert(1)']) {
    it(`never leads to another site (${next})`, async () => {
      await using site = await startSite();
      const entered = await site.signIn('Ève', 'une phrase assez longue', next);
      expect(entered.status).to.equal(303);
      expect(entered.headers.get('location')).to.equal('/hypervision/');
    });
  }

  it('writes what was typed as text, not as markup', async () => {
    await using site = await startSite();
    const page = await (await site.signIn('"><script>alert(1)</script>', 'x')).text();
    expect(page).not.to.contain('<script>');
  });

  it('refuses a request forged by another site', async () => {
    await using site = await startSite();
    const cookie = cookieOf(await site.signIn('Ève', 'une phrase assez longue'));
    const forged = await fetch(`${site.origin}/door`, {
      method: 'POST',
      headers: { cookie, 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' },
    });
    expect(forged.status).to.equal(403);
  });
});

describe('a machine token', () => {
  it('opens the door its scope names and no other', async () => {
    await using site = await startSite();
    const token = await site.identity.issueMachineToken({ name: 'flows', scopes: ['territory:write'] });
    const send = (path: string, method: string, bearer: string) =>
      fetch(site.origin + path, { method, headers: { Authorization: `Bearer ${bearer}` }, redirect: 'manual' });
    expect((await send('/door', 'POST', token)).status).to.equal(200);
    expect((await send('/wall', 'GET', token)).status).to.equal(403);
    expect((await send('/door', 'POST', `${token}x`)).status).to.equal(401);
  });

  it('no longer opens anything once a new one was issued', async () => {
    await using site = await startSite();
    const old = await site.identity.issueMachineToken({ name: 'flows', scopes: ['territory:write'] });
    await site.identity.issueMachineToken({ name: 'flows', scopes: ['territory:write'] });
    const answer = await fetch(`${site.origin}/door`, { method: 'POST', headers: { Authorization: `Bearer ${old}` } });
    expect(answer.status).to.equal(401);
  });
});
