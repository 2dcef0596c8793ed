import { readFileSync } from 'node:fs';
import { assert } from 'chai';
import fc from 'fast-check';
import { Refusal } from '#platform';
import { readChirpStack } from '../../../adapters/lorawan/chirpstack.ts';
import type { Message, Passed } from '../../../adapters/lorawan/message.ts';
import { readingTime } from '../../../adapters/lorawan/reading-time.ts';
import { readTheThingsStack } from '../../../adapters/lorawan/the-things-stack.ts';

interface Documented {
  readonly event: string;
  readonly message: Record<string, unknown>;
}

const documented = (file: string): Documented[] =>
  JSON.parse(readFileSync(new URL(`../../../adapters/lorawan/vectors/${file}`, import.meta.url), 'utf8')).events;
const theThingsStack = documented('the-things-stack-v3-events.json');
const chirpStack = documented('chirpstack-v4-events.json');
const eventOf = (events: Documented[], name: string): Record<string, unknown> => {
  const found = events.find(({ event }) => event === name)?.message;
  assert.isDefined(found, name);
  return structuredClone(found);
};

/** The refusal that `attempt` ends with. */
function refusalOf(attempt: () => unknown): Refusal {
  try {
    attempt();
  } catch (error) {
    assert.instanceOf(error, Refusal);
    return error;
  }
  throw new Error('it was accepted');
}

describe('messages of The Things Stack v3', () => {
  it('reads the uplink of its documentation', () => {
    const message = readTheThingsStack(eventOf(theThingsStack, 'uplink'), 'tts');
    assert.deepInclude(message, {
      event: 'up',
      server: 'the-things-stack',
      integration: 'tts',
      fCnt: 1,
      receivedAt: '2020-02-12T15:15:45.789585559Z',
      identity: '0004a30b001c0530:AXA50tHUGUucuzS/bCGMNw==:1',
      payload: Buffer.from('8241de', 'hex'),
      radio: { rssi: -35, snr: 5, sf: 7, gateway: 'gtw1', gateways: 1 },
    });
    assert.deepInclude((message as Message).device, {
      devEui: '0004a30b001c0530',
      name: 'dev1',
      modelNames: ['the-things-products/the-things-uno'],
      position: { latitude: 37.97155556731436, longitude: 23.72678801175413 },
    });
  });

  it('takes counters and ports that are left out as zero', () => {
    const uplink = eventOf(theThingsStack, 'uplink');
    delete (uplink.uplink_message as Record<string, unknown>).f_cnt;
    assert.deepInclude(readTheThingsStack(uplink, 'tts'), { fCnt: 0 });
  });

  it('tells joins from uplinks, and passes over what says nothing about the device', () => {
    const read = theThingsStack.map(({ event, message }): [string, (Message | Passed)['event']] => [
      event,
      readTheThingsStack(message, 'tts').event,
    ]);
    assert.deepEqual(Object.fromEntries(read), {
      'join-accept': 'join',
      uplink: 'up',
      'downlink-ack': 'passed',
      'downlink-failed': 'passed',
      'downlink-queue-push': 'passed',
    });
  });
});

describe('events of ChirpStack v4', () => {
  it('reads the uplink of its documentation', () => {
    const message = readChirpStack(eventOf(chirpStack, 'up'), 'up', 'cs');
    assert.deepInclude(message, {
      event: 'up',
      server: 'chirpstack',
      fPort: 1,
      fCnt: 0,
      identity: '0101010101010101:3ac7e3c4-4401-4b8d-9386-a5c902f9202d',
      payload: Buffer.from('aa', 'hex'),
      radio: { rssi: -36, snr: 10.5, sf: 11, gateway: '0016c001f153a14c', gateways: 1 },
    });
    assert.deepInclude((message as Message).device, {
      devEui: '0101010101010101',
      name: 'Test device',
      modelNames: ['Test device-profile'],
      tags: { key: 'value' },
    });
  });

  it('reads battery and margin of a status', () => {
    const status = readChirpStack(eventOf(chirpStack, 'status'), 'status', 'cs');
    assert.deepInclude(status, { event: 'status', batteryPercent: 88.3, marginDb: 10 });
  });

  it('tells its events apart', () => {
    const read = chirpStack.map(({ event, message }): [string, string] => [
      event,
      readChirpStack(message, event, 'cs').event,
    ]);
    assert.deepEqual(Object.fromEntries(read), {
      up: 'up',
      status: 'status',
      join: 'join',
      ack: 'passed',
      txack: 'passed',
      log: 'passed',
      location: 'passed',
      integration: 'passed',
    });
  });

  it('takes model, position and depth from tags before anything else', () => {
    const up = eventOf(chirpStack, 'up');
    Object.assign(up.deviceInfo as object, { tags: { model: 'dingtek/df702', latitude: '49.47', longitude: '5.95' } });
    const { device } = readChirpStack(up, 'up', 'cs') as Message;
    assert.deepEqual(device.modelNames, ['dingtek/df702', 'Test device-profile']);
    assert.deepEqual(device.position, { latitude: 49.47, longitude: 5.95 });
  });
});

