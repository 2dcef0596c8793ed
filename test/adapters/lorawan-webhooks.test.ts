import { assert } from 'chai';
import { startCse } from '../cse/support.ts';
import { until } from '../support/wait.ts';
import { chirpStackUplink, theThingsStackUplink } from './messages.ts';
import { startAdapters, startDoor, type TestAdapters, webhookToken } from './support.ts';

const up = '/lorawan/chirpstack/cs?event=up';
const theThingsStack = '/lorawan/the-things-stack/tts';

describe('LoRaWAN webhooks', () => {
  let adapters: TestAdapters;
  let devices = 0;
  const newDevice = (): string => {
    devices += 1;
    return `02a17e77ff${devices.toString(16).padStart(6, '0')}`;
  };
  before(async () => {
    adapters = await startAdapters();
  });
  after(() => adapters[Symbol.asyncDispose]());

  it('store an uplink of ChirpStack as an instance of the device’s measurements before they answer', async () => {
    const devEui = newDevice();
    const response = await adapters.post(up, chirpStackUplink(devEui));
    assert.equal(response.status, 204, await response.text());
    const measurement = await adapters.newest(devEui, 'measurements');
    assert.deepInclude(measurement, {
      timeSource: 'network',
      model: 'dingtek/df702',
      fPort: 3,
      fCnt: 7,
      depthMm: 1600,
      emptyMm: 100,
      raw: '8000010111028000120000000000010081',
      radio: { rssi: -97, snr: 6.5, sf: 9, gateway: '0016c001f153a14c', gateways: 1 },
      integration: 'cs',
    });
    assert.deepInclude(measurement.values, { distanceMm: 640, temperatureC: 18, fullAlarm: false });
  });

  it('store an uplink of The Things Stack', async () => {
    const devEui = newDevice();
    const response = await adapters.post(theThingsStack, theThingsStackUplink(devEui));
    assert.equal(response.status, 204, await response.text());
    const measurement = await adapters.newest(devEui, 'measurements');
    assert.deepInclude(measurement, { model: 'dingtek/df702', depthMm: 1600, integration: 'tts' });
    assert.deepInclude(await adapters.newest(devEui, 'descriptor'), {
      name: 'Bac papier – Thil',
      location: { type: 'Point', coordinates: [5.956, 49.472] },
      network: 'the-things-stack',
    });
  });

  it('register the device as an AE with labelled containers and a descriptor', async () => {
    const devEui = newDevice();
    await adapters.post(up, chirpStackUplink(devEui));
    const from = `Clora-${devEui}`;
    const { pc: ae } = await adapters.cse.send('GET', `/cse-in/lora-${devEui}`, undefined, { from });
    assert.deepInclude(ae['m2m:ae'], { aei: from, api: 'N.alzette.lorawan.chirpstack' });
    assert.sameMembers(ae['m2m:ae'].lbl, ['theme:waste', 'demo:true', 'model:dingtek/df702']);
    for (const container of ['descriptor', 'measurements', 'raw']) {
      const { pc } = await adapters.cse.send('GET', `/cse-in/lora-${devEui}/${container}`, undefined, { from });
      assert.sameMembers(pc['m2m:cnt'].lbl, ['theme:waste', 'demo:true', `role:${container}`]);
      assert.isAbove(pc['m2m:cnt'].mni, 0);
    }
    assert.deepInclude(await adapters.newest(devEui, 'descriptor'), {
      name: 'Bac verre – Audun-le-Tiche',
      location: { type: 'Point', coordinates: [5.956, 49.472] },
      commune: '57038',
      wasteStream: 'glass',
      model: 'dingtek/df702',
      vendor: 'Dingtek',
      devEui,
      depthMm: 1600,
      demonstration: true,
    });
  });

  it('write a descriptor only when a fact changes', async () => {
    const devEui = newDevice();
    await adapters.post(up, chirpStackUplink(devEui));
    await adapters.post(up, chirpStackUplink(devEui, { fCnt: 8 }));
    assert.equal(await adapters.instances(devEui, 'descriptor'), 1);
    await adapters.post(up, chirpStackUplink(devEui, { fCnt: 9 }, { name: 'Bac verre – déplacé' }));
    assert.equal(await adapters.instances(devEui, 'descriptor'), 2);
    assert.equal((await adapters.newest(devEui, 'descriptor')).name, 'Bac verre – déplacé');
    assert.equal(await adapters.instances(devEui, 'measurements'), 3);
  });

  it('recognise an uplink that is sent again, whichever copy comes first', async () => {
    const devEui = newDevice();
    const uplink = chirpStackUplink(devEui);
    const before = await adapters.count('alzette_lorawan_duplicates_total');
    const together = await Promise.all([adapters.post(up, uplink), adapters.post(up, uplink)]);
    const later = await adapters.post(up, uplink);
    assert.deepEqual(
      [...together, later].map(({ status }) => status),
      [204, 204, 204],
    );
    assert.equal(await adapters.instances(devEui, 'measurements'), 1);
    assert.equal((await adapters.count('alzette_lorawan_duplicates_total')) - before, 2);
  });

  it('take the same counter in another session for another uplink', async () => {
    const devEui = newDevice();
    await adapters.post(theThingsStack, theThingsStackUplink(devEui, 7));
    await adapters.post(
      theThingsStack,
      theThingsStackUplink(devEui, 7, { session_key_id: 'AnotherSessionAfterJoin=' }),
    );
    assert.equal(await adapters.instances(devEui, 'measurements'), 2);
  });

  for (const [what, overrides, tags, reason] of [
    ['an unknown model', {}, { model: 'acme/unheard-of' }, 'unknown-model'],
    ['a payload cut short', { data: Buffer.from('80000101', 'hex').toString('base64') }, {}, 'unknown-layout'],
    ['a port the device does not use', { fPort: 99 }, {}, 'unknown-layout'],
  ] as const) {
    it(`keep ${what} as raw, with the reason, and count it`, async () => {
      const devEui = newDevice();
      const labels = { integration: 'cs', reason };
      const before = await adapters.count('alzette_lorawan_refused_total', labels);
      const unknown = reason === 'unknown-model';
      const uplink = chirpStackUplink(devEui, overrides, tags);
      if (unknown) uplink.deviceInfo.deviceProfileName = 'Acme bin';
      assert.equal((await adapters.post(up, uplink)).status, 204);
      assert.equal(await adapters.instances(devEui, 'measurements'), 0);
      const raw = await adapters.newest(devEui, 'raw');
      assert.equal(raw.reason, reason);
      assert.isAbove(raw.message.fr.length, 20);
      assert.isAbove(raw.message.en.length, 20);
      assert.equal(raw.raw, Buffer.from(uplink.data, 'base64').toString('hex'));
      assert.equal(await adapters.count('alzette_lorawan_refused_total', labels), before + 1);
    });
  }

  it('keep a settings report as raw with what it says, since nothing was measured', async () => {
    const devEui = newDevice();
    const data = Buffer.from('8000010319010418011E4B1E00000000000000000000000081', 'hex').toString('base64');
    await adapters.post(up, chirpStackUplink(devEui, { data }));
    assert.equal(await adapters.instances(devEui, 'measurements'), 0);
    assert.deepInclude((await adapters.newest(devEui, 'raw')).values, { fullThresholdCm: 30, reportIntervalHours: 24 });
  });

  it('take the battery level of a status event for a reading, and keep a join', async () => {
    const devEui = newDevice();
    await adapters.post(up, chirpStackUplink(devEui));
    const { deviceInfo } = chirpStackUplink(devEui);
    const time = new Date().toISOString();
    const status = { deduplicationId: `status-${devEui}`, time, deviceInfo, margin: 10, batteryLevel: 88.3 };
    assert.equal((await adapters.post('/lorawan/chirpstack/cs?event=status', status)).status, 204);
    assert.deepInclude((await adapters.newest(devEui, 'measurements')).values, { batteryPercent: 88.3 });
    const join = { deduplicationId: `join-${devEui}`, time, deviceInfo, devAddr: '00189440' };
    assert.equal((await adapters.post('/lorawan/chirpstack/cs?event=join', join)).status, 204);
    assert.equal((await adapters.newest(devEui, 'raw')).event, 'join');
    assert.equal((await adapters.post('/lorawan/chirpstack/cs?event=txack', { anything: true })).status, 204);
  });

  it('replace a time that cannot be, say whose clock is wrong, and count it', async () => {
    const devEui = newDevice();
    const before = await adapters.count('alzette_lorawan_clocks_distrusted_total', { by: 'network', reason: 'ahead' });
    await adapters.post(up, chirpStackUplink(devEui, { time: '2099-01-01T00:00:00Z' }));
    const measurement = await adapters.newest(devEui, 'measurements');
    assert.equal(measurement.timeSource, 'platform');
    assert.deepEqual(measurement.clock, { by: 'network', claimed: '2099-01-01T00:00:00Z', reason: 'ahead' });
    assert.approximately(Date.parse(measurement.time), Date.now(), 10_000);
    assert.equal(
      await adapters.count('alzette_lorawan_clocks_distrusted_total', { by: 'network', reason: 'ahead' }),
      before + 1,
    );
  });

  it('replace the time a meter claims when its clock is years behind', async () => {
    const devEui = newDevice();
    // EMU Professional II: 1635506100 s is 29 October 2021.
    const data = Buffer.from('B4D77B6101B4D77B6103120700 0039'.replace(' ', ''), 'hex').toString('base64');
    await adapters.post(up, chirpStackUplink(devEui, { data, fPort: 1 }, { model: 'emu/emu-prof-ii' }));
    const measurement = await adapters.newest(devEui, 'measurements');
    assert.deepEqual(measurement.clock, { by: 'device', claimed: '2021-10-29T11:15:00.000Z', reason: 'behind' });
    assert.equal(measurement.timeSource, 'network');
    assert.deepEqual(measurement.values, { activeEnergyImportWh: 1810 });
  });

  describe('refuse, store nothing and live on', () => {
    const refusals: Record<string, [request: () => Promise<Response>, status: number, code: string]> = {
      'a wrong token': [
        () => adapters.post(up, chirpStackUplink(newDevice()), { token: 'not-the-token' }),
        401,
        'wrong-token',
      ],
      'no token': [() => adapters.post(up, chirpStackUplink(newDevice()), { token: null }), 401, 'wrong-token'],
      'an unknown integration': [
        () => adapters.post('/lorawan/chirpstack/other?event=up', chirpStackUplink(newDevice())),
        401,
        'wrong-token',
      ],
      'an integration of another network server': [
        () => adapters.post('/lorawan/the-things-stack/cs', chirpStackUplink(newDevice())),
        401,
        'wrong-token',
      ],
      'malformed JSON': [() => adapters.post(up, undefined, { raw: '{"time":' }), 400, 'malformed-json'],
      'an empty body': [() => adapters.post(up, undefined, { raw: '' }), 400, 'malformed-json'],
      'invalid UTF-8': [
        () => adapters.post(up, undefined, { raw: new Uint8Array([0x7b, 0xff, 0x7d]) }),
        400,
        'invalid-utf-8',
      ],
      'an oversized body': [
        () => adapters.post(up, undefined, { raw: JSON.stringify({ padding: 'x'.repeat(300_000) }) }),
        413,
        'entity-too-large',
      ],
      'an unknown event': [
        () => adapters.post('/lorawan/chirpstack/cs?event=explode', chirpStackUplink(newDevice())),
        400,
        'unknown-event',
      ],
      'an envelope of something else': [() => adapters.post(up, { hello: 'world' }), 400, 'bad-envelope'],
      'a payload that is not Base64': [
        () => adapters.post(up, chirpStackUplink(newDevice(), { data: '!!!!' })),
        400,
        'bad-payload',
      ],
    };
    for (const [what, [request, status, code]] of Object.entries(refusals)) {
      it(`${what}: ${status} ${code}`, async () => {
        const response = await request();
        const problem = (await response.json()) as { code: string; detail: string };
        assert.equal(response.status, status);
        assert.equal(problem.code, code);
        assert.isAbove(problem.detail.length, 10);
        assert.notInclude(JSON.stringify(problem), webhookToken);
        const devEui = newDevice();
        assert.equal((await adapters.post(up, chirpStackUplink(devEui))).status, 204);
      });
    }
  });

  it('go on when a device was deleted from the CSE behind their back', async () => {
    const devEui = newDevice();
    await adapters.post(up, chirpStackUplink(devEui));
    await adapters.cse.send('DELETE', `/cse-in/lora-${devEui}`);
    assert.equal((await adapters.post(up, chirpStackUplink(devEui, { fCnt: 8 }))).status, 204);
    assert.equal(await adapters.instances(devEui, 'measurements'), 1);
  });

  it('know after a restart what was stored before, and register nothing twice', async () => {
    const devEui = newDevice();
    const uplink = chirpStackUplink(devEui);
    await adapters.post(up, uplink);
    await using restarted = await startAdapters({ cse: adapters.cse });
    assert.equal((await restarted.post(up, uplink)).status, 204);
    assert.equal(await restarted.count('alzette_lorawan_duplicates_total'), 1);
    assert.equal(await restarted.instances(devEui, 'measurements'), 1);
    assert.equal(await restarted.instances(devEui, 'descriptor'), 1);
  });
});

