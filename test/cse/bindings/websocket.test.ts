import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import type { JsonObject } from '#cse';
import { type Format, serializations } from '../../../cse/serialization/index.ts';
import { until } from '../../support/wait.ts';
import { type Doors, openDoors } from './doors.ts';

interface Peer {
  readonly socket: WebSocket;
  readonly arrived: JsonObject[];
  ask(request: JsonObject): Promise<JsonObject>;
}

describe('the WebSocket binding (TS-0020)', () => {
  let doors: Doors;
  let token: string;
  const open: WebSocket[] = [];

  before(async () => {
    doors = await openDoors({ ALZETTE_CSE_BODY_SIZE_BYTES_MAX: '65536' });
    ({ token } = await doors.token('Cscreen'));
    const own = await doors.client('http', 'Cscreen');
    await own.create('cse-in', 2, 'screen', { api: 'N.test', rr: false, srv: ['3'] });
    await own.create('cse-in/screen', 3, 'data', { mni: 1000 });
    const other = await doors.client('http', 'Cother');
    await other.create('cse-in', 2, 'other', { api: 'N.test', rr: false, srv: ['3'] });
    await other.create('cse-in/other', 3, 'data', {});
  });
  afterEach(() => {
    for (const socket of open.splice(0)) socket.terminate();
  });
  after(() => doors[Symbol.asyncDispose]());

  const connect = async (
    options: { protocols?: string[]; authorization?: string | null; headers?: Record<string, string> } = {},
  ): Promise<WebSocket> => {
    const { protocols = ['oneM2M.json'], authorization = `Bearer ${token}` } = options;
    const socket = new WebSocket(doors.urls.ws, protocols, {
      headers: { ...options.headers, ...(authorization === null ? {} : { Authorization: authorization }) },
    });
    open.push(socket);
    await once(socket, 'open');
    return socket;
  };
  /** HTTP status of an upgrade that is refused. */
  const refusedWith = async (options: Parameters<typeof connect>[0]): Promise<number | undefined> => {
    try {
      await connect(options);
      return undefined;
    } catch (error) {
      return Number(/(\d{3})$/.exec(String(error))?.[1]);
    }
  };
  const peer = async (options: Parameters<typeof connect>[0] = {}): Promise<Peer> => {
    const socket = await connect(options);
    const arrived: JsonObject[] = [];
    socket.on('message', (bytes: Buffer, isBinary) => {
      const format = isBinary ? 'cbor' : socket.protocol === 'oneM2M.xml' ? 'xml' : 'json';
      arrived.push(serializations[format].decode(bytes, { bytesMax: 1e6, depthMax: 64 }) as JsonObject);
    });
    return {
      socket,
      arrived,
      async ask(request) {
        const format = socket.protocol.replace('oneM2M.', '') as Format;
        const bytes = serializations[format].encode(request);
        socket.send(serializations[format].text ? bytes.toString() : bytes);
        return until(() => arrived.find(({ rqi, rsc }) => rqi === request.rqi && rsc !== undefined), {
          what: `the response to ${String(request.rqi)}`,
        });
      },
    };
  };
  const retrieve = (rqi: string, to = 'cse-in/screen', fr = 'Cscreen'): JsonObject => ({
    op: 2,
    to,
    fr,
    rqi,
    rvi: '3',
  });

  it('chooses the first sub-protocol of the client that it speaks (§6.2.2.8)', async () => {
    expect((await connect({ protocols: ['oneM2M.yaml', 'oneM2M.cbor', 'oneM2M.json'] })).protocol).to.equal(
      'oneM2M.cbor',
    );
  });

  it('answers in text frames for JSON and XML and binary ones for CBOR (Table 6.2.2.9-1)', async () => {
    for (const protocol of ['oneM2M.json', 'oneM2M.cbor', 'oneM2M.xml']) {
      const { ask } = await peer({ protocols: [protocol] });
      expect((await ask(retrieve(`as ${protocol}`))).rsc).to.equal(2000);
    }
  });

  it('answers requests that are under way together, each with its identifier', async () => {
    const { socket, arrived } = await peer();
    for (let index = 0; index < 200; index += 1) {
      socket.send(
        JSON.stringify({
          op: 1,
          to: 'cse-in/screen/data',
          fr: 'Cscreen',
          rqi: `p${index}`,
          rvi: '3',
          ty: 4,
          pc: { 'm2m:cin': { con: String(index) } },
        }),
      );
    }
    await until(() => arrived.length === 200, { what: '200 responses' });
    expect(new Set(arrived.map(({ rqi }) => rqi)).size).to.equal(200);
    expect(arrived.every(({ rsc }) => rsc === 2001)).to.equal(true);
  });

  it('notifies an AE without a point of access over its connection, before it asked for anything', async () => {
    const { socket, arrived } = await peer();
    socket.on('message', (bytes: Buffer) => {
      const { op, rqi } = JSON.parse(bytes.toString()) as { op?: number; rqi: string };
      if (op === 5) socket.send(JSON.stringify({ rsc: 2000, rqi, rvi: '3' }));
    });
    const own = await doors.client('http', 'Cscreen');
    await own.create('cse-in/screen/data', 23, 'watch', { nu: ['Cscreen'], enc: { net: [3] } });
    await own.create('cse-in/screen/data', 4, undefined, { con: 'news' });
    const notification = await until(() => arrived.find((message) => JSON.stringify(message).includes('news')));
    expect(notification.op).to.equal(5);
    expect(notification.fr).to.equal('/id-in');
    await own.delete('cse-in/screen/data/watch');
  });

  it('keeps notifications for an AE that is away, until it connects again (§6.5)', async () => {
    const first = await doors.client('ws', 'Cscreen');
    first.onNotification(() => undefined);
    await first.listen();
    const own = await doors.client('http', 'Cscreen');
    await own.create('cse-in/screen/data', 23, 'away', { nu: ['Cscreen'], enc: { net: [3] } });
    await first.close();
    await own.create('cse-in/screen/data', 4, undefined, { con: 'while away' });
    const second = await doors.client('ws', 'Cscreen');
    const heard: string[] = [];
    second.onNotification(({ representation }) => void heard.push(JSON.stringify(representation)));
    await until(() => heard.some((representation) => representation.includes('while away')), { timeoutMs: 15_000 });
    await own.delete('cse-in/screen/data/away');
  });

  describe('bad input', () => {
    const malformed: Readonly<Record<string, string>> = {
      'text that is not JSON': '{"op":',
      'a member that occurs twice': '{"op":2,"to":"a","to":"b","rqi":"1"}',
      'a primitive without a target': '{"op":2,"rqi":"1"}',
      'a list': '[]',
      null: 'null',
      'nested lists': '['.repeat(5_000) + ']'.repeat(5_000),
      'nothing at all': '',
    };
    for (const [what, sent] of Object.entries(malformed)) {
      it(`${what} is answered with BAD_REQUEST, and the connection goes on`, async () => {
        const { socket, arrived, ask } = await peer();
        socket.send(sent);
        await until(() => arrived[0], { what: 'an answer' });
        expect(arrived[0]?.rsc).to.equal(4000);
        expect((await ask(retrieve('after'))).rsc).to.equal(2000);
      });
    }

    it('a frame of the other type ends the connection (1003)', async () => {
      const { socket } = await peer();
      socket.send(Buffer.from(JSON.stringify(retrieve('binary'))));
      expect((await once(socket, 'close'))[0]).to.equal(1003);
    });

    it('a message larger than allowed ends the connection (1009)', async () => {
      const { socket } = await peer();
      socket.send(' '.repeat(70_000));
      expect((await once(socket, 'close'))[0]).to.equal(1009);
    });

    it('text that is not UTF-8 ends the connection (1007)', async () => {
      const { socket } = await peer();
      socket.send(Buffer.of(0x22, 0xff, 0x22), { binary: false });
      expect((await once(socket, 'close'))[0]).to.equal(1007);
    });

    it('a response nobody asked for is ignored', async () => {
      const { socket, ask } = await peer();
      socket.send(JSON.stringify({ rsc: 2000, rqi: 'guessed' }));
      expect((await ask(retrieve('next'))).rsc).to.equal(2000);
      expect(await doors.refusals('websocket', 'response')).to.be.greaterThan(0);
    });

    it('a peer that asks and never reads is held back or cut off, not collected in memory', async () => {
      const { socket } = await peer();
      const con = 'x'.repeat(60_000);
      const own = await doors.client('http', 'Cscreen');
      await own.create('cse-in/screen/data', 4, 'heavy', { con });
      socket.pause();
      let written = 0;
      const ended = once(socket, 'close').then(() => true);
      const request = Buffer.from(JSON.stringify(retrieve('heavy', 'cse-in/screen/data/heavy')));
      const before = process.memoryUsage().rss;
      while (written < 8_000) {
        for (let index = 0; index < 100; index += 1)
          socket.send(request.toString().replace('"heavy"', `"h${written++}"`));
        await new Promise((resolve) => setImmediate(resolve));
      }
      // 8 000 answers of 60 kB are 480 MB.
      expect(process.memoryUsage().rss - before).to.be.lessThan(200 * 1024 * 1024);
      socket.terminate();
      expect(await ended).to.equal(true);
      const { ask } = await peer();
      expect((await ask(retrieve('others go on'))).rsc).to.equal(2000);
    });

    it('an upgrade that is no WebSocket’s is refused', async () => {
      const { port } = new URL(doors.urls.http);
      const socket = connectTcp(Number(port), '127.0.0.1');
      socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: something\r\n\r\n');
      expect(await text(socket)).to.match(/^HTTP\/1\.1 400/);
    });
  });

  describe('without the right to', () => {
    const upgrades: Readonly<Record<string, [options: Parameters<typeof connect>[0], status: number]>> = {
      'no token': [{ authorization: null }, 401],
      'a wrong token': [{ authorization: 'Bearer guessed' }, 401],
      'another scheme': [{ authorization: `Basic ${Buffer.from('CAdmin:x').toString('base64')}` }, 401],
      'no sub-protocol of oneM2M': [{ protocols: ['mqtt'] }, 400],
      'a serialization nobody knows': [{ protocols: ['oneM2M.yaml'] }, 400],
      'a page of another origin': [{ headers: { Origin: 'https://evil.example' } }, 403],
    };
    for (const [what, [options, status]] of Object.entries(upgrades)) {
      it(`${what} is refused with HTTP ${status}`, async () => {
        expect(await refusedWith(options)).to.equal(status);
      });
    }

    it('nobody speaks for an originator the token does not cover', async () => {
      const { ask } = await peer();
      expect((await ask(retrieve('claim', 'cse-in/other', 'Cother'))).rsc).to.equal(4106);
    });

    it('nobody hears the notifications of another by claiming to be it', async () => {
      const intruder = await peer();
      await intruder.ask(retrieve('claim', 'cse-in/other', 'Cother'));
      const victim = await doors.client('ws', 'Cother');
      const heard: JsonObject[] = [];
      victim.onNotification(({ content }) => void heard.push(content));
      await victim.listen();
      await intruder.ask(retrieve('claim again', 'cse-in/other', 'Cother'));
      const own = await doors.client('http', 'Cother');
      await own.create('cse-in/other/data', 23, 'private', { nu: ['Cother'], enc: { net: [3] } });
      await own.create('cse-in/other/data', 4, undefined, { con: 'private' });
      await until(() => heard.length > 0, { what: 'the notification' });
      expect(intruder.arrived.filter(({ op }) => op !== undefined)).to.deep.equal([]);
    });

    it('nobody stays connected whose credential is revoked (1008)', async () => {
      const revocable = await doors.token('Cscreen');
      const socket = await connect({ authorization: `Bearer ${revocable.token}` });
      const closed = once(socket, 'close');
      await doors.test.cse.credentials.revoke(revocable.id);
      expect((await closed)[0]).to.equal(1008);
    });
  });
});
