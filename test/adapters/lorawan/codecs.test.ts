import { readFileSync } from 'node:fs';
import { assert } from 'chai';
import fc from 'fast-check';
import { decode, UndecodablePayload } from '../../../adapters/lorawan/codecs/decode.ts';
import { codecOf, codecs } from '../../../adapters/lorawan/codecs/index.ts';
import { renamingOf } from './vendor-names.ts';

interface Vector {
  readonly id: string;
  readonly model: string;
  readonly description: string;
  readonly fPort: number;
  readonly payloadHex: string;
  readonly decoded: Record<string, unknown>;
}

const vectorsOf = (file: string): Vector[] =>
  JSON.parse(readFileSync(new URL(`../../../adapters/lorawan/vectors/${file}`, import.meta.url), 'utf8')).vectors;
const vectors = [...vectorsOf('the-things-network.json'), ...vectorsOf('chirpstack.json')];

/** Vectors of network-layer or refused frames: the maker's program prints a notice, there is no reading to compare. */
const notices: Record<string, string> = {
  'yobiiq:em2101:1': 'FPort 0 carries MAC commands, which a network server never forwards',
  'yobiiq:em4301:1': 'FPort 0 carries MAC commands, which a network server never forwards',
  'yobiiq:em4301:11': 'a port the meter does not use',
};

/** Values whose spelling differs by more than a name: ours, derived from what we decoded. */
const composed: Record<string, (values: Record<string, unknown>) => unknown> = {
  firmware: ({ firmwareMajor, firmwareMinor }) => `${firmwareMajor}.${firmwareMinor}`,
  hardware: ({ hardwareMajor, hardwareMinor }) => `${hardwareMajor}.${hardwareMinor}`,
  relay: ({ relayStatus, relayClosed }) => relayStatus ?? (relayClosed ? 'closed' : 'open'),
};

describe('LoRaWAN payload codecs', () => {
  for (const vector of vectors) {
    const refusal = notices[vector.id];
    if (refusal !== undefined) {
      it(`refuses ${vector.id}: ${refusal}`, () => {
        const codec = codecOf(vector.model);
        assert.isDefined(codec);
        assert.throws(() => decode(codec, Buffer.from(vector.payloadHex, 'hex'), vector.fPort), UndecodablePayload);
      });
      continue;
    }
    it(`decodes ${vector.id} (${vector.model}, ${vector.description}) to what its maker publishes`, () => {
      const codec = codecOf(vector.model);
      assert.isDefined(codec, `no codec is known as ${vector.model}`);
      const { values } = decode(codec, Buffer.from(vector.payloadHex, 'hex'), vector.fPort);
      const published = (vector.decoded.bytes as Record<string, unknown> | undefined) ?? vector.decoded;
      const renaming = renamingOf(vector.model);
      const failedReading = values.valid === false;
      for (const [name, value] of Object.entries(published)) {
        const rule = renaming[name];
        assert.isDefined(rule, `the maker's ${name} has no name of ours`);
        if (rule === undefined || rule === null) continue;
        const [ours, expected] = typeof rule === 'string' ? [rule, value] : [rule[0], rule[1](value)];
        // A maker that prints 0 for a reading it declares failed: we leave the reading out.
        if (failedReading && ours === 'distanceMm') {
          assert.notProperty(values, ours);
          continue;
        }
        const found = composed[ours]?.(values) ?? values[ours];
        if (typeof expected === 'number' && !Number.isInteger(expected)) {
          // Dingtek's program loses seven millionths of a degree (half a metre) while it rebuilds the float.
          const tolerance = ours === 'longitude' || ours === 'latitude' ? 1e-5 : 1e-9;
          assert.approximately(Number(found), expected, tolerance, name);
        } else {
          assert.strictEqual(found, expected, name);
        }
      }
    });
  }

  it('has at least one published vector for every codec', () => {
    const covered = new Set(vectors.map((vector) => codecOf(vector.model)?.model));
    assert.deepEqual(
      codecs.map((codec) => codec.model).filter((model) => !covered.has(model)),
      [],
    );
  });

  it('knows a model by any spelling a network server uses', () => {
    for (const name of ['dingtek/df702', 'Dingtek DF702', 'DF-702', 'dingtek_df702']) {
      assert.equal(codecOf(name)?.model, 'dingtek/df702', name);
    }
    assert.isUndefined(codecOf('acme/unheard-of'));
  });

  for (const [what, { model, payload, fPort, reason }] of Object.entries({
    'an empty payload': { model: 'dingtek/df702', payload: '', fPort: 3, reason: 'unknown-layout' },
    'a truncated frame': { model: 'terabee/lora-lm-xl', payload: '05DC00', fPort: 1, reason: 'unknown-layout' },
    'a truncated item': {
      model: 'milesight-iot/em400-mud',
      payload: '017564036701',
      fPort: 85,
      reason: 'payload-too-short',
    },
    'an item of no known length': {
      model: 'milesight-iot/em400-mud',
      payload: '0175649999',
      fPort: 85,
      reason: 'unknown-item',
    },
    'a group that is announced but missing': {
      model: 'decentlab/dl-mbx',
      payload: '02012F000304D2',
      fPort: 1,
      reason: 'payload-too-short',
    },
    'a port the device does not use': {
      model: 'dingtek/df702',
      payload: '800001011107D000190000000000000081',
      fPort: 200,
      reason: 'unknown-layout',
    },
    'a frame without its end mark': {
      model: 'dingtek/df702',
      payload: '800001011107D000190000000000000000',
      fPort: 3,
      reason: 'unknown-layout',
    },
  })) {
    it(`refuses ${what}, and says why`, () => {
      const codec = codecOf(model);
      assert.isDefined(codec);
      try {
        decode(codec, Buffer.from(payload, 'hex'), fPort);
        assert.fail('it was decoded');
      } catch (error) {
        assert.instanceOf(error, UndecodablePayload);
        assert.equal(error.reason, reason);
        assert.isAbove(error.told.fr.length, 20);
        assert.isAbove(error.told.en.length, 20);
      }
    });
  }

  it('refuse, and never fail otherwise, whatever the bytes and the port', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...codecs),
        fc.uint8Array({ maxLength: 242 }),
        fc.option(fc.integer({ min: 0, max: 255 }), { nil: undefined }),
        (codec, bytes, fPort) => {
          try {
            const { values } = decode(codec, Buffer.from(bytes), fPort);
            assert.deepEqual(JSON.parse(JSON.stringify(values)), values, 'a value that JSON cannot carry');
          } catch (error) {
            if (!(error instanceof UndecodablePayload)) throw error;
          }
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it('are all listed in the guide for vendors', () => {
    const guide = readFileSync(new URL('../../../docs/vendors/lorawan.md', import.meta.url), 'utf8');
    const listed = [...guide.matchAll(/^\| `([a-z0-9-]+\/[a-z0-9-]+)` \|/gm)].map(([, model]) => model ?? '');
    assert.sameMembers(
      listed.filter((model) => codecOf(model)),
      codecs.map(({ model }) => model),
    );
  });
});