describe('LoRaWAN webhooks while the CSE is away', () => {
  it('answer 503 with Retry-After, keep the uplink, and store it once when the CSE is back', async () => {
    await using cse = await startCse();
    await using door = await startDoor(cse.url);
    await using adapters = await startAdapters({ cse, cseUrl: door.url });
    const devEui = '02a17e77fe000001';
    door.open = false;
    const uplink = chirpStackUplink(devEui);
    const response = await adapters.post(up, uplink);
    assert.equal(response.status, 503);
    assert.isNotNull(response.headers.get('retry-after'));
    assert.equal(((await response.json()) as { code: string }).code, 'not-stored-yet');
    assert.equal(await adapters.count('alzette_lorawan_waiting'), 1);
    door.open = true;
    await until(async () => (await adapters.newest(devEui, 'measurements')) !== undefined, { timeoutMs: 20_000 });
    assert.equal((await adapters.post(up, uplink)).status, 204);
    assert.equal(await adapters.instances(devEui, 'measurements'), 1);
    assert.equal(await adapters.count('alzette_lorawan_waiting'), 0);
  });

  it('accept no more than they may keep', async () => {
    await using cse = await startCse();
    await using door = await startDoor(cse.url);
    await using adapters = await startAdapters({ cse, cseUrl: door.url });
    door.open = false;
    const kept = Array.from({ length: 2_000 }, (_, index) =>
      adapters.post(up, chirpStackUplink(`02a17e77fd${index.toString(16).padStart(6, '0')}`)),
    );
    await until(async () => (await adapters.count('alzette_lorawan_waiting')) === 2_000, { timeoutMs: 20_000 });
    const response = await adapters.post(up, chirpStackUplink('02a17e77fdffffff'));
    assert.equal(response.status, 503);
    assert.equal(((await response.json()) as { code: string }).code, 'too-many-waiting');
    for (const answer of await Promise.all(kept)) assert.equal(answer.status, 503);
  });
});
