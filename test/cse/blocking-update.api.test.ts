import { expect } from 'chai';
import type { JsonObject } from '#cse';
import { until } from '../support/wait.ts';
import { startCse, startSubscriber, type TestCse } from './support.ts';

describe('a blocking subscription (TS-0004 §7.4.8.2.1, §7.5.1.2.19)', () => {
  let cse: TestCse;
  let count = 0;
  /** What the target says; undefined: nothing. */
  let verdict: number | undefined = 200;
  let asked: JsonObject[] = [];
  let release: () => void = () => {};
  let target: Awaited<ReturnType<typeof startSubscriber>>;

  before(async () => {
    cse = await startCse();
    target = await startSubscriber(async (_request, content) => {
      asked.push(content);
      if (verdict === undefined) await new Promise<void>((resolve) => (release = resolve));
      return verdict ?? 200;
    });
    await cse.ae('Cae', { poa: [target.url] });
    await cse.ae('Cother', { poa: [target.url] });
  });
  after(async () => {
    await target[Symbol.asyncDispose]();
    await cse[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    verdict = 200;
    asked = [];
  });

  const container = async (): Promise<string> => {
    count += 1;
    await cse.create('/cse-in/ae', 3, { 'm2m:cnt': { rn: `c${count}` } }, { from: 'Cae' });
    return `/cse-in/ae/c${count}`;
  };
  const block = (path: string, attributes: JsonObject = {}) =>
    cse.create(path, 23, { 'm2m:sub': { nu: ['Cae'], enc: { net: [7] }, ...attributes } }, { from: 'Cae' });
  const update = (path: string, attributes: JsonObject) => cse.send('PUT', path, { 'm2m:cnt': attributes });

  it('has its target agree first, and shows it what is to be changed', async () => {
    const path = await container();
    const { pc } = await block(path);
    expect(pc['m2m:sub'].nct).to.equal(2);
    expect((await update(path, { mni: 5 })).rsc).to.equal(2004);
    expect(asked).to.deep.equal([
      { 'm2m:sgn': { nev: { net: 7, rep: { 'm2m:cnt': { mni: 5 } } }, sur: `/id-in/${pc['m2m:sub'].ri}` } },
    ]);
  });

  it('lets nothing change when the target says no (4127) or is not there (5107)', async () => {
    const path = await container();
    await block(path);
    for (const [status, rsc] of [
      [405, 4127],
      [404, 4127],
      [504, 4127],
    ] as const) {
      verdict = status;
      expect((await update(path, { mni: 5 })).rsc).to.equal(rsc);
    }
    await cse.send('PUT', '/cse-in/ae', { 'm2m:ae': { poa: ['http://127.0.0.1:1/'] } }, { from: 'Cae' });
    expect((await update(path, { mni: 5 })).rsc).to.equal(5107);
    await cse.send('PUT', '/cse-in/ae', { 'm2m:ae': { poa: [target.url] } }, { from: 'Cae' });
    expect((await cse.send('GET', path)).pc['m2m:cnt']).not.to.have.property('mni');
  });

  it('asks about the attributes it names only', async () => {
    const path = await container();
    await block(path, { enc: { net: [7], atr: ['lbl'] } });
    await update(path, { mni: 5 });
    expect(asked).to.have.lengthOf(0);
    await update(path, { lbl: ['a'] });
    expect(asked).to.have.lengthOf(1);
  });

  it('is not asked about what is refused anyway', async () => {
    const path = await container();
    await block(path);
    expect((await update(path, { mni: -1 })).rsc).to.equal(4000);
    expect((await cse.send('PUT', path, { 'm2m:cnt': { mni: 1 } }, { from: 'Cother' })).rsc).to.equal(4103);
    expect(asked).to.have.lengthOf(0);
  });

  it('holds other UPDATEs and a DELETE of the resource until it has its answer', async () => {
    const path = await container();
    await block(path);
    verdict = undefined;
    const done: string[] = [];
    const first = update(path, { mni: 1 }).then(() => done.push('first'));
    await until(() => asked.length === 1);
    verdict = 200;
    const second = update(path, { mni: 2 }).then(() => done.push('second'));
    const removed = cse.send('DELETE', path).then(() => done.push('removed'));
    expect((await cse.send('GET', path)).rsc, 'a RETRIEVE is not held').to.equal(2000);
    expect(done).to.deep.equal([]);
    release();
    await Promise.all([first, second, removed]);
    expect(done[0]).to.equal('first');
    expect((await cse.send('GET', path)).rsc).to.equal(4004);
  });

  it('is the only one of its resource (4124)', async () => {
    const path = await container();
    expect((await block(path)).rsc).to.equal(2001);
    expect((await block(path)).rsc).to.equal(4124);
  });

  it('needs a target that may UPDATE the resource (TS-0001 §10.2.10.2)', async () => {
    const pv = { acr: [{ acor: ['Cae'], acop: 63 }] };
    await cse.create('/cse-in/other', 1, { 'm2m:acp': { rn: 'p', pv, pvs: pv } }, { from: 'Cother' });
    await cse.send('PUT', '/cse-in/other', { 'm2m:ae': { acpi: ['cse-in/other/p'] } }, { from: 'Cother' });
    expect((await block(await container(), { nu: ['Cother'] })).rsc).to.equal(4103);
  });

  const refused: Readonly<Record<string, JsonObject>> = {
    'two targets': { nu: ['Cae', 'Cother'] },
    'a URL as target': { nu: ['http://127.0.0.1:1/'] },
    'another event type': { enc: { net: [7, 1] } },
    'a condition': { enc: { net: [7], stb: 1 } },
    'a content type': { nct: 2 },
    'a batch': { bn: { num: 2 } },
    'an expiration counter': { exc: 2 },
    'a subscriber to be told of its end': { su: 'Cae' },
  };
  for (const [what, attributes] of Object.entries(refused)) {
    it(`refuses ${what}`, async () => {
      const { rsc, dbg } = await block(await container(), attributes);
      expect(rsc, dbg).to.equal(4000);
    });
  }

  it('is not made by an UPDATE, and gets no policy by one', async () => {
    const path = await container();
    const plain = { 'm2m:sub': { rn: 'plain', nu: ['Cae'] } };
    await cse.create(path, 23, plain, { from: 'Cae' });
    const change = (name: string, attributes: JsonObject) =>
      cse.send('PUT', `${path}/${name}`, { 'm2m:sub': attributes }, { from: 'Cae' });
    expect((await change('plain', { enc: { net: [7] } })).rsc).to.equal(4000);
    await block(path, { rn: 'blocking' });
    expect((await change('blocking', { rl: { mnn: 1, tww: 'PT1S' } })).rsc).to.equal(4000);
    expect((await change('blocking', { lbl: ['x'] })).rsc).to.equal(2004);
  });
});
