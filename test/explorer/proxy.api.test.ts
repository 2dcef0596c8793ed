import { expect } from 'chai';
import type { Bootstrap, PageResponse, WatchLine } from '#explorer';
import { until } from '../support/wait.ts';
import { administrator, type Stand, startStand } from './support.ts';

describe('the proxy of the explorer', () => {
  let stand: Stand;
  let cookie: string;
  let powerful: string;
  before(async function () {
    this.timeout(120_000);
    stand = await startStand();
    cookie = await stand.signIn();
    powerful = await stand.signIn(administrator);
    await stand.create('cse-in', 3, { 'm2m:cnt': { rn: 'box' } });
    await stand.create('cse-in/box', 4, { 'm2m:cin': { rn: 'first', con: '21.5' } });
  });
  after(() => stand[Symbol.asyncDispose]());

  const answer = async (who: string, request: unknown): Promise<PageResponse> =>
    (await (await stand.ask(who, request)).json()) as PageResponse;

  it('lets nobody through without a session', async () => {
    expect((await stand.ask('', { op: 2, to: 'cse-in' })).status).to.equal(401);
    for (const path of [
      '/api/cse/bootstrap',
      '/api/cse/types/m2m:cnt',
      '/cse/openapi.json',
      '/cse/schemas/m2m:cnt.json',
    ])
      expect((await fetch(stand.origin + path)).status, path).to.equal(401);
    const page = await fetch(`${stand.origin}/cse/`, { headers: { accept: 'text/html' }, redirect: 'manual' });
    expect(page.headers.get('location')).to.equal('/sign-in?next=%2Fcse%2F');
  });

  it('carries out what the operator policy grants, and passes on refusals as the CSE says them', async () => {
    expect(await answer(cookie, { op: 2, to: 'cse-in/box' })).to.deep.include({ rsc: 2000, status: 'OK' });
    const refused = await answer(cookie, { op: 3, to: 'cse-in/box', pc: { 'm2m:cnt': { mni: 3 } } });
    expect(refused).to.deep.include({ rsc: 4103, status: 'ORIGINATOR_HAS_NO_PRIVILEGE' });
    expect((await answer(cookie, { op: 4, to: 'cse-in/box' })).rsc).to.equal(4103);
  });

  it('gives an operator what the operator has created', async () => {
    const created = await answer(cookie, { op: 1, to: 'cse-in', ty: 3, pc: { 'm2m:cnt': { rn: 'mine' } } });
    expect(created.rsc).to.equal(2001);
    expect((await answer(cookie, { op: 3, to: 'cse-in/mine', pc: { 'm2m:cnt': { mni: 3 } } })).rsc).to.equal(2004);
    expect((await answer(cookie, { op: 4, to: 'cse-in/mine' })).rsc).to.equal(2002);
  });

  it('lets an administrator change what others have created', async () => {
    expect((await answer(powerful, { op: 3, to: 'cse-in/box', pc: { 'm2m:cnt': { mni: 30 } } })).rsc).to.equal(2004);
  });

  it('lets nobody name an originator: not in the request, not in a header', async () => {
    const named = await stand.ask(cookie, { op: 4, to: 'cse-in/box', fr: 'CAdmin' });
    expect(named.status).to.equal(400);
    expect(((await named.json()) as { detail: string }).detail).to.contain('"fr" is not known here');
    const headed = await stand.ask(cookie, { op: 4, to: 'cse-in/box' }, { 'X-M2M-Origin': 'CAdmin' });
    expect(((await headed.json()) as PageResponse).rsc).to.equal(4103);
  });

  it('refuses what a page of another site sends', async () => {
    const request = { op: 1, to: 'cse-in', ty: 3, pc: { 'm2m:cnt': { rn: 'forged' } } };
    const crossSite = await stand.ask(cookie, request, { 'Sec-Fetch-Site': 'cross-site' });
    expect(crossSite.status).to.equal(403);
    const foreign = await stand.ask(cookie, request, { Origin: 'https://elsewhere.example' });
    expect(foreign.status).to.equal(403);
    const asForm = await stand.ask(cookie, request, { 'Content-Type': 'text/plain' });
    expect(asForm.status).to.equal(415);
    expect((await answer(cookie, { op: 2, to: 'cse-in/forged' })).rsc).to.equal(4004);
  });

  it('names what was wrong with a request', async () => {
    const response = await stand.ask(cookie, { op: 5, to: '' });
    expect(response.status).to.equal(400);
    expect(await response.text())
      .to.contain('op must be equal to one of')
      .and.to.contain('to must NOT have fewer');
  });

  it('never shows its token', async () => {
    const response = await fetch(`${stand.origin}/api/cse/bootstrap`, { headers: { cookie } });
    const text = await response.text();
    const bootstrap = JSON.parse(text) as Bootstrap;
    expect(bootstrap.originator).to.equal('Cexplorer-operator');
    expect(Object.keys(bootstrap)).to.deep.equal(['cse', 'me', 'originator', 'types']);
    expect(stand.tokens).to.have.lengthOf(3);
    for (const token of stand.tokens) expect(text).not.to.contain(token);
  });

  it('gives out the description of both bindings and the JSON Schema of every type', async () => {
    const read = async (path: string) =>
      (await (await fetch(stand.origin + path, { headers: { cookie } })).json()) as object;
    expect(await read('/cse/openapi.json')).to.have.property('openapi', '3.1.0');
    expect(await read('/cse/asyncapi.json')).to.have.property('asyncapi', '3.0.0');
    expect(await read('/cse/schemas/m2m:cnt.json')).to.have.property('title', 'container');
    expect(await read('/cse/schemas/cod:color.json')).to.have.property('title');
    const none = await fetch(`${stand.origin}/cse/schemas/m2m:nothing.json`, { headers: { cookie } });
    expect(none.status).to.equal(404);
  });

  describe('a watch', () => {
    /** Opens a watch; `lines` grows as it speaks. */
    async function open(to: string) {
      const aborter = new AbortController();
      const response = await fetch(`${stand.origin}/api/cse/watches`, {
        method: 'POST',
        headers: { cookie, 'Content-Type': 'application/json' },
        body: JSON.stringify({ to }),
        signal: aborter.signal,
      });
      const lines: WatchLine[] = [];
      const reading = (async () => {
        if (!response.ok) return;
        let rest = '';
        for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
          const parts = (rest + chunk).split('\n');
          rest = parts.pop() ?? '';
          for (const part of parts) if (part !== '') lines.push(JSON.parse(part) as WatchLine);
        }
      })().catch(() => undefined);
      return { response, lines, close: () => aborter.abort(), reading };
    }

    const subscriptionsOf = async (to: string): Promise<number> => {
      const { pc } = await answer(cookie, { op: 2, to, fc: { fu: 1, ty: [23], lvl: 1 } });
      return ((pc?.['m2m:uril'] ?? []) as string[]).length;
    };

    it('tells what is created below a resource as it happens, and leaves no subscription behind', async () => {
      const watched = await open('cse-in/box');
      expect(watched.response.status, await (watched.response.ok ? '' : watched.response.text())).to.equal(200);
      await until(() => watched.lines.some(({ kind }) => kind === 'watching'));
      expect(await subscriptionsOf('cse-in/box')).to.equal(1);
      await stand.create('cse-in/box', 4, { 'm2m:cin': { con: 'news' } });
      const event = await until(() => watched.lines.find((line) => line.kind === 'event' && line.event === 3));
      expect(JSON.stringify(event)).to.contain('news');
      watched.close();
      await until(async () => (await subscriptionsOf('cse-in/box')) === 0, { what: 'the end of the subscription' });
    });

    it('ends when its resource is deleted', async () => {
      await stand.create('cse-in', 3, { 'm2m:cnt': { rn: 'short' } });
      const watched = await open('cse-in/short');
      await until(() => watched.lines.some(({ kind }) => kind === 'watching'));
      expect((await answer(powerful, { op: 4, to: 'cse-in/short' })).rsc).to.equal(2002);
      await until(() => watched.lines.some((line) => line.kind === 'ended' && line.why === 'resource-deleted'));
      await watched.reading;
    });

    it('is refused where nothing can be subscribed to', async () => {
      const { response } = await open('cse-in/nothing');
      expect(response.status).to.equal(409);
      expect(await response.text()).to.contain('NOT_FOUND');
    });

    it('is refused beyond five of one person', async () => {
      const open5 = await Promise.all(Array.from({ length: 5 }, () => open('cse-in/box')));
      await until(() => open5.every(({ lines }) => lines.length > 0));
      expect((await open('cse-in/box')).response.status).to.equal(429);
      for (const { close } of open5) close();
      await until(async () => (await subscriptionsOf('cse-in/box')) === 0);
    });
  });
});
