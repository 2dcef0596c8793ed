import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { Aedes } from 'aedes';
import { expect } from 'chai';
import { connectAsync, type MqttClient } from 'mqtt';
import type { JsonObject } from '#cse';
import { until } from '../../support/wait.ts';
import { type Doors, openDoors } from './doors.ts';

/** A broker that others run; it lets everybody in and guards nothing. */
async function startForeignBroker(
  port = 0,
): Promise<{ url: string; port: number; broker: Aedes; close(): Promise<void> }> {
  const broker = await Aedes.createBroker();
  const server: Server = createServer((socket) => void broker.handle(socket));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return {
    url: `mqtt://127.0.0.1:${address.port}`,
    port: address.port,
    broker,
    async close() {
      await new Promise<void>((resolve) => broker.close(resolve));
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('the MQTT binding and brokers of others', () => {
  describe('on an external broker (ALZETTE_MQTT_URL)', () => {
    let foreign: Awaited<ReturnType<typeof startForeignBroker>>;
    let doors: Doors;
    let device: MqttClient;
    const arrived: { topic: string; payload: JsonObject }[] = [];

    before(async () => {
      foreign = await startForeignBroker();
      doors = await openDoors({ ALZETTE_MQTT_URL: foreign.url });
      const own = await doors.client('http', 'Cext');
      await own.create('cse-in', 2, 'ext', { api: 'N.test', rr: true, srv: ['3'], poa: [foreign.url] });
      await own.create('cse-in/ext', 3, 'data', {});
      device = await connectAsync(foreign.url);
      device.on('message', (topic, bytes) =>
        arrived.push({ topic, payload: JSON.parse(bytes.toString()) as JsonObject }),
      );
      await device.subscribeAsync(['/oneM2M/resp/Cext/#', '/oneM2M/req/+/Cext/#'], { qos: 1 });
    });
    after(async () => {
      await device.endAsync(true);
      await doors[Symbol.asyncDispose]();
      await foreign.close();
    });

    const ask = async (request: JsonObject): Promise<JsonObject> => {
      await device.publishAsync('/oneM2M/req/Cext/id-in/json', JSON.stringify(request), { qos: 1 });
      return until(() => arrived.find(({ payload }) => payload.rqi === request.rqi && 'rsc' in payload)?.payload);
    };

    it('answers requests and believes the originator the broker let through (§7.1)', async () => {
      const response = await ask({
        op: 1,
        to: 'cse-in/ext/data',
        fr: 'Cext',
        rqi: '1',
        rvi: '3',
        ty: 4,
        pc: { 'm2m:cin': { con: 'x' } },
      });
      expect(response.rsc).to.equal(2001);
    });

    it('believes no other originator than the one in the topic', async () => {
      expect((await ask({ op: 4, to: 'cse-in/ext', fr: 'CAdmin', rqi: '2', rvi: '3' })).rsc).to.equal(4106);
    });

    it('ignores what the broker retained', async () => {
      const request = {
        op: 1,
        to: 'cse-in/ext/data',
        fr: 'Cext',
        rqi: 'old',
        rvi: '3',
        ty: 4,
        pc: { 'm2m:cin': { con: 'old' } },
      };
      await device.publishAsync('/oneM2M/req/Cext/id-in/json', JSON.stringify(request), { qos: 1, retain: true });
      await until(() => arrived.find(({ payload }) => payload.rqi === 'old'));
      const before = Number((await (await doors.client('http', 'Cext')).retrieve('cse-in/ext/data')).cni);
      const second = await openDoors({ ALZETTE_MQTT_URL: foreign.url });
      await until(() => second.refusals('mqtt', 'retained').then((count) => count > 0));
      await second[Symbol.asyncDispose]();
      expect((await (await doors.client('http', 'Cext')).retrieve('cse-in/ext/data')).cni).to.equal(before);
    });

    it('notifies an AE at its point of access', async () => {
      device.on('message', (topic, bytes) => {
        const { rqi } = JSON.parse(bytes.toString()) as { rqi: string };
        if (topic.startsWith('/oneM2M/req/'))
          device.publish(topic.replace('/req/', '/resp/'), JSON.stringify({ rsc: 2000, rqi }), { qos: 1 });
      });
      const own = await doors.client('http', 'Cext');
      await own.create('cse-in/ext/data', 23, 'watch', { nu: ['Cext'], enc: { net: [3] } });
      await own.create('cse-in/ext/data', 4, undefined, { con: 'told' });
      const { topic } = await until(() => arrived.find(({ payload }) => JSON.stringify(payload).includes('told')));
      expect(topic).to.equal('/oneM2M/req/id-in/Cext/json');
    });
  });

  it('reconnects to an external broker that comes back, and answers again', async () => {
    const first = await startForeignBroker();
    const doors = await openDoors({ ALZETTE_MQTT_URL: first.url });
    await first.close();
    const second = await startForeignBroker(first.port);
    const device = await connectAsync(second.url);
    try {
      let answered = false;
      device.on('message', () => {
        answered = true;
      });
      await device.subscribeAsync('/oneM2M/resp/CAdmin/#', { qos: 1 });
      await until(
        async () => {
          const request = { op: 2, to: 'cse-in', fr: 'CAdmin', rqi: `r${Date.now()}`, rvi: '3' };
          await device.publishAsync('/oneM2M/req/CAdmin/id-in/json', JSON.stringify(request), { qos: 1 });
          return answered;
        },
        { everyMs: 200, timeoutMs: 15_000 },
      );
    } finally {
      await device.endAsync(true);
      await doors[Symbol.asyncDispose]();
      await second.close();
    }
  });

  it('refuses to start when the external broker cannot be reached', async () => {
    const gone = await startForeignBroker();
    await gone.close();
    let failure: unknown;
    try {
      const doors = await openDoors({ ALZETTE_MQTT_URL: gone.url });
      await doors[Symbol.asyncDispose]();
    } catch (error) {
      failure = error;
    }
    expect(failure).to.be.instanceOf(Error);
  }).timeout(40_000);

  it('publishes notifications to any topic of any broker that a notification URI names (§6.6)', async () => {
    const foreign = await startForeignBroker();
    const doors = await openDoors();
    const listener = await connectAsync(foreign.url);
    try {
      const heard: string[] = [];
      listener.on('message', (topic, bytes) => heard.push(`${topic} ${bytes.toString()}`));
      await listener.subscribeAsync('town/alerts', { qos: 1 });
      const own = await doors.client('http', 'Csub');
      await own.create('cse-in', 2, 'sub', { api: 'N.test', rr: false, srv: ['3'] });
      await own.create('cse-in/sub', 3, 'data', {});
      await own.create('cse-in/sub/data', 23, 'watch', { nu: [`${foreign.url}/town/alerts`], enc: { net: [3] } });
      await own.create('cse-in/sub/data', 4, undefined, { con: 'flood' });
      await until(() => heard.some((message) => message.startsWith('town/alerts') && message.includes('flood')));
    } finally {
      await listener.endAsync(true);
      await doors[Symbol.asyncDispose]();
      await foreign.close();
    }
  });
});
