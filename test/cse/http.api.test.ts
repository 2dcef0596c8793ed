import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { startCse, type TestCse } from './support.ts';

describe('HTTP binding (TS-0009)', () => {
  let cse: TestCse;

  before(async () => {
    cse = await startCse({ env: { ALZETTE_CSE_BODY_SIZE_BYTES_MAX: '4096' } });
    await cse.create('/cse-in', 3, { 'm2m:cnt': { rn: 'c' } });
  });

  after(() => cse[Symbol.asyncDispose]());

  const post = (
    raw: string | Uint8Array<ArrayBuffer>,
    type = 'application/json;ty=4',
    headers: Record<string, string> = {},
  ) => cse.send('POST', '/cse-in/c', undefined, { raw, type, headers });

  it('gives status, request identifier, release and content type back (§6.3, §6.4)', async () => {
    const rqi = randomUUID();
    const { status, headers } = await cse.create(
      '/cse-in/c',
      4,
      { 'm2m:cin': { con: '1' } },
      { headers: { 'X-M2M-RI': rqi } },
    );
    expect(status).to.equal(201);
    expect(headers.get('X-M2M-RSC')).to.equal('2001');
    expect(headers.get('X-M2M-RI')).to.equal(rqi);
    expect(headers.get('X-M2M-RVI')).to.equal('3');
    expect(headers.get('Content-Type')).to.equal('application/json');
    expect(headers.get('Content-Location')).to.match(/^cin-/);
  });

  it('answers in the media type that was asked for (§6.4.2)', async () => {
    const named = await cse.send('GET', '/cse-in/c', undefined, {
      headers: { Accept: 'application/vnd.onem2m-res+json' },
    });
    expect(named.headers.get('Content-Type')).to.equal('application/vnd.onem2m-res+json');
    const response = await fetch(`${cse.url}/cse-in/c`, {
      headers: { 'X-M2M-RI': 'r', 'X-M2M-Origin': 'CAdmin', Accept: 'application/cbor' },
    });
    expect(response.headers.get('Content-Type')).to.equal('application/cbor');
    expect((await cse.send('GET', '/cse-in/c', undefined, { headers: { Accept: 'text/html' } })).rsc).to.equal(5207);
  });

  it('takes oneM2M media types, with the resource type behind them (§6.4.3)', async () => {
    const { rsc } = await post('{"m2m:cin":{"con":"1"}}', 'application/vnd.onem2m-res+json; ty=4');
    expect(rsc).to.equal(2001);
  });

  const bad: readonly (readonly [
    what: string,
    raw: string | Uint8Array<ArrayBuffer>,
    type: string,
    rsc: number,
    status: number,
  ])[] = [
    ['JSON that breaks off', '{"m2m:cin":{"con":', 'application/json;ty=4', 4000, 400],
    ['text that is no JSON', 'hello', 'application/json;ty=4', 4000, 400],
    ['a JSON value that is no object', '[]', 'application/json;ty=4', 4000, 400],
    ['invalid UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), 'application/json;ty=4', 4000, 400],
    ['the same member twice', '{"m2m:cin":{"con":"1","con":"2"}}', 'application/json;ty=4', 4000, 400],
    ['U+0000 in a string', '{"m2m:cin":{"con":"a\\u0000b"}}', 'application/json;ty=4', 4000, 400],
    ['half a surrogate pair', '{"m2m:cin":{"con":"\\ud800"}}', 'application/json;ty=4', 4000, 400],
    [
      '1000 levels of nesting',
      `{"m2m:cin":{"con":${'['.repeat(1000)}${']'.repeat(1000)}}}`,
      'application/json;ty=4',
      4000,
      400,
    ],
    ['an unknown media type', '<m2m:cin/>', 'text/xml;ty=4', 4015, 415],
    ['a resource type that is no number', '{"m2m:cin":{"con":"1"}}', 'application/json;ty=cin', 4000, 400],
    ['broken CBOR', new Uint8Array([0xa1, 0x61]), 'application/cbor;ty=4', 4000, 400],
    [
      'a body above the limit',
      JSON.stringify({ 'm2m:cin': { con: 'x'.repeat(5000) } }),
      'application/json;ty=4',
      4000,
      400,
    ],
    ['an empty body', '', 'application/json;ty=4', 4000, 400],
  ];
  for (const [what, raw, type, rsc, status] of bad) {
    it(`answers ${rsc} to ${what}, and goes on`, async () => {
      const { pc: before } = await cse.send('GET', '/cse-in/c');
      const answer = await post(raw, type, { Accept: 'application/json' });
      expect(answer.rsc, answer.dbg).to.equal(rsc);
      expect(answer.status).to.equal(status);
      expect(answer.dbg).not.to.equal('');
      const { pc } = await cse.send('GET', '/cse-in/c');
      expect(pc).to.deep.equal(before);
    });
  }

  it('stops reading a body that turns out too long', async () => {
    const { port } = new URL(cse.url);
    const socket = connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    socket.on('error', () => {});
    socket.write(
      'POST /cse-in/c HTTP/1.1\r\nHost: x\r\nX-M2M-RI: r\r\nX-M2M-Origin: CAdmin\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    socket.write(`1400\r\n${'x'.repeat(0x1400)}\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString())
      .to.match(/^HTTP\/1\.1 400 /)
      .and.include('X-M2M-RSC: 4000');
    socket.destroy();
  });

  it('asks for a request identifier (§6.4.8)', async () => {
    const response = await fetch(`${cse.url}/cse-in/c`, { headers: { 'X-M2M-Origin': 'CAdmin' } });
    expect(response.headers.get('X-M2M-RSC')).to.equal('4000');
    expect(await response.text()).to.include('X-M2M-RI');
  });

  it('refuses methods the standard does not use', async () => {
    const answer = await cse.send('PATCH', '/cse-in/c', { 'm2m:cnt': {} });
    expect(answer.rsc).to.equal(4005);
    expect(answer.status).to.equal(405);
  });

  it('answers broken HTTP with 400, headers that are too long with 431', async () => {
    for (const [text, status] of [
      ['NONSENSE\r\n\r\n', '400'],
      [`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`, '431'],
    ] as const) {
      const socket = connect(Number(new URL(cse.url).port), '127.0.0.1');
      socket.on('error', () => {});
      socket.write(text);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(answer.toString()).to.match(new RegExp(`^HTTP/1\\.1 ${status}`));
      socket.destroy();
    }
  });

  it('lives on when a peer goes away in the middle', async () => {
    const socket = connect(Number(new URL(cse.url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write('POST /cse-in/c HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"m2m');
    socket.destroy();
    expect((await cse.send('GET', '/cse-in/c')).rsc).to.equal(2000);
  });

  it('serves a repeated message once, and refuses another with its identifier (TS-0001 §7.1.7)', async () => {
    const { cse: core } = cse;
    const request = {
      op: 1,
      to: 'cse-in/c',
      fr: 'CAdmin',
      rqi: 'same',
      rvi: '3',
      ty: 4,
      pc: { 'm2m:cin': { con: 'once' } },
    } as const;
    const session = { credentialId: 'x', originatorPattern: 'CAdmin' };
    const [first, repeated, other] = await Promise.all([
      core.handle(request, session),
      core.handle(request, session),
      core.handle({ ...request, pc: { 'm2m:cin': { con: 'other' } } }, session),
    ]);
    expect(repeated).to.deep.equal(first);
    expect(other.rsc).to.equal(4000);
    const later = await core.handle(request, session);
    expect(later.rsc, 'free again once it is answered').to.equal(2001);
    const { pc } = await cse.send('GET', '/cse-in/c?fu=1&ty=4&con=once');
    expect(pc['m2m:uril']).to.have.lengthOf(2);
  });
});

describe('change feed door', () => {
  let cse: TestCse;

  before(async () => {
    cse = await startCse({ operatorRules: [{ originators: ['Cflows'], operations: 2 }] });
    await cse.ae('Cone', { lbl: ['theme:waste'] });
    await cse.ae('Ctwo', { lbl: ['theme:wind'] });
    await cse.create('/cse-in/one', 3, { 'm2m:cnt': { rn: 'm', lbl: ['role:measurements'] } }, { from: 'Cone' });
    await cse.create('/cse-in/two', 3, { 'm2m:cnt': { rn: 'm' } }, { from: 'Ctwo' });
    for (const con of ['1', '2'])
      await cse.create('/cse-in/one/m', 4, { 'm2m:cin': { con, lbl: [`n${con}`] } }, { from: 'Cone' });
  });

  after(() => cse[Symbol.asyncDispose]());

  const read = async (from: string, query: string) => {
    const { status, pc } = await cse.send('GET', `/.changes?${query}`, undefined, { from });
    return {
      status,
      batch: pc as {
        cursor: number;
        gap: null;
        entries: { seq: number; kind: string; labels: string[]; body: Body }[];
      },
    };
  };
  interface Body {
    ty: number;
    to: string;
    ri: string;
    parent: string;
    originator: string;
    pc: Record<string, Record<string, unknown>>;
  }

  it('gives every change in order, with the labels of the resource, its parent and its AE', async () => {
    const { batch } = await read('Cflows', 'consumer=all&limit=100');
    const places = batch.entries.map(({ body }) => (body.ty === 4 ? body.parent : body.to));
    expect(places).to.deep.equal([
      'cse-in/one',
      'cse-in/two',
      'cse-in/one/m',
      'cse-in/two/m',
      'cse-in/one/m',
      'cse-in/one/m',
    ]);
    const last = batch.entries.at(-1);
    expect(last?.kind).to.equal('created');
    expect(last?.labels).to.have.members(['n2', 'role:measurements', 'theme:waste']);
    expect(last?.body).to.include({ ty: 4, parent: 'cse-in/one/m', originator: 'Cone' });
    expect(last?.body.pc['m2m:cin']?.con).to.equal('2');
  });

  it('chooses by label, and goes on where the consumer acknowledged', async () => {
    const first = await read('Cflows', 'consumer=waste&label=role:measurements&limit=2');
    expect(first.batch.entries).to.have.lengthOf(2);
    const second = await read('Cflows', `consumer=waste&label=role:measurements&ack=${first.batch.cursor}`);
    expect(second.batch.entries.map(({ body }) => body.pc['m2m:cin']?.con)).to.deep.equal(['2']);
  });

  it('waits for the next change, and tells of updates and deletions', async () => {
    const { batch } = await read('Cflows', 'consumer=waiting&limit=1000');
    const waiting = read('Cflows', `consumer=waiting&ack=${batch.cursor}&wait=10`);
    await cse.send('PUT', '/cse-in/two/m', { 'm2m:cnt': { mni: 1 } });
    const updated = await waiting;
    expect(updated.batch.entries.map(({ kind, body }) => [kind, body.to])).to.deep.equal([['updated', 'cse-in/two/m']]);
    await cse.send('DELETE', '/cse-in/two/m');
    const deleted = await read('Cflows', `consumer=waiting&ack=${updated.batch.cursor}&wait=10`);
    expect(deleted.batch.entries.map(({ kind, body }) => [kind, body.to])).to.deep.equal([['deleted', 'cse-in/two/m']]);
  });

  it('leaves out what the originator may not retrieve', async () => {
    const { batch } = await read('Ctwo', 'consumer=mine&limit=1000');
    expect(new Set(batch.entries.map(({ body }) => body.to.split('/')[1]))).to.deep.equal(new Set(['two']));
  });

  it('refuses whoever is not authenticated, and parameters that are not understood', async () => {
    expect((await cse.send('GET', '/.changes?consumer=x', undefined, { from: 'Cflows', token: null })).status).to.equal(
      401,
    );
    const { token } = await cse.cse.credentials.issue({ originator: 'Cother', label: 'test' });
    expect((await cse.send('GET', '/.changes?consumer=x', undefined, { from: 'Cflows', token })).status).to.equal(403);
    expect((await read('Cflows', 'consumer=')).status).to.equal(400);
    expect((await read('Cflows', 'consumer=x&limit=0')).status).to.equal(400);
    expect((await cse.send('POST', '/.changes?consumer=x')).status).to.equal(405);
  });
});
