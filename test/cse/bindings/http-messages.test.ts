import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { until } from '../../support/wait.ts';
import { type Doors, openDoors } from './doors.ts';

const page = 'https://map.example.fr';

describe('HTTP messages of the binding (TS-0009), on real sockets', () => {
  let doors: Doors;
  let token: string;
  const open: Socket[] = [];

  before(async () => {
    doors = await openDoors({
      ALZETTE_CSE_CORS_ORIGINS: JSON.stringify([page]),
      ALZETTE_CSE_BODY_SIZE_BYTES_MAX: '4096',
    });
    ({ token } = await doors.token('CAdmin'));
    await doors.test.create('/cse-in', 3, { 'm2m:cnt': { rn: 'c' } });
  });
  afterEach(() => {
    for (const socket of open.splice(0)) socket.destroy();
  });
  after(() => doors[Symbol.asyncDispose]());

  const send = (method: string, headers: Record<string, string> = {}, path = '/cse-in/c') =>
    fetch(`${doors.urls.http}${path}`, {
      method,
      headers: {
        'X-M2M-RI': 'r',
        'X-M2M-RVI': '3',
        'X-M2M-Origin': 'CAdmin',
        Authorization: `Bearer ${token}`,
        ...headers,
      },
    });
  const dial = async (): Promise<{ socket: Socket; heard: Buffer[] }> => {
    const socket = connect(Number(new URL(doors.urls.http).port), '127.0.0.1');
    const heard: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => heard.push(chunk));
    socket.on('error', () => undefined);
    open.push(socket);
    await once(socket, 'connect');
    return { socket, heard };
  };
  const written = (heard: readonly Buffer[]): string => Buffer.concat(heard).toString();

  it('answers HEAD like GET, without the content', async () => {
    const [got, head] = [await send('GET'), await send('HEAD')];
    expect([head.status, head.headers.get('X-M2M-RSC')]).to.deep.equal([200, '2000']);
    expect(head.headers.get('Content-Length')).to.equal(String((await got.arrayBuffer()).byteLength));
    expect(await head.text()).to.equal('');
    expect((await send('HEAD', {}, '/cse-in/none')).headers.get('X-M2M-RSC')).to.equal('4004');
  });

  it('answers OPTIONS with the methods there are, to whoever asks', async () => {
    const response = await fetch(doors.urls.http, { method: 'OPTIONS' });
    expect([response.status, response.headers.get('Allow')]).to.deep.equal([
      204,
      'GET, HEAD, POST, PUT, DELETE, OPTIONS',
    ]);
    expect(response.headers.has('Access-Control-Allow-Methods')).to.equal(false);
  });

  it('lets web pages of the configured origins in, and of no others', async () => {
    const asked = { Origin: page, 'Access-Control-Request-Method': 'PUT' };
    const preflight = await fetch(doors.urls.http, { method: 'OPTIONS', headers: asked });
    expect(preflight.headers.get('Access-Control-Allow-Origin')).to.equal(page);
    expect(preflight.headers.get('Access-Control-Allow-Methods')).to.contain('PUT');
    expect(preflight.headers.get('Access-Control-Allow-Headers')).to.contain('X-M2M-Origin');
    const shown = await send('GET', { Origin: page });
    expect(shown.headers.get('Access-Control-Allow-Origin')).to.equal(page);
    expect(shown.headers.get('Access-Control-Expose-Headers')).to.contain('X-M2M-RSC');
    expect(shown.headers.get('Vary')).to.equal('Origin');
    const other = await send('GET', { Origin: 'https://elsewhere.example' });
    expect(other.headers.has('Access-Control-Allow-Origin')).to.equal(false);
    const socket = new WebSocket(doors.urls.ws, ['oneM2M.json'], {
      origin: page,
      headers: { Authorization: `Bearer ${token}` },
    });
    await once(socket, 'open');
    socket.terminate();
  });

  it('takes header names in any case, and spells its own as the standard does, with the content in one write', async () => {
    const { socket, heard } = await dial();
    socket.write(
      `GET /cse-in/c HTTP/1.1\r\nhost: x\r\nx-m2M-rI: r\r\nX-m2m-ORIGIN: CAdmin\r\nX-M2M-rvi: 3\r\nAUTHORIZATION: Bearer ${token}\r\n\r\n`,
    );
    await until(() => written(heard).endsWith('}}'));
    expect(heard).to.have.lengthOf(1);
    expect(written(heard)).to.match(/^HTTP\/1\.1 200 .*\r\nX-M2M-RSC: 2000\r\nX-M2M-RI: r\r\nX-M2M-RVI: 3\r\n/);
    expect(written(heard)).to.contain('\r\nContent-Type: application/json\r\n');
  });

  it('spells the headers of notifications as the standard does, and sends them with the content in one write', async () => {
    const heard: Buffer[] = [];
    const subscriber = createServer((socket) => {
      socket.on('data', (chunk) => {
        heard.push(chunk);
        const rqi = /X-M2M-RI: (.*)\r\n/.exec(chunk.toString())?.[1] ?? '';
        socket.write(`HTTP/1.1 200 OK\r\nX-M2M-RSC: 2000\r\nX-M2M-RI: ${rqi}\r\nContent-Length: 0\r\n\r\n`);
      });
      socket.on('error', () => undefined);
      open.push(socket);
    });
    await once(subscriber.listen(0, '127.0.0.1'), 'listening');
    try {
      const nu = [`http://127.0.0.1:${(subscriber.address() as AddressInfo).port}/n`];
      const sub = { 'm2m:sub': { rn: 's', nu, enc: { net: [3] } } };
      expect((await doors.test.create('/cse-in/c', 23, sub)).rsc).to.equal(2001);
      const before = heard.length;
      await doors.test.create('/cse-in/c', 4, { 'm2m:cin': { con: '1' } });
      await until(() => heard.length > before);
      const message = String(heard[before]);
      for (const name of ['Content-Type: application/json\r\n', 'X-M2M-RI: ', 'X-M2M-Origin: /id-in', 'X-M2M-RVI: '])
        expect(message).to.contain(`\r\n${name}`);
      expect(message, 'the content in the same write').to.match(/\r\n\r\n\{"m2m:sgn".*\}$/s);
    } finally {
      await doors.test.send('DELETE', '/cse-in/c/s');
      subscriber.close();
    }
  });

  it('understands X-M2M-RET as a timestamp and as milliseconds with and without sign (§6.4.14)', async () => {
    const answered = async (expiration: string): Promise<string | null> =>
      (await send('GET', { 'X-M2M-RET': expiration })).headers.get('X-M2M-RSC');
    for (const inTime of ['20991231T235959', '+5000', '5000']) expect(await answered(inTime), inTime).to.equal('2000');
    for (const late of ['20200101T000000', '-1']) expect(await answered(late), late).to.equal('4008');
    expect(await answered('soon')).to.equal('4000');
  });

  it('asks for the body of a request that expects it to (RFC 9110 §10.1.1), unless it will be refused', async () => {
    const post = (length: number): string =>
      `POST /cse-in/c HTTP/1.1\r\nHost: x\r\nX-M2M-RI: ${randomUUID()}\r\nX-M2M-RVI: 3\r\nX-M2M-Origin: CAdmin\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json;ty=4\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`;
    const body = '{"m2m:cin":{"con":"1"}}';
    const polite = await dial();
    polite.socket.write(post(body.length));
    await until(() => written(polite.heard) === 'HTTP/1.1 100 Continue\r\n\r\n');
    polite.socket.write(body);
    await until(() => written(polite.heard).includes('X-M2M-RSC: 2001'));
    const huge = await dial();
    const closed = once(huge.socket, 'close');
    huge.socket.write(post(100_000));
    await closed;
    expect(written(huge.heard)).to.match(/^HTTP\/1\.1 400 /);
  });

  it('refuses a flood of headers, and serves on', async () => {
    const { socket, heard } = await dial();
    const closed = once(socket, 'close');
    const flood = Array.from({ length: 100 }, (_, at) => `X-${at}: 1\r\n`).join('');
    socket.write(`GET /cse-in/c HTTP/1.1\r\nHost: x\r\n${flood}X-M2M-RI: r\r\n\r\n`);
    await closed;
    expect(written(heard)).to.match(/^HTTP\/1\.1 431 .*X-M2M-RSC: 4000/s);
    expect((await send('GET')).status).to.equal(200);
  });

  it('cuts off whoever sends its headers a drop at a time (slowloris)', async function () {
    this.timeout(20_000);
    const { socket, heard } = await dial();
    socket.write('GET /cse-in/c HTTP/1.1\r\nHost: x\r\n');
    const drops = setInterval(() => socket.write('X-A: 1\r\n'), 500);
    try {
      await once(socket, 'close');
      expect(written(heard)).to.match(/^HTTP\/1\.1 408 /);
      expect((await send('GET')).status).to.equal(200);
    } finally {
      clearInterval(drops);
    }
  });
});
