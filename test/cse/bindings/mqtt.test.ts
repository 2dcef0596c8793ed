import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { expect } from 'chai';
import { connectAsync, type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import { generate, parser } from 'mqtt-packet';
import type { JsonObject } from '#cse';
import { serializations } from '../../../cse/serialization/index.ts';
import { until } from '../../support/wait.ts';
import { isInstalled, run, start } from './command.ts';
import { type Doors, openDoors } from './doors.ts';

interface Arrived {
  readonly topic: string;
  readonly payload: JsonObject;
  readonly retain: boolean;
}

interface Device {
  readonly client: MqttClient;
  readonly arrived: Arrived[];
  /** Publishes a request and waits for the response with its identifier. */
  ask(request: JsonObject, options?: { topic?: string; retain?: boolean }): Promise<JsonObject>;
}

/** Resolves when the connection is closed; errors on the way belong to it. */
const closing = (client: MqttClient): Promise<void> =>
  new Promise((resolve) => {
    client.on('error', () => undefined);
    client.once('close', () => resolve());
  });

describe('the MQTT binding (TS-0010)', () => {
  let doors: Doors;
  let host: string;
  const open: MqttClient[] = [];

  before(async () => {
    doors = await openDoors({ ALZETTE_CSE_BODY_SIZE_BYTES_MAX: '65536' });
    host = doors.urls.mqtt;
    const admin = await doors.client('http', 'CAdmin');
    for (const name of ['one', 'two']) {
      const own = await doors.client('http', `C${name}`);
      await own.create('cse-in', 2, name, { api: 'N.test', rr: true, srv: ['3'], poa: [host] });
      await own.create(`cse-in/${name}`, 3, 'data', { mni: 1000 });
    }
    expect(await admin.discover('cse-in', { ty: 2 })).to.include('cse-in/one');
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((client) => client.endAsync(true)));
  });
  after(() => doors[Symbol.asyncDispose]());

  const connect = async (password: string | undefined, options: IClientOptions = {}): Promise<MqttClient> => {
    const client = await connectAsync(
      host,
      { reconnectPeriod: 0, username: 'any', ...(password === undefined ? {} : { password }), ...options },
      false,
    );
    open.push(client);
    return client;
  };

  /** A device as its vendor would write it, with nothing of ours. */
  const device = async (originator: string, options: IClientOptions = {}): Promise<Device> => {
    const password = options.password?.toString() ?? (await doors.token(originator)).token;
    const client = await connect(password, { clientId: `A::${originator}`, ...options });
    const arrived: Arrived[] = [];
    client.on('message', (topic, bytes, { retain }) => {
      const read = topic.endsWith('/cbor')
        ? serializations.cbor.decode(bytes, { bytesMax: 1e6, depthMax: 64 })
        : JSON.parse(bytes.toString());
      arrived.push({ topic, payload: read as JsonObject, retain });
    });
    await client.subscribeAsync([`/oneM2M/resp/${originator}/#`, `/oneM2M/req/+/${originator}/#`], { qos: 1 });
    return {
      client,
      arrived,
      async ask(request, { topic = `/oneM2M/req/${originator}/id-in/json`, retain = false } = {}) {
        const bytes = topic.endsWith('/cbor') ? serializations.cbor.encode(request) : JSON.stringify(request);
        await client.publishAsync(topic, bytes, { qos: 1, retain });
        const found = await until(
          () => arrived.find(({ payload }) => payload.rqi === request.rqi && 'rsc' in payload),
          {
            what: `the response to ${String(request.rqi)}`,
          },
        );
        return found.payload;
      },
    };
  };

  const instance = (rqi: string, con: string, to = 'cse-in/one/data', fr = 'Cone'): JsonObject => ({
    op: 1,
    to,
    fr,
    rqi,
    rvi: '3',
    ty: 4,
    pc: { 'm2m:cin': { con } },
  });

  const count = async (path = 'cse-in/one/data'): Promise<number> => {
    const admin = await doors.client('http', 'CAdmin');
    return Number((await admin.retrieve(path)).cni);
  };

  const connectionCode = async (
    password: string | undefined,
    options: IClientOptions = {},
  ): Promise<number | undefined> => {
    try {
      await connect(password, options);
      return 0;
    } catch (error) {
      return error instanceof Error && 'code' in error ? Number(error.code) : undefined;
    }
  };

  describe('requests and responses', () => {
    it('are answered on the response topic with originator and receiver in their order (§6.4.3)', async () => {
      const { ask, arrived } = await device('Cone');
      const response = await ask({ op: 2, to: 'cse-in/one', fr: 'Cone', rqi: 'r1', rvi: '3' });
      expect(response.rsc).to.equal(2000);
      expect(arrived[0]?.topic).to.equal('/oneM2M/resp/Cone/id-in/json');
      expect(arrived[0]?.retain).to.equal(false);
    });

    it('keep the serialization of the request (§6.5.3)', async () => {
      const { ask, arrived } = await device('Cone');
      const response = await ask(
        { op: 2, to: 'cse-in/one', fr: 'Cone', rqi: 'r2', rvi: '3' },
        { topic: '/oneM2M/req/Cone/id-in/cbor' },
      );
      expect(response.rsc).to.equal(2000);
      expect(arrived[0]?.topic).to.equal('/oneM2M/resp/Cone/id-in/cbor');
    });

    it('may name the originator by its SP-relative identifier, escaped (§6.4.2)', async () => {
      const { client, arrived } = await device('Cone');
      await client.subscribeAsync('/oneM2M/resp/id-in:Cone/#', { qos: 1 });
      await client.publishAsync(
        '/oneM2M/req/id-in:Cone/id-in/json',
        JSON.stringify({ op: 2, to: 'cse-in/one', fr: '/id-in/Cone', rqi: 'r3', rvi: '3' }),
        { qos: 1 },
      );
      const found = await until(() => arrived.find(({ payload }) => payload.rqi === 'r3'));
      expect(found.topic).to.equal('/oneM2M/resp/id-in:Cone/id-in/json');
    });

    it('register an AE over reg_req with the credential identifier, and learn the AE-ID (§6.4.4)', async () => {
      const { id, token } = await doors.token('Cregistering*');
      const client = await connect(token);
      const arrived: { topic: string; payload: JsonObject }[] = [];
      client.on('message', (topic, bytes) =>
        arrived.push({ topic, payload: JSON.parse(bytes.toString()) as JsonObject }),
      );
      await client.subscribeAsync(`/oneM2M/reg_resp/${id}/#`, { qos: 1 });
      const request = {
        op: 1,
        to: 'cse-in',
        rqi: 'reg1',
        rvi: '3',
        ty: 2,
        pc: { 'm2m:ae': { api: 'N.test', rr: false, srv: ['3'] } },
      };
      await client.publishAsync(`/oneM2M/reg_req/${id}/id-in/json`, JSON.stringify(request), { qos: 1 });
      const { topic, payload } = await until(() => arrived[0], { what: 'the response to the registration' });
      expect(topic).to.equal(`/oneM2M/reg_resp/${id}/id-in/json`);
      expect(payload.rsc).to.equal(2001);
      const { aei } = (payload.pc as { 'm2m:ae': { aei: string } })['m2m:ae'];
      expect(aei).to.match(/^Cregistering/);
    });

    it('accept nothing but registrations on reg_req', async () => {
      const { id, token } = await doors.token('Cone');
      const client = await connect(token);
      const answered = new Promise<Buffer>((resolve) => {
        client.once('message', (_topic, payload) => resolve(payload));
      });
      await client.subscribeAsync(`/oneM2M/reg_resp/${id}/#`, { qos: 1 });
      await client.publishAsync(
        `/oneM2M/reg_req/${id}/id-in/json`,
        JSON.stringify({ op: 4, to: 'cse-in/one', fr: 'Cone', rqi: 'x' }),
      );
      expect(JSON.parse((await answered).toString()).rsc).to.equal(4106);
    });

    it('acknowledge a create only once it is stored', async () => {
      const { client } = await device('Cone');
      const before = await count();
      await client.publishAsync('/oneM2M/req/Cone/id-in/json', JSON.stringify(instance('stored', 'x')), { qos: 1 });
      expect(await count()).to.equal(before + 1);
    });

    it('are not acknowledged as long as the store holds the create up', async () => {
      const { client } = await device('Cone');
      const { pool } = doors.test.database;
      const holder = await pool.connect();
      try {
        await holder.query('BEGIN');
        await holder.query('LOCK TABLE cse.instance IN ACCESS EXCLUSIVE MODE');
        let acknowledged = false;
        const bytes = JSON.stringify(instance('held up', 'x'));
        const publication = client.publishAsync('/oneM2M/req/Cone/id-in/json', bytes, { qos: 1 }).then(() => {
          acknowledged = true;
        });
        await until(async () => {
          const { rows } = await pool.query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
          return rows.length > 0;
        });
        expect(acknowledged).to.equal(false);
        await holder.query('ROLLBACK');
        await publication;
      } finally {
        holder.release();
      }
    });

    it('of a burst all arrive, each once', async () => {
      const { client, arrived } = await device('Cone');
      const before = await count();
      const publications = Array.from({ length: 300 }, (_, index) =>
        client.publishAsync('/oneM2M/req/Cone/id-in/json', JSON.stringify(instance(`burst-${index}`, String(index))), {
          qos: 1,
        }),
      );
      await Promise.all(publications);
      await until(() => arrived.filter(({ payload }) => payload.rsc === 2001).length === 300, {
        what: '300 responses',
      });
      expect(await count()).to.equal(before + 300);
    });

    it('work with quality of service 0 and 2 too', async () => {
      const { client, arrived } = await device('Cone');
      for (const qos of [0, 2] as const) {
        await client.publishAsync('/oneM2M/req/Cone/id-in/json', JSON.stringify(instance(`qos${qos}`, 'x')), { qos });
        await until(() => arrived.find(({ payload }) => payload.rqi === `qos${qos}` && payload.rsc === 2001));
      }
    });
  });

  describe('packets that come again', () => {
    it('are answered and not carried out twice when they are the same', async () => {
      const { client, arrived } = await device('Cone');
      const before = await count();
      const bytes = JSON.stringify(instance('again', 'once'));
      for (let time = 0; time < 3; time += 1) {
        await client.publishAsync('/oneM2M/req/Cone/id-in/json', bytes, { qos: 1, dup: time > 0 });
      }
      await until(() => arrived.filter(({ payload }) => payload.rqi === 'again').length >= 1);
      expect(await count()).to.equal(before + 1);
      const names = arrived.map(({ payload }) => (payload.pc as { 'm2m:cin': { ri: string } })['m2m:cin'].ri);
      expect(new Set(names).size).to.equal(1);
    });

    it('of an attacker who recorded them change nothing', async () => {
      const { token } = await doors.token('Cone');
      const before = await count();
      const recorded = Buffer.concat([
        generate({
          cmd: 'connect',
          protocolId: 'MQTT',
          protocolVersion: 4,
          clean: true,
          clientId: 'replay',
          keepalive: 0,
          username: 'x',
          password: Buffer.from(token),
        }),
        generate({
          cmd: 'publish',
          topic: '/oneM2M/req/Cone/id-in/json',
          payload: JSON.stringify(instance('replayed', 'x')),
          qos: 1,
          messageId: 7,
          dup: false,
          retain: false,
        }),
      ]);
      for (let time = 0; time < 2; time += 1) {
        const socket = connectTcp(Number(new URL(host).port), '127.0.0.1');
        const acknowledged = new Promise<void>((resolve) => {
          const parse = parser();
          parse.on('packet', ({ cmd }) => cmd === 'puback' && resolve());
          socket.on('data', (chunk) => parse.parse(chunk));
        });
        socket.write(recorded);
        await acknowledged;
        socket.destroy();
      }
      expect(await count()).to.equal(before + 1);
    });

    it('are refused when they are retained, and nothing is kept for later subscribers', async () => {
      const { client, arrived } = await device('Cone');
      const before = await count();
      await client.publishAsync('/oneM2M/req/Cone/id-in/json', JSON.stringify(instance('retained', 'x')), {
        qos: 1,
        retain: true,
      });
      await until(() => arrived.find(({ payload }) => payload.rsc === 4000));
      expect(await count()).to.equal(before);
      expect(await doors.refusals('mqtt', 'retained')).to.be.greaterThan(0);
    });
  });

  describe('notifications', () => {
    it('reach an AE over its connection, are answered by it, and come in order', async () => {
      const { client, arrived, ask } = await device('Cone');
      client.on('message', (topic, bytes) => {
        if (!topic.startsWith('/oneM2M/req/')) return;
        const { rqi } = JSON.parse(bytes.toString()) as { rqi: string };
        client.publish(topic.replace('/req/', '/resp/'), JSON.stringify({ rsc: 2000, rqi, rvi: '3' }), { qos: 1 });
      });
      const created = await ask({
        op: 1,
        to: 'cse-in/one/data',
        fr: 'Cone',
        rqi: 'sub',
        rvi: '3',
        ty: 23,
        pc: { 'm2m:sub': { rn: 'self', nu: ['Cone'], enc: { net: [3] } } },
      });
      expect(created.rsc).to.equal(2001);
      for (const con of ['a', 'b', 'c']) await ask(instance(`n-${con}`, con));
      const heard = (): string[] =>
        arrived.flatMap(({ payload }) => {
          const event = (payload.pc as { 'm2m:sgn'?: { nev?: { rep: { 'm2m:cin': { con: string } } } } })?.['m2m:sgn']
            ?.nev;
          return event === undefined ? [] : [event.rep['m2m:cin'].con];
        });
      await until(() => heard().length === 3, { what: 'three notifications' });
      expect(heard()).to.deep.equal(['a', 'b', 'c']);
      expect(arrived.find(({ topic }) => topic.startsWith('/oneM2M/req/id-in/'))?.topic).to.equal(
        '/oneM2M/req/id-in/Cone/json',
      );
      await ask({ op: 4, to: 'cse-in/one/data/self', fr: 'Cone', rqi: 'unsub', rvi: '3' });
    });

    it('come later to an AE that was away, over the session the broker kept', async () => {
      const { token } = await doors.token('Ctwo');
      const first = await device('Ctwo', { clean: false, password: token });
      const { rsc } = await first.ask({
        op: 1,
        to: 'cse-in/two/data',
        fr: 'Ctwo',
        rqi: 'sub2',
        rvi: '3',
        ty: 23,
        pc: { 'm2m:sub': { rn: 'away', nu: [`${host}/oneM2M/req/id-in/Ctwo/json`], enc: { net: [3] } } },
      });
      expect(rsc).to.equal(2001);
      await first.client.endAsync(true);
      const admin = await doors.client('http', 'Ctwo');
      await admin.create('cse-in/two/data', 4, undefined, { con: 'while away' });
      const second = await device('Ctwo', { clean: false, password: token });
      second.client.on('message', (topic, bytes) => {
        if (!topic.startsWith('/oneM2M/req/')) return;
        const { rqi } = JSON.parse(bytes.toString()) as { rqi: string };
        second.client.publish(topic.replace('/req/', '/resp/'), JSON.stringify({ rsc: 2000, rqi }), { qos: 1 });
      });
      await until(() => second.arrived.some(({ payload }) => JSON.stringify(payload).includes('while away')), {
        timeoutMs: 8_000,
        what: 'the notification from the time away',
      });
      await admin.delete('cse-in/two/data/away');
    });
  });

  describe('bad input', () => {
    const malformed: Readonly<Record<string, [payload: string | Buffer, topic?: string]>> = {
      'JSON that is none': ['{"op":1,'],
      'bytes that are not UTF-8': [Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22])],
      'a member that occurs twice': ['{"op":2,"op":4,"to":"cse-in/one","rqi":"d"}'],
      'CBOR that is none': [Buffer.from('bf61', 'hex'), '/oneM2M/req/Cone/id-in/cbor'],
      'a bomb of nested lists': ['['.repeat(20_000)],
      'an empty payload': [''],
    };
    for (const [what, [payload, topic = '/oneM2M/req/Cone/id-in/json']] of Object.entries(malformed)) {
      it(`${what} is answered with BAD_REQUEST`, async () => {
        const { client, arrived } = await device('Cone');
        await client.publishAsync(topic, payload, { qos: 1 });
        const { payload: response } = await until(() => arrived[0], { what: 'a response' });
        expect(response.rsc).to.equal(4000);
        expect((response.pc as JsonObject)['m2m:dbg']).to.be.a('string');
      });
    }

    it('a serialization nobody knows is answered with UNSUPPORTED_MEDIA_TYPE', async () => {
      const { client, arrived } = await device('Cone');
      await client.publishAsync('/oneM2M/req/Cone/id-in/yaml', 'op: 2', { qos: 1 });
      expect((await until(() => arrived[0])).payload.rsc).to.equal(4015);
    });

    it('a packet larger than allowed ends the connection before it is read', async () => {
      const { client } = await device('Cone');
      const closed = closing(client);
      client.publish('/oneM2M/req/Cone/id-in/json', Buffer.alloc(200_000, 0x20), { qos: 1 });
      await closed;
      await device('Cone');
    });

    it('bytes that are not MQTT end the connection, and others go on', async () => {
      const { ask } = await device('Cone');
      for (const garbage of [
        Buffer.from('GET / HTTP/1.1\r\n\r\n'),
        Buffer.alloc(64, 0xff),
        Buffer.from('102a', 'hex'),
      ]) {
        const socket = connectTcp(Number(new URL(host).port), '127.0.0.1');
        const closed = once(socket, 'close');
        socket.on('error', () => undefined);
        socket.end(garbage);
        await closed;
      }
      expect((await ask({ op: 2, to: 'cse-in/one', fr: 'Cone', rqi: 'alive', rvi: '3' })).rsc).to.equal(2000);
    });
  });

  describe('without the right to', () => {
    it('nobody connects: no password, a wrong one, somebody else’s hash', async () => {
      const notAuthorized = 5;
      expect(await connectionCode(undefined)).to.equal(notAuthorized);
      expect(await connectionCode('wrong')).to.equal(notAuthorized);
      expect(await connectionCode('a'.repeat(10_000))).to.equal(notAuthorized);
      expect(await doors.refusals('mqtt', 'not-authenticated')).to.be.greaterThan(2);
    });

    it('nobody sets a will', async () => {
      const { token } = await doors.token('Cone');
      const will = { topic: '/oneM2M/req/Cone/id-in/json', payload: Buffer.from('{}'), qos: 1, retain: false } as const;
      expect(await connectionCode(token, { will })).to.not.equal(0);
    });

    const filters = [
      '#',
      '/oneM2M/#',
      '/oneM2M/req/#',
      '/oneM2M/req/+/+/#',
      '/oneM2M/resp/+/#',
      '/oneM2M/req/+/Ctwo/#',
      '/oneM2M/resp/Ctwo/#',
      '/oneM2M/resp/id-in:Ctwo/#',
      '/oneM2M/req/+/id-in/#',
      '/oneM2M/resp/id-in/#',
      '/oneM2M/reg_req/+/id-in/#',
      '$SYS/#',
      '$share/g//oneM2M/req/+/Cone/#',
      'anything/else',
    ];
    for (const filter of filters) {
      it(`nobody hears ${filter}`, async () => {
        const { client } = await device('Cone');
        const granted = await client.subscribeAsync(filter, { qos: 1 }).catch(() => [{ qos: 128 }]);
        expect(granted.map(({ qos }) => qos)).to.deep.equal([128]);
      });
    }

    it('an administrator hears its own topics only, never those of the CSE', async () => {
      const { token } = await doors.token('*');
      const client = await connect(token);
      for (const filter of ['/oneM2M/req/+/id-in/#', '/oneM2M/resp/id-in/#', '#']) {
        const granted = await client.subscribeAsync(filter, { qos: 1 }).catch(() => [{ qos: 128 }]);
        expect(granted[0]?.qos).to.equal(128);
      }
    });

    it('a filter that is refused beside one that is granted brings nothing, not even later', async () => {
      const { token } = await doors.token('Cone');
      const spy = await connect(token, { clean: false, clientId: 'spy' });
      const heard: string[] = [];
      spy.on('message', (topic) => heard.push(topic));
      await spy.subscribeAsync(['/oneM2M/resp/Cone/#', '/oneM2M/resp/Ctwo/#'], { qos: 1 }).catch(() => undefined);
      await spy.endAsync(true);
      const { ask } = await device('Ctwo');
      await ask({ op: 2, to: 'cse-in/two', fr: 'Ctwo', rqi: 'secret', rvi: '3' });
      const again = await connect(token, { clean: false, clientId: 'spy' });
      again.on('message', (topic) => heard.push(topic));
      const own = await device('Cone');
      await own.ask({ op: 2, to: 'cse-in/one', fr: 'Cone', rqi: 'own', rvi: '3' });
      await until(() => heard.includes('/oneM2M/resp/Cone/id-in/json'), { what: 'its own response' });
      expect(heard.filter((topic) => topic.includes('Ctwo'))).to.deep.equal([]);
    });

    it('nobody takes over the session of another by its client identifier', async () => {
      const victim = await device('Cone', { clientId: 'A::Cone' });
      const { token } = await doors.token('Ctwo');
      await connect(token, { clientId: 'A::Cone' });
      expect((await victim.ask({ op: 2, to: 'cse-in/one', fr: 'Cone', rqi: 'still', rvi: '3' })).rsc).to.equal(2000);
    });

    const topics = {
      'a request in another’s name': '/oneM2M/req/Ctwo/id-in/json',
      'a request in the CSE’s name': '/oneM2M/req/id-in/Ctwo/json',
      'a request past the CSE to another AE': '/oneM2M/req/Cone/Ctwo/json',
      'a response in another’s name': '/oneM2M/resp/id-in/Ctwo/json',
      'a response in the CSE’s name': '/oneM2M/resp/Ctwo/id-in/json',
      'a response in the CSE’s name to itself': '/oneM2M/resp/Cone/id-in/json',
      'a registration with another’s credential': '/oneM2M/reg_req/00000000-0000-0000-0000-000000000000/id-in/json',
      'broker status': '$SYS/x',
      'a topic that is none of the binding': 'home/temperature',
    };
    for (const [what, topic] of Object.entries(topics)) {
      it(`nobody publishes ${what}`, async () => {
        const other = await device('Ctwo');
        const { client } = await device('Cone');
        const closed = closing(client);
        client.publish(topic, JSON.stringify({ op: 4, to: 'cse-in/two', fr: 'Ctwo', rqi: 'evil', rsc: 2000 }), {
          qos: 1,
        });
        await closed;
        expect((await other.ask({ op: 2, to: 'cse-in/two', fr: 'Ctwo', rqi: `after ${what}`, rvi: '3' })).rsc).to.equal(
          2000,
        );
        expect(other.arrived.filter(({ payload }) => payload.rqi === 'evil')).to.deep.equal([]);
      });
    }

    it('nobody claims another originator in the payload', async () => {
      const { ask } = await device('Cone');
      const response = await ask({ op: 4, to: 'cse-in/two', fr: 'Ctwo', rqi: 'claim', rvi: '3' });
      expect(response.rsc).to.equal(4106);
    });

    it('nobody reads what the access control does not grant', async () => {
      const { ask } = await device('Cone');
      expect((await ask({ op: 2, to: 'cse-in/two', fr: 'Cone', rqi: 'read', rvi: '3' })).rsc).to.equal(4103);
    });

    it('nobody stays connected whose credential is revoked', async () => {
      const { id, token } = await doors.token('Cone');
      const client = await connect(token);
      const closed = closing(client);
      await doors.test.cse.credentials.revoke(id);
      await closed;
      expect(await connectionCode(token)).to.equal(5);
    });
  });

  describe('Mosquitto’s tools', () => {
    before(function () {
      if (!isInstalled('mosquitto_pub') || !isInstalled('mosquitto_sub')) this.skip();
    });

    it('create an instance and see the response (skipped where mosquitto_pub is not installed)', async () => {
      const { token } = await doors.token('Cone');
      const common = ['-h', '127.0.0.1', '-p', new URL(host).port, '-u', 'Cone', '-P', token, '-q', '1'];
      const subscriber = start('mosquitto_sub', [...common, '-v', '-t', '/oneM2M/resp/Cone/#']);
      try {
        await until(async () => {
          const published = await run('mosquitto_pub', [
            ...common,
            '-t',
            '/oneM2M/req/Cone/id-in/json',
            '-m',
            JSON.stringify(instance(`mosquitto-${Date.now()}`, 'from mosquitto')),
          ]);
          expect(published.code).to.equal(0);
          return subscriber.lines.some(
            (line) => line.startsWith('/oneM2M/resp/Cone/id-in/json') && line.includes('"rsc":2001'),
          );
        });
      } finally {
        subscriber.kill();
      }
    });

    it('are refused with a wrong password', async () => {
      const { code, output } = await run('mosquitto_pub', [
        '-h',
        '127.0.0.1',
        '-p',
        new URL(host).port,
        '-u',
        'Cone',
        '-P',
        'wrong',
        '-t',
        '/oneM2M/req/Cone/id-in/json',
        '-m',
        '{}',
      ]);
      expect(code).to.not.equal(0);
      expect(output).to.match(/not authori[sz]ed|refused/i);
    });
  });

  it('leaves no message for anybody on topics of another (all of the above)', async () => {
    const packets: IPublishPacket[] = [];
    const { client } = await device('Ctwo');
    client.on('packetreceive', (packet) => packet.cmd === 'publish' && packets.push(packet));
    const { ask } = await device('Cone');
    await ask({ op: 2, to: 'cse-in/one', fr: 'Cone', rqi: 'last', rvi: '3' });
    expect(packets).to.deep.equal([]);
  });
});
