import { assert } from 'chai';
import { startCse } from '../cse/support.ts';
import { until } from '../support/wait.ts';
import { chirpStackUplink, theThingsStackUplink } from './messages.ts';
import { broker as credentials, startAdapters, startDoor, startNetworkBroker } from './support.ts';

const devEui = '02a17e77fc000001';
const upTopic = 'v3/dechets@tenant/devices/bac-1/up';

describe('the MQTT broker of a LoRaWAN network server', () => {
  const integrationFor = (url: string, server: 'the-things-stack' | 'chirpstack' = 'the-things-stack') => ({
    name: 'mqtt',
    server,
    mqtt: { url, ...credentials },
  });

  it('is listened to, and an uplink is acknowledged once it is stored', async () => {
    await using network = await startNetworkBroker();
    await using adapters = await startAdapters({ integrations: [integrationFor(network.url)] });
    await until(() => network.subscribers.length > 0);
    await network.publish(upTopic, theThingsStackUplink(devEui));
    const measurement = await until(() => adapters.newest(devEui, 'measurements'));
    assert.deepInclude(measurement.values, { distanceMm: 640 });
    await until(() => network.acknowledged === 1);
  });

  it('speaks ChirpStack’s topics too', async () => {
    await using network = await startNetworkBroker();
    await using adapters = await startAdapters({ integrations: [integrationFor(network.url, 'chirpstack')] });
    await until(() => network.subscribers.length > 0);
    await network.publish(`application/17c82e96/device/${devEui}/event/up`, chirpStackUplink(devEui));
    await until(() => adapters.newest(devEui, 'measurements'));
  });

  it('may replay a packet without an uplink being stored twice', async () => {
    await using network = await startNetworkBroker();
    await using adapters = await startAdapters({ integrations: [integrationFor(network.url)] });
    await until(() => network.subscribers.length > 0);
    const uplink = theThingsStackUplink(devEui);
    for (let time = 0; time < 3; time += 1) await network.publish(upTopic, uplink);
    await until(() => network.acknowledged === 3);
    assert.equal(await adapters.instances(devEui, 'measurements'), 1);
    assert.equal(await adapters.count('alzette_lorawan_duplicates_total'), 2);
  });

  it('may send what cannot be read: it is counted, acknowledged, and the next uplink arrives', async () => {
    await using network = await startNetworkBroker();
    await using adapters = await startAdapters({ integrations: [integrationFor(network.url)] });
    await until(() => network.subscribers.length > 0);
    await network.publish(upTopic, '{"end_device_ids":');
    await network.publish(upTopic, { end_device_ids: { device_id: 'x', dev_eui: 'short' } });
    await network.publish(upTopic, 'x'.repeat(300_000));
    await network.publish(upTopic, theThingsStackUplink(devEui));
    await until(() => adapters.newest(devEui, 'measurements'));
    const refused = (reason: string) => adapters.count('alzette_lorawan_refused_total', { reason });
    assert.equal(await refused('malformed-json'), 1);
    assert.equal(await refused('bad-envelope'), 1);
    assert.equal(await refused('entity-too-large'), 1);
    await until(() => network.acknowledged === 4);
  });

  it('keeps what is published while the connection is cut', async () => {
    await using network = await startNetworkBroker();
    await using adapters = await startAdapters({ integrations: [integrationFor(network.url)] });
    await until(() => network.subscribers.length > 0);
    network.cut();
    for (let fCnt = 1; fCnt <= 5; fCnt += 1) await network.publish(upTopic, theThingsStackUplink(devEui, fCnt));
    await until(
      async () =>
        (await adapters.newest(devEui, 'measurements')) && (await adapters.instances(devEui, 'measurements')) === 5,
      {
        timeoutMs: 20_000,
      },
    );
  });

  it('gets no acknowledgement while the CSE is away, and nothing is lost', async () => {
    await using cse = await startCse();
    await using door = await startDoor(cse.url);
    await using network = await startNetworkBroker();
    await using adapters = await startAdapters({ cse, cseUrl: door.url, integrations: [integrationFor(network.url)] });
    await until(() => network.subscribers.length > 0);
    door.open = false;
    for (let fCnt = 1; fCnt <= 5; fCnt += 1) await network.publish(upTopic, theThingsStackUplink(devEui, fCnt));
    await until(() => door.refused > 2, { timeoutMs: 20_000 });
    assert.equal(network.acknowledged, 0);
    door.open = true;
    await until(() => network.acknowledged === 5, { timeoutMs: 25_000 });
    assert.equal(await adapters.instances(devEui, 'measurements'), 5);
  });

  it('finds what was not acknowledged again after the adapter stopped', async () => {
    await using cse = await startCse();
    await using door = await startDoor(cse.url);
    await using network = await startNetworkBroker();
    {
      await using first = await startAdapters({ cse, cseUrl: door.url, integrations: [integrationFor(network.url)] });
      await until(() => network.subscribers.length > 0);
      door.open = false;
      await network.publish(upTopic, theThingsStackUplink(devEui, 1));
      await until(() => door.refused > 0, { timeoutMs: 10_000 });
      assert.equal(await first.count('alzette_lorawan_waiting'), 1);
    }
    assert.equal(network.acknowledged, 0);
    door.open = true;
    await using second = await startAdapters({ cse, cseUrl: door.url, integrations: [integrationFor(network.url)] });
    await until(() => network.acknowledged === 1, { timeoutMs: 20_000 });
    assert.equal(await second.instances(devEui, 'measurements'), 1);
  });
});
