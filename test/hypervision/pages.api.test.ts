import { request } from 'node:http';
import { expect } from 'chai';
import type { Bootstrap } from '#hypervision';
import { container, type Stand, startStand } from './support.ts';

interface RawAnswer {
  readonly status: number | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly bytes: number;
}

/** `fetch` decodes silently; here the encoding itself is looked at. */
const raw = (url: string, headers: Record<string, string>): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, bytes }));
    })
      .on('error', reject)
      .end();
  });

describe('the pages of the console', () => {
  let stand: Stand;
  let cookie: string;
  let page: string;

  before(async () => {
    stand = await startStand();
    cookie = await stand.signIn();
    page = await (await fetch(`${stand.origin}/hypervision/`, { headers: { cookie } })).text();
  });
  after(() => stand[Symbol.asyncDispose]());

  const script = (): string => `${stand.origin}${/src="([^"]+\.js)"/.exec(page)?.[1]}`;

  it('send a person without a session to the sign-in page, which comes back here', async () => {
    const answer = await fetch(`${stand.origin}/hypervision/?entity=urn:x`, {
      headers: { accept: 'text/html' },
      redirect: 'manual',
    });
    expect(answer.status).to.equal(303);
    expect(answer.headers.get('location')).to.equal('/sign-in?next=%2Fhypervision%2F%3Fentity%3Durn%3Ax');
  });

  it('keep the data from a program without a session', async () => {
    for (const path of ['bootstrap', 'snapshot']) {
      const answer = await fetch(`${stand.origin}/api/hypervision/${path}`);
      expect(answer.status, path).to.equal(401);
    }
  });

  it('hold no script of their own, so that the content security policy needs no exception', () => {
    expect(page).not.to.match(/<script(?![^>]*\bsrc=)/);
    expect(page).not.to.match(/\son\w+=/);
  });

  it('come compressed as the browser reads them, and never twice', async () => {
    const [br, gzip, plain] = await Promise.all(
      ['br', 'gzip', 'identity'].map((encoding) => raw(script(), { 'accept-encoding': encoding })),
    );
    expect(br?.headers['content-encoding']).to.equal('br');
    expect(gzip?.headers['content-encoding']).to.equal('gzip');
    expect(plain?.headers['content-encoding']).to.equal(undefined);
    expect(br?.bytes).to.be.lessThan(gzip?.bytes ?? 0);
    expect(gzip?.bytes).to.be.lessThan((plain?.bytes ?? 0) / 2);
    expect(br?.headers['cache-control']).to.contain('immutable');
    expect(br?.headers.vary).to.contain('Accept-Encoding');
    const again = await raw(script(), { 'accept-encoding': 'br', 'if-none-match': String(br?.headers.etag) });
    expect(again.status).to.equal(304);
  });

  it('are asked for anew each time where their name stays the same', async () => {
    const answer = await raw(`${stand.origin}/hypervision/`, { cookie });
    expect(answer.headers['cache-control']).to.equal('no-cache');
    const again = await raw(`${stand.origin}/hypervision/`, { cookie, 'if-none-match': String(answer.headers.etag) });
    expect(again.status).to.equal(304);
  });

  it('lead to themselves when the last slash is forgotten', async () => {
    const answer = await fetch(`${stand.origin}/hypervision`, { headers: { cookie }, redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).to.deep.equal([308, '/hypervision/']);
  });

  for (const path of ['assets/nothing.js', '..%2f..%2fpackage.json', 'sources.sha256', 'index.html.br']) {
    it(`do not give out ${path}`, async () => {
      const answer = await fetch(`${stand.origin}/hypervision/${path}`, { headers: { cookie } });
      expect(answer.status).to.equal(404);
    });
  }

  it('learn the territory, its communes, the types of things and who is asking', async () => {
    const answer = await fetch(`${stand.origin}/api/hypervision/bootstrap`, { headers: { cookie } });
    const bootstrap = (await answer.json()) as Bootstrap;
    expect(bootstrap.territory.communes.features).to.have.lengthOf(8);
    expect(bootstrap.types.map(({ name }) => name)).to.include.members(['WasteContainer', 'Streetlight']);
    expect(bootstrap.me.name).to.equal('marie');
    expect(bootstrap.baseMap).to.equal(null);
  });

  it('get everything at once, without what only a panel shows', async () => {
    await stand.territory.entities.update([container(1, 0.42)]);
    const answer = await fetch(`${stand.origin}/api/hypervision/snapshot`, { headers: { cookie } });
    const { entities } = (await answer.json()) as { entities: { values: Record<string, unknown> }[] };
    expect(entities[0]?.values.fillingLevel).to.be.an('array');
    expect(entities[0]?.values).not.to.have.any.keys('vendor', 'temperature');
  });
});
