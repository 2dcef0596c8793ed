import { assert } from 'chai';
import { chirpStackUplink } from './messages.ts';
import { startAdapters, type TestAdapters } from './support.ts';

const up = '/lorawan/chirpstack/cs?event=up';

describe('a LoRaWAN uplink that was kept as raw', () => {
  let adapters: TestAdapters;
  let devices = 0;
  before(async () => {
    adapters = await startAdapters();
  });
  after(() => adapters[Symbol.asyncDispose]());

  const newDevice = (): string => {
    devices += 1;
    return `02a17e77fe${devices.toString(16).padStart(6, '0')}`;
  };
  const unnamed = (devEui: string, overrides: Record<string, unknown> = {}) => {
    const uplink = chirpStackUplink(devEui, overrides, { model: 'acme/unheard-of' });
    uplink.deviceInfo.deviceProfileName = 'Acme bin';
    return uplink;
  };
  const labelsOf = async (devEui: string, container = ''): Promise<string[]> => {
    const from = `Clora-${devEui}`;
    const { pc } = await adapters.cse.send('GET', `/cse-in/lora-${devEui}${container}`, undefined, { from });
    return (pc['m2m:ae'] ?? pc['m2m:cnt']).lbl;
  };
  /** Address and content of the raw instance that was kept last. */
  const kept = async (devEui: string) => {
    const from = `Clora-${devEui}`;
    const { pc } = await adapters.cse.send('GET', `/cse-in/lora-${devEui}/raw/la`, undefined, { from });
    const { rn, con } = pc['m2m:cin'];
    return { resource: `cse-in/lora-${devEui}/raw/${rn}`, content: JSON.parse(con) };
  };
  const readAgain = async (body: unknown) => {
    const response = await adapters.post('/lorawan/read-again', body);
    return { status: response.status, body: await response.json() };
  };

  it('stays one, with the reason in both languages, while no codec knows its model', async () => {
    const devEui = newDevice();
    await adapters.post(up, unnamed(devEui));
    const { status, body } = await readAgain(await kept(devEui));
    assert.equal(status, 200);
    assert.equal(body.status, 'refused');
    assert.match(body.reason.fr, /aucun décodeur connu pour «\sacme\/unheard-of\s»/);
    assert.match(body.reason.en, /no codec is known for "acme\/unheard-of"/);
    assert.equal(await adapters.instances(devEui, 'measurements'), 0);
  });

  it('becomes a measurement of its own time once the model of the device has been named, and only once', async () => {
    const devEui = newDevice();
    const time = new Date(Date.now() - 3 * 3_600_000).toISOString();
    await adapters.post(up, unnamed(devEui, { time }));
    const raw = await kept(devEui);
    await adapters.post(up, chirpStackUplink(devEui, { fCnt: 8 }));
    const { body } = await readAgain(raw);
    assert.deepEqual(body, { status: 'stored', resource: raw.resource.replace('/raw/', '/measurements/') });
    assert.deepInclude(await adapters.newest(devEui, 'measurements'), {
      time,
      timeSource: 'network',
      model: 'dingtek/df702',
      fCnt: 7,
      depthMm: 1600,
      emptyMm: 100,
    });
    assert.equal((await readAgain(raw)).body.status, 'duplicate');
    assert.equal(await adapters.instances(devEui, 'measurements'), 2);
  });

  it('brings its device under the theme of the model that was named, so that flows hear of it', async () => {
    const devEui = newDevice();
    await adapters.post(up, unnamed(devEui));
    assert.sameMembers(await labelsOf(devEui, '/measurements'), ['demo:true', 'role:measurements']);
    await adapters.post(up, chirpStackUplink(devEui, { fCnt: 8 }));
    assert.sameMembers(await labelsOf(devEui), ['theme:waste', 'demo:true', 'model:dingtek/df702']);
    for (const role of ['descriptor', 'measurements', 'raw']) {
      assert.sameMembers(await labelsOf(devEui, `/${role}`), ['theme:waste', 'demo:true', `role:${role}`]);
    }
  });

  it('brings its device under the theme of a codec that has come since, although it has not spoken again', async () => {
    const devEui = newDevice();
    await adapters.post(up, unnamed(devEui));
    const raw = await kept(devEui);
    const { body } = await readAgain({ ...raw, content: { ...raw.content, model: 'dingtek/df702' } });
    assert.equal(body.status, 'stored');
    assert.include(await labelsOf(devEui, '/measurements'), 'theme:waste');
    assert.deepInclude(await adapters.newest(devEui, 'descriptor'), {
      name: 'Bac verre – Audun-le-Tiche',
      model: 'dingtek/df702',
      vendor: 'Dingtek',
    });
  });

  it('says what it is when the bytes hold no reading', async () => {
    const devEui = newDevice();
    const settings = '8000010319010418011E4B1E00000000000000000000000081';
    await adapters.post(up, unnamed(devEui, { data: Buffer.from(settings, 'hex').toString('base64') }));
    const raw = await kept(devEui);
    await adapters.post(up, chirpStackUplink(devEui, { fCnt: 8 }));
    assert.deepEqual((await readAgain(raw)).body, { status: 'nothing-measured' });
  });

  for (const [what, change] of [
    ['another address', { resource: 'cse-in/lora-02a17e77fe000001/measurements/u-1' }],
    ['an address out of the tree', { resource: 'cse-in/../lora-02a17e77fe000001/raw/u-1' }],
    ['bytes that are not hexadecimal', { content: { raw: 'zz' } }],
    ['no content', { content: undefined }],
  ] as const) {
    it(`is refused when it comes with ${what}`, async () => {
      const devEui = newDevice();
      await adapters.post(up, unnamed(devEui));
      const raw = await kept(devEui);
      const content = 'content' in change ? change.content && { ...raw.content, ...change.content } : raw.content;
      assert.equal((await readAgain({ ...raw, ...change, content })).status, 400);
    });
  }
});
