import { expect } from 'chai';
import type { JsonObject } from '#cse';
import type { Client } from '#cse/client';
import { type Format, serializations } from '../../../cse/serialization/index.ts';
import { type Doors, openDoors } from './doors.ts';

const formats = Object.keys(serializations) as Format[];
const bindings = ['http', 'mqtt', 'coap', 'ws'] as const;

/** A subscription uses most data types: numbers, truth values, lists, lists of numbers, structures, durations. */
const subscription: JsonObject = {
  nu: ['http://127.0.0.1:9/nobody'],
  enc: { net: [1, 3], chty: [4], atr: ['lbl', 'mni'] },
  bn: { num: 3, dur: 'PT10S' },
  ln: true,
  nct: 1,
  exc: 7,
};

describe('four bindings, three serializations (TS-0008, TS-0009, TS-0010, TS-0020; TS-0004 §8)', () => {
  let doors: Doors;

  before(async () => {
    doors = await openDoors();
    await doors.test.ae('Cdevice');
    await doors.test.create('/cse-in/device', 3, { 'm2m:cnt': { rn: 'data' } }, { from: 'Cdevice' });
  });

  after(() => doors[Symbol.asyncDispose]());

  for (const binding of bindings) {
    for (const format of formats) {
      describe(`${binding} with ${format}`, () => {
        let client: Client;
        const rn = `${binding}-${format}`;

        before(async () => {
          client = await doors.client(binding, 'Cdevice', { format });
        });

        it('creates, retrieves, updates, discovers and deletes', async () => {
          await client.create('cse-in/device', 3, rn, { lbl: ['é', `made:${rn}`], mni: 5 });
          expect(await client.retrieve(`cse-in/device/${rn}`)).to.deep.include({
            rn,
            lbl: ['é', `made:${rn}`],
            mni: 5,
            cni: 0,
          });
          await client.update(`cse-in/device/${rn}`, 3, { mni: null, lbl: [`made:${rn}`] });
          expect(await client.retrieve(`cse-in/device/${rn}`)).not.to.have.property('mni');
          await client.create(`cse-in/device/${rn}`, 4, undefined, { con: '<a> & "b" 21,5 °C 🌡' });
          expect(await client.retrieve(`cse-in/device/${rn}/la`)).to.include({ con: '<a> & "b" 21,5 °C 🌡', st: 2 });
          expect(await client.discover('cse-in/device', { lbl: [`made:${rn}`] })).to.deep.equal([
            `cse-in/device/${rn}`,
          ]);
          await client.delete(`cse-in/device/${rn}`);
          const gone = await client.retrieve(`cse-in/device/${rn}`).catch((error: { rsc: number }) => error.rsc);
          expect(gone).to.equal(4004);
        });

        it('loses nothing of what another serialization reads', async () => {
          await client.create('cse-in/device/data', 23, rn, subscription);
          const { pc } = await doors.test.send('GET', `/cse-in/device/data/${rn}`);
          expect(pc['m2m:sub']).to.deep.include(subscription);
          expect(await client.retrieve(`cse-in/device/data/${rn}`)).to.deep.equal(pc['m2m:sub']);
        });

        it('is told what was wrong', async () => {
          const refusal: unknown = await client
            .create('cse-in/device', 3, 'refused', { nonsense: 1 })
            .catch((error: unknown) => error);
          expect(refusal).to.include({ rsc: 4000 });
          expect(String(refusal)).to.include('nonsense');
        });
      });
    }
  }
});