describe('envelopes that are not as they should be', () => {
  const uplink = () => eventOf(theThingsStack, 'uplink');
  const up = () => eventOf(chirpStack, 'up');
  const refused: Record<string, [attempt: () => unknown, code: string, says: RegExp]> = {
    'a list': [() => readTheThingsStack([], 'tts'), 'bad-envelope', /must be object/],
    'no identifiers': [() => readTheThingsStack({ uplink_message: {} }, 'tts'), 'bad-envelope', /end_device_ids/],
    'a DevEUI of seven bytes': [
      () => readTheThingsStack({ ...uplink(), end_device_ids: { device_id: 'd', dev_eui: '0004A30B001C05' } }, 'tts'),
      'bad-envelope',
      /end_device_ids\.dev_eui/,
    ],
    'a counter that is not a number': [
      () => readTheThingsStack({ ...uplink(), uplink_message: { f_cnt: 'many' } }, 'tts'),
      'bad-envelope',
      /uplink_message\.f_cnt must be integer/,
    ],
    'a payload that is not Base64': [
      () => readTheThingsStack({ ...uplink(), uplink_message: { frm_payload: '§§' } }, 'tts'),
      'bad-payload',
      /Base64/,
    ],
    'a payload longer than LoRaWAN carries': [
      () => readChirpStack({ ...up(), data: 'A'.repeat(1000) }, 'up', 'cs'),
      'bad-envelope',
      /data/,
    ],
    'no time': [() => readChirpStack({ ...up(), time: undefined }, 'up', 'cs'), 'bad-envelope', /time/],
    'an unknown event': [() => readChirpStack(up(), 'explode', 'cs'), 'unknown-event', /explode.*expected up/],
    'no event': [() => readChirpStack(up(), '', 'cs'), 'unknown-event', /expected up/],
  };
  for (const [what, [attempt, code, says]] of Object.entries(refused)) {
    it(`are refused with the reason: ${what}`, () => {
      const refusal = refusalOf(attempt);
      assert.equal(refusal.code, code);
      assert.equal(refusal.status, 400);
      assert.match(refusal.message, says);
    });
  }
});

describe('anything that is JSON', () => {
  const onlyRefusals = (read: (value: unknown) => unknown) =>
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (value, member) => {
        for (const candidate of [
          value,
          { ...eventOf(theThingsStack, 'uplink'), uplink_message: member },
          { ...eventOf(chirpStack, 'up'), deviceInfo: member },
        ]) {
          try {
            read(candidate);
          } catch (error) {
            if (!(error instanceof Refusal)) throw error;
          }
        }
      }),
    );

  it('is read or refused by both readers', () => {
    onlyRefusals((value) => readTheThingsStack(value, 'tts'));
    for (const event of ['up', 'join', 'status', '']) onlyRefusals((value) => readChirpStack(value, event, 'cs'));
  });
});

describe('the time of a reading', () => {
  const now = new Date('2026-03-01T12:00:00.000Z');
  const networkTime = '2026-03-01T11:59:58.123456789+00:00';
  const seconds = (time: string) => Date.parse(time) / 1000;

  it('is the reception by the network when the device says nothing', () => {
    assert.deepEqual(readingTime(networkTime, undefined, now), {
      time: '2026-03-01T11:59:58.123Z',
      timeSource: 'network',
    });
  });

  it('is the device’s own when it is plausible', () => {
    assert.deepEqual(readingTime(networkTime, seconds('2026-03-01T11:45:00Z'), now), {
      time: '2026-03-01T11:45:00.000Z',
      timeSource: 'device',
    });
  });

  for (const [claimed, reason] of [
    ['2036-01-01T00:00:00.000Z', 'ahead'],
    ['2026-03-01T12:10:00.000Z', 'ahead'],
    ['1970-01-01T00:01:00.000Z', 'behind'],
    ['2026-02-01T00:00:00.000Z', 'behind'],
  ] as const) {
    it(`is the network’s, and flagged, when the device claims ${claimed}`, () => {
      assert.deepEqual(readingTime(networkTime, seconds(claimed), now), {
        time: '2026-03-01T11:59:58.123Z',
        timeSource: 'network',
        clock: { by: 'device', claimed, reason },
      });
    });
  }

  it('keeps what a network server queued while it was cut off', () => {
    assert.include(readingTime('2026-02-20T08:00:00Z', undefined, now), { timeSource: 'network' });
  });

  for (const [claimed, reason] of [
    ['2031-03-01T12:00:00Z', 'ahead'],
    ['2019-03-01T12:00:00Z', 'behind'],
    ['yesterday', 'unreadable'],
    ['', 'unreadable'],
  ] as const) {
    it(`is ours, and flagged, when the network claims "${claimed}"`, () => {
      assert.deepEqual(readingTime(claimed, undefined, now), {
        time: now.toISOString(),
        timeSource: 'platform',
        clock: { by: 'network', claimed, reason },
      });
    });
  }
});
