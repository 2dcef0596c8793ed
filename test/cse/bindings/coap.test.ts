import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import { generate, type Packet, type ParsedPacket, parse } from 'coap-packet';
import type { JsonObject } from '#cse';
import { until } from '../../support/wait.ts';
import { isInstalled, run } from './command.ts';
import { type Doors, openDoors } from './doors.ts';

const option = (name: number | string, value: string | Buffer): { name: never; value: Buffer } => ({
  name: String(name) as never,
  value: Buffer.from(value),
});

/** Numbers of TS-0008 Table 6.2.2.4.0-1, as a device would write them. */
const number = { ty: 267, rvi: 271, fr: 279, rqi: 283, rsc: 307 } as const;

describe('the CoAP binding (TS-0008)', () => {
  let doors: Doors;
  let token: string;
  let port: number;
  let socket: Socket;
  let received: ParsedPacket[];
  let nextId = 1;

  before(async () => {
    doors = await openDoors();
    port = Number(new URL(doors.urls.coap).port);
    ({ token } = await doors.token('Cmeter'));
    const own = await doors.client('http', 'Cmeter');
    await own.create('cse-in', 2, 'meter', { api: 'N.test', rr: true, srv: ['3'] });
    await own.create('cse-in/meter', 3, 'data', { mni: 1000 });
    const other = await doors.client('http', 'Cother');
    await other.create('cse-in', 2, 'other', { api: 'N.test', rr: false, srv: ['3'] });
  });
  beforeEach(async () => {
    received = [];
    socket = createSocket('udp4');
    socket.on('message', (datagram) => received.push(parse(datagram)));
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
  });
  afterEach(() => {
    socket.close();
  });
  after(() => doors[Symbol.asyncDispose]());

  const sendDatagram = (datagram: Buffer): void => socket.send(datagram, port, '127.0.0.1');
  const send = (packet: Packet): number => {
    const messageId = packet.messageId ?? nextId++;
    sendDatagram(generate({ confirmable: true, token: Buffer.from([messageId & 0xff]), ...packet, messageId }, 65_000));
    return messageId;
  };
  const answerTo = (messageId: number): Promise<ParsedPacket> =>
    until(() => received.find((packet) => packet.messageId === messageId), { what: `an answer to ${messageId}` });
  const statusOf = ({ options }: ParsedPacket): number | undefined =>
    options.find(({ name }) => Number(name) === number.rsc)?.value.readUInt16BE();

  interface Request {
    readonly fr?: string;
    readonly rqi?: string;
    readonly credential?: string | null;
  }
  const options = (
    path: string,
    { fr = 'Cmeter', rqi = `r${nextId}`, credential = token }: Request = {},
  ): NonNullable<Packet['options']> => [
    option(number.fr, fr),
    option(number.rqi, rqi),
    option(number.rvi, '3'),
    ...path.split('/').map((segment) => option('Uri-Path', segment)),
    ...(credential === null ? [] : [option('Uri-Query', `tkns=${credential}`)]),
  ];
  const create = (con: string, request?: Request): Packet => ({
    code: 'POST',
    options: [
      ...options('cse-in/meter/data', request),
      option(number.ty, Buffer.of(4)),
      option('Content-Format', Buffer.of(50)),
    ],
    payload: Buffer.from(JSON.stringify({ 'm2m:cin': { con } })),
  });
  const count = async (): Promise<number> => {
    const admin = await doors.client('http', 'CAdmin');
    return Number((await admin.retrieve('cse-in/meter/data')).cni);
  };

  describe('a confirmable request', () => {
    it('is answered in its acknowledgement, with the token and the response status code', async () => {
      const id = send(create('1'));
      const answer = await answerTo(id);
      expect(answer).to.include({ ack: true, code: '2.01' });
      expect([...answer.token]).to.deep.equal([id & 0xff]);
      expect(statusOf(answer)).to.equal(2001);
    });

    it('that arrives again is carried out once, and answered again', async () => {
      const before = await count();
      const packet = { ...create('twice'), messageId: 20_001 };
      for (let time = 0; time < 4; time += 1) send(packet);
      await answerTo(20_001);
      send(packet);
      await until(() => received.filter(({ code }) => code === '2.01').length >= 2, { what: 'the answer again' });
      expect(await count()).to.equal(before + 1);
    });

    it('that has no token works too', async () => {
      const id = send({ code: 'GET', options: options('cse-in/meter'), token: Buffer.alloc(0) });
      expect((await answerTo(id)).code).to.equal('2.05');
    });
  });

  it('answers a non-confirmable request without acknowledging it (§6.3.1)', async () => {
    send({ code: 'GET', options: options('cse-in/meter'), confirmable: false, token: Buffer.from('non') });
    const answer = await until(() => received.find(({ token: of }) => of.toString() === 'non'));
    expect(answer).to.include({ ack: false, code: '2.05' });
  });

  it('answers a CoAP ping with a Reset', async () => {
    const id = 20_500;
    sendDatagram(Buffer.of(0x40, 0x00, id >> 8, id & 0xff));
    expect(await answerTo(id)).to.include({ reset: true, code: '0.00' });
  });

  it('answers in CBOR when CBOR is accepted', async () => {
    const id = send({ code: 'GET', options: [...options('cse-in/meter'), option('Accept', Buffer.of(60))] });
    const answer = await answerTo(id);
    expect(answer.options.find(({ name }) => name === 'Content-Format')?.value[0]).to.equal(60);
  });

  it('takes every form of address (Table 6.2.2.3-1)', async () => {
    for (const path of [
      'cse-in/meter',
      '~/id-in/cse-in/meter',
      '_/alzette.example/id-in/cse-in/meter',
      'Cmeter',
      '~/id-in/Cmeter',
    ]) {
      const answer = await answerTo(send({ code: 'GET', options: options(path) }));
      expect(answer.code, path).to.equal('2.05');
    }
  });

  it('ignores a request to observe, which is not part of the binding, and answers once', async () => {
    const id = send({ code: 'GET', options: [...options('cse-in/meter'), option('Observe', Buffer.alloc(0))] });
    const answer = await answerTo(id);
    expect(answer.code).to.equal('2.05');
    expect(answer.options.map(({ name }) => name)).to.not.include('Observe');
  });

  describe('blocks (RFC 7959)', () => {
    const blockValue = (num: number, more: boolean, exponent: number): Buffer =>
      Buffer.of((num << 4) | (more ? 8 : 0) | exponent);
    const blocks = (payload: Buffer): Buffer[] =>
      Array.from({ length: Math.ceil(payload.length / 64) }, (_, index) =>
        payload.subarray(index * 64, (index + 1) * 64),
      );

    it('put a request together and acknowledge each with 2.31', async () => {
      const con = 'é'.repeat(200);
      const whole = create(con, { rqi: 'blocks' });
      const parts = blocks(whole.payload as Buffer);
      for (const [num, payload] of parts.entries()) {
        const last = num === parts.length - 1;
        const id = send({
          ...whole,
          token: Buffer.from('blk'),
          options: [...(whole.options ?? []), option('Block1', blockValue(num, !last, 2))],
          payload,
        });
        expect((await answerTo(id)).code).to.equal(last ? '2.01' : '2.31');
      }
      const reader = await doors.client('http', 'Cmeter');
      expect((await reader.retrieve('cse-in/meter/data/la')).con).to.equal(con);
    });

    it('that do not follow each other are refused with 4.08 and leave nothing behind', async () => {
      const before = await count();
      const whole = create('x'.repeat(300), { rqi: 'hole' });
      const [first, , third] = blocks(whole.payload as Buffer);
      const part = (num: number, more: boolean, payload: Buffer | undefined): Packet => ({
        ...whole,
        token: Buffer.from('hole'),
        options: [...(whole.options ?? []), option('Block1', blockValue(num, more, 2))],
        payload: payload ?? Buffer.alloc(0),
      });
      await answerTo(send(part(0, true, first)));
      expect((await answerTo(send(part(2, true, third)))).code).to.equal('4.08');
      expect((await answerTo(send(part(9, false, first)))).code).to.equal('4.08');
      expect(await count()).to.equal(before);
    });

    it('beyond the largest request are refused with 4.13', async () => {
      const whole = create('', { rqi: 'huge' });
      const part = (num: number): Packet => {
        const value = Buffer.alloc(2);
        value.writeUInt16BE((num << 4) | 8 | 6);
        return {
          ...whole,
          token: Buffer.from('huge'),
          options: [...(whole.options ?? []), option('Block1', value)],
          payload: Buffer.alloc(1024, 0x20),
        };
      };
      const codes: string[] = [];
      for (let num = 0; num < 65; num += 1) codes.push((await answerTo(send(part(num)))).code);
      expect(codes.at(-2)).to.equal('2.31');
      expect(codes.at(-1)).to.equal('4.13');
    });

    it('of many transfers that are never finished are bounded', async () => {
      for (let index = 0; index < 20; index += 1) {
        const whole = create('', { rqi: `open${index}` });
        send({
          ...whole,
          token: Buffer.from(`open${index}`),
          options: [...(whole.options ?? []), option('Block1', blockValue(0, true, 2))],
          payload: Buffer.alloc(64),
        });
      }
      await until(() => received.some(({ code }) => code === '5.03'), { what: 'a refusal' });
    });

    it('of a long answer fit together', async () => {
      const writer = await doors.client('http', 'Cmeter');
      const con = Array.from({ length: 400 }, (_, index) => `value ${index}`).join(' ');
      await writer.create('cse-in/meter/data', 4, 'long', { con });
      const asked = options('cse-in/meter/data/long', { rqi: 'long' });
      let payload = Buffer.alloc(0);
      for (let num = 0; ; num += 1) {
        const answer = await answerTo(
          send({
            code: 'GET',
            token: Buffer.from('long'),
            options: [...asked, option('Block2', num === 0 ? Buffer.of(5) : Buffer.of((num << 4) | 5))],
          }),
        );
        expect(answer.payload.length).to.be.at.most(512);
        payload = Buffer.concat([payload, answer.payload]);
        const block = answer.options.find(({ name }) => name === 'Block2')?.value.at(-1) ?? 0;
        if ((block & 8) === 0) break;
      }
      const content = JSON.parse(payload.toString()) as { 'm2m:cin': JsonObject };
      expect(content['m2m:cin'].con).to.equal(con);
    });

    it('asked for of an answer that nobody has any more are refused rather than creating again', async () => {
      const before = await count();
      const whole = create('never', { rqi: 'block2' });
      const id = send({ ...whole, options: [...(whole.options ?? []), option('Block2', Buffer.of((3 << 4) | 5))] });
      expect((await answerTo(id)).code).to.equal('4.08');
      expect(await count()).to.equal(before);
    });
  });

  describe('bad input', () => {
    it('that is not CoAP is rejected with a Reset or dropped, and the next request is answered', async () => {
      sendDatagram(Buffer.of(0x4f, 0x01, 0x75, 0x30));
      expect(await answerTo(0x7530)).to.include({ reset: true });
      let seed = 7;
      for (let length = 0; length < 300; length += 1) {
        const garbage = Buffer.alloc(length);
        for (let at = 0; at < length; at += 1) {
          seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
          garbage[at] = seed >> 16;
        }
        sendDatagram(garbage);
      }
      sendDatagram(Buffer.alloc(60_000, 0x40));
      expect((await answerTo(send({ code: 'GET', options: options('cse-in/meter') }))).code).to.equal('2.05');
    });

    const malformed: Readonly<Record<string, [packet: () => Packet, code: string, rsc: number]>> = {
      'a payload that is not JSON': [() => ({ ...create(''), payload: Buffer.from('{"m2m:cin":') }), '4.00', 4000],
      'a payload that is not UTF-8': [() => ({ ...create(''), payload: Buffer.of(0x22, 0xff, 0x22) }), '4.00', 4000],
      'a content format nobody speaks': [
        () => ({
          ...create(''),
          options: [...options('cse-in/meter/data'), option('Content-Format', Buffer.of(42))],
        }),
        '4.15',
        4015,
      ],
      'an unknown critical option': [
        () => ({ code: 'GET', options: [...options('cse-in/meter'), option(65_001, 'x')] }),
        '4.00',
        4000,
      ],
      'a resource type that does not exist': [
        () => ({
          ...create(''),
          options: [...options('cse-in/meter/data'), option(number.ty, Buffer.of(0x03, 0xe7))],
        }),
        '4.00',
        4000,
      ],
      'a method that is none of the binding': [
        () => ({ code: 'PATCH', options: options('cse-in/meter') }),
        '4.05',
        4005,
      ],
      'an address that leads nowhere': [() => ({ code: 'GET', options: options('cse-in/nowhere') }), '4.04', 4004],
      'no request identifier': [
        () => ({ code: 'GET', options: [option(number.fr, 'Cmeter'), option('Uri-Path', 'cse-in')] }),
        '4.00',
        4000,
      ],
    };
    for (const [what, [packet, code, rsc]] of Object.entries(malformed)) {
      it(`${what} is answered with ${rsc}`, async () => {
        const answer = await answerTo(send(packet()));
        expect(answer.code).to.equal(code);
        expect(statusOf(answer)).to.equal(rsc);
      });
    }
  });

  describe('without the right to', () => {
    const attempts: Readonly<Record<string, Request & { path?: string; rsc: number }>> = {
      'no token': { credential: null, rsc: 4106 },
      'a wrong token': { credential: 'guessed', rsc: 4106 },
      'another originator than the token is for': { fr: 'CAdmin', rsc: 4106 },
      'another’s resource': { path: 'cse-in/other', rsc: 4103 },
    };
    for (const [what, { path = 'cse-in/meter', rsc, ...request }] of Object.entries(attempts)) {
      it(`${what} reads nothing: ${rsc}`, async () => {
        const answer = await answerTo(send({ code: 'GET', options: options(path, request) }));
        expect(statusOf(answer)).to.equal(rsc);
        expect(answer.payload.length, 'an answer to a stranger is short: no amplification').to.be.lessThan(200);
      });
    }

    it('nobody goes on with a revoked token', async () => {
      const revocable = await doors.token('Cmeter');
      const ask = async (): Promise<number | undefined> =>
        statusOf(
          await answerTo(send({ code: 'GET', options: options('cse-in/meter', { credential: revocable.token }) })),
        );
      expect(await ask()).to.equal(2000);
      await doors.test.cse.credentials.revoke(revocable.id);
      expect(await ask()).to.equal(4106);
    });
  });

  describe('libcoap’s client', () => {
    const program = ['coap-client', 'coap-client-notls'].find(isInstalled);
    before(function () {
      if (program === undefined) this.skip();
    });
    const coapClient = (method: string, path: string, further: string[]): ReturnType<typeof run> =>
      run(program ?? '', [
        '-m',
        method,
        '-v',
        '7',
        '-B',
        '1',
        '-t',
        '50',
        '-A',
        '50',
        '-O',
        `${number.fr},Cmeter`,
        '-O',
        `${number.rqi},libcoap-${nextId++}`,
        '-O',
        `${number.rvi},3`,
        ...further,
        `${doors.urls.coap}/${path}?tkns=${token}`,
      ]);

    // The options of the binding are critical, in responses too: a client that was not taught them drops the answer
    // (RFC 7252 §5.4.1). Its trace still shows what came.
    it('creates, and its trace shows the answer (skipped where coap-client is not installed)', async () => {
      const con = `libcoap ${Date.now()}`;
      const content = JSON.stringify({ 'm2m:cin': { con } });
      const { output } = await coapClient('post', 'cse-in/meter/data', ['-O', `${number.ty},0x04`, '-e', content]);
      expect(output).to.include('c:2.01').and.to.include(con);
      const reader = await doors.client('http', 'Cmeter');
      expect((await reader.retrieve('cse-in/meter/data/la')).con).to.equal(con);
    });

    it('creates what it has to send in blocks', async () => {
      const con = Array.from({ length: 500 }, (_, index) => `block ${index}`).join(' ');
      const content = JSON.stringify({ 'm2m:cin': { con } });
      await coapClient('post', 'cse-in/meter/data', ['-b', '256', '-O', `${number.ty},0x04`, '-e', content]);
      const reader = await doors.client('http', 'Cmeter');
      expect((await reader.retrieve('cse-in/meter/data/la')).con).to.equal(con);
    });

    it('is refused without a token', async () => {
      const { output } = await run(program ?? '', [
        ...['-v', '7', '-m', 'get', '-B', '1', '-O', `${number.fr},Cmeter`, '-O', `${number.rqi},x`],
        `${doors.urls.coap}/cse-in/meter`,
      ]);
      expect(output).to.include('c:4.03');
    });
  });
});
