import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'cbor-x';
import { expect } from 'chai';
import type { JsonObject } from '#cse';
import { until } from '../support/wait.ts';
import { network } from './network.ts';
import { type Answer, startCse, startSubscriber, type TestCse } from './support.ts';

const definitionOf = (element: string): string =>
  ({
    'cod:binSh': 'org.onem2m.common.moduleclass.binarySwitch',
    'cod:lock': 'org.onem2m.common.moduleclass.lock',
    'cod:tempe': 'org.onem2m.common.moduleclass.temperature',
    'cod:clock': 'org.onem2m.common.moduleclass.clock',
    'cod:airFw': 'org.onem2m.common.moduleclass.airFlow',
    'cod:bat': 'org.onem2m.common.moduleclass.battery',
    'cid:deOLp': 'org.onem2m.city.device.deviceOutdoorLamp',
    'm2m:ajsw': 'org.onem2m.svcObjWrapper',
    'm2m:ajap': 'org.onem2m.allJoynApp',
  })[element] ?? '';

describe('a flexContainer', () => {
  let cse: TestCse;

  before(async () => {
    cse = await startCse();
    await cse.ae('Cflex');
    await cse.create('/cse-in', 3, { 'm2m:cnt': { rn: 'box' } });
  });

  after(() => cse[Symbol.asyncDispose]());

  const create = (element: string, attributes: JsonObject, path = '/cse-in/box'): Promise<Answer> =>
    cse.create(path, 28, { [element]: { cnd: definitionOf(element), ...attributes } });
  const shown = async (path: string): Promise<JsonObject> =>
    Object.values((await cse.send('GET', path)).pc)[0] as JsonObject;

  it('is created as its specialization, with an element and attributes of its own (TS-0004 §7.4.37.2.1)', async () => {
    const { rsc, pc } = await create('cod:lock', { rn: 'door', lock: true });
    expect(rsc).to.equal(2001);
    expect(pc['cod:lock']).to.include({ ty: 28, lock: true, st: 0, cs: 4, cnd: definitionOf('cod:lock') });
    expect(pc['cod:lock']).to.not.have.any.keys('cni', 'cbs', 'fcied');
    const found = await cse.send('GET', '/cse-in/box?fu=1&ty=28');
    expect(found.pc['m2m:uril']).to.include('cse-in/box/door');
    expect((await cse.send('GET', '/cse-in/box/door?atrl=lock')).pc['cod:lock']).to.deep.equal({ lock: true });
  });

  it('has the sum of the bytes of its custom attributes as contentSize (TS-0004 §7.4.37.2.1, §7.4.37.2.3)', async () => {
    const { pc } = await create('cod:tempe', { rn: 'size', curT0: 17.5, unit: 7 });
    expect(pc['cod:tempe'].cs).to.equal('17.57'.length);
    const updated = await cse.send('PUT', '/cse-in/box/size', { 'cod:tempe': { curT0: 100.25, unit: null } });
    expect(updated.pc['cod:tempe']).to.include({ cs: '100.25'.length, st: 1 });
  });

  it('raises its stateTag when a custom attribute changes, and only then (TS-0001 §9.6.35)', async () => {
    await create('cod:binSh', { rn: 'tag', state: false });
    await cse.send('PUT', '/cse-in/box/tag', { 'cod:binSh': { lbl: ['a'] } });
    expect(await shown('/cse-in/box/tag')).to.include({ st: 0 });
    await cse.send('PUT', '/cse-in/box/tag', { 'cod:binSh': { state: true } });
    expect(await shown('/cse-in/box/tag')).to.include({ st: 1, state: true });
  });

  it('is the same in CBOR, numbers and lists included', async () => {
    const sent = encode({
      'cod:airFw': { cnd: definitionOf('cod:airFw'), rn: 'cbor', speed: 3, suVDn: [1, 'up', 2.5] },
    });
    const created = await cse.create(
      '/cse-in/box',
      28,
      {},
      {
        raw: new Uint8Array(sent),
        type: 'application/cbor;ty=28',
        headers: { Accept: 'application/json' },
      },
    );
    expect(created.rsc, created.dbg).to.equal(2001);
    const kept = await shown('/cse-in/box/cbor');
    expect(kept).to.deep.include({ speed: 3, suVDn: [1, 'up', 2.5], cs: 1 + '[1,"up",2.5]'.length });
  });

  it('is found by its contentSize and stateTag (TS-0001 §8.1.2)', async () => {
    await create('cod:tempe', { rn: 'found', curT0: 12345.678901 });
    const search = async (query: string): Promise<string[]> =>
      (await cse.send('GET', `/cse-in/box?fu=1&ty=28&${query}`)).pc['m2m:uril'];
    expect(await search('sza=12&szb=13')).to.deep.equal(['cse-in/box/found']);
    expect(await search('sza=12&szb=13&stb=1')).to.deep.equal([]);
  });

  it('notifies its subscribers of the attributes that changed (TS-0004 §7.5.1.2.2)', async () => {
    await using subscriber = await startSubscriber();
    await create('cod:binSh', { rn: 'watched', state: false });
    const enc = { net: [1], atr: ['state'] };
    await cse.create('/cse-in/box/watched', 23, { 'm2m:sub': { nu: [subscriber.url], nct: 2, enc } });
    await cse.send('PUT', '/cse-in/box/watched', { 'cod:binSh': { lbl: ['a'] } });
    await cse.send('PUT', '/cse-in/box/watched', { 'cod:binSh': { state: true } });
    await until(() => subscriber.heard.length > 0);
    const { lt, ...modified } = (subscriber.heard[0] as never as { 'm2m:sgn': { nev: { rep: JsonObject } } })['m2m:sgn']
      .nev.rep['cod:binSh'] as JsonObject;
    expect(lt).to.be.a('string');
    expect(modified).to.deep.equal({ state: true, st: 1, cs: 4 });
  });

  const refused: Record<string, { element?: string; content: JsonObject; rsc: number; says: string }> = {
    'a containerDefinition nobody knows': {
      content: { cnd: 'org.example.unknown', lock: true },
      rsc: 4125,
      says: 'org.example.unknown',
    },
    'the element of another containerDefinition': {
      content: { cnd: definitionOf('cod:binSh'), lock: true },
      rsc: 4000,
      says: 'cod:binSh',
    },
    'an element nobody knows with a known containerDefinition': {
      element: 'cod:unknown',
      content: { cnd: definitionOf('cod:lock'), lock: true },
      rsc: 4000,
      says: 'cod:lock',
    },
    'no containerDefinition': { content: { lock: true }, rsc: 4000, says: 'cnd' },
    'a containerDefinition that is no text': { content: { cnd: 5, lock: true }, rsc: 4000, says: 'cnd' },
    'an attribute of another specialization': {
      content: { cnd: definitionOf('cod:lock'), lock: true, state: true },
      rsc: 4000,
      says: '"state" is not an attribute of <lock>',
    },
    'a custom attribute of the wrong type': {
      content: { cnd: definitionOf('cod:lock'), lock: 'yes' },
      rsc: 4000,
      says: 'lock (lock): true or false is expected',
    },
    'a missing mandatory custom attribute': { content: { cnd: definitionOf('cod:lock') }, rsc: 4000, says: 'lock' },
    'null for a custom attribute': { content: { cnd: definitionOf('cod:lock'), lock: null }, rsc: 4000, says: 'null' },
    'a contentSize': { content: { cnd: definitionOf('cod:lock'), lock: true, cs: 1 }, rsc: 4000, says: 'cs' },
    'a stateTag': { content: { cnd: definitionOf('cod:lock'), lock: true, st: 1 }, rsc: 4000, says: 'st' },
    'a list with null in it': {
      element: 'cod:airFw',
      content: { cnd: definitionOf('cod:airFw'), speed: 1, suVDn: [1, null] },
      rsc: 4000,
      says: 'suVDn',
    },
    'a list of more values than fit': {
      element: 'cod:airFw',
      content: { cnd: definitionOf('cod:airFw'), speed: 1, suVDn: Array.from({ length: 1001 }, () => 1) },
      rsc: 4000,
      says: 'suVDn',
    },
    'a time that is none': {
      element: 'cod:clock',
      content: { cnd: definitionOf('cod:clock'), curTe: '25:00:00', curDe: '2026-03-01' },
      rsc: 4000,
      says: 'curTe (currentTime)',
    },
    'a date that is none': {
      element: 'cod:clock',
      content: { cnd: definitionOf('cod:clock'), curTe: '12:00:00', curDe: '2026-13-01' },
      rsc: 4000,
      says: 'curDe (currentDate)',
    },
  };
  for (const [what, { element = 'cod:lock', content, rsc, says }] of Object.entries(refused)) {
    it(`is refused with ${what}, and nothing is stored (TS-0004 §7.4.37.2.1)`, async () => {
      const answer = await cse.create('/cse-in/box', 28, { [element]: { rn: 'refused', ...content } });
      expect(answer.rsc, answer.dbg).to.equal(rsc);
      expect(answer.dbg).to.contain(says);
      expect((await cse.send('GET', '/cse-in/box/refused')).rsc).to.equal(4004);
    });
  }

  it('is refused an UPDATE of its definition, of unknown attributes and of mandatory ones to null (TS-0004 §7.4.37.2.3)', async () => {
    await create('cod:lock', { rn: 'fixed', lock: true });
    const updates: [JsonObject, string][] = [
      [{ 'cod:lock': { cnd: definitionOf('cod:binSh') } }, 'cnd'],
      [{ 'cod:lock': { state: true } }, '"state"'],
      [{ 'cod:lock': { lock: null } }, 'mandatory'],
      [{ 'cod:lock': { lock: 1 } }, 'true or false'],
      [{ 'cod:binSh': { state: true } }, 'cod:lock'],
      [{ 'm2m:fcnt': { lock: false } }, 'cod:lock'],
    ];
    for (const [content, says] of updates) {
      const answer = await cse.send('PUT', '/cse-in/box/fixed', content);
      expect(answer.rsc, JSON.stringify(content)).to.equal(4000);
      expect(answer.dbg).to.contain(says);
    }
    expect(await shown('/cse-in/box/fixed')).to.include({ lock: true, st: 0 });
  });

  it('holds the specializations its model names, and no other (TS-0023, TS-0001 §9.6.1.2.2)', async () => {
    await create('cid:deOLp', { rn: 'lamp' }, '/cse-in/flex');
    expect((await create('cod:binSh', { rn: 'switch', state: true }, '/cse-in/flex/lamp')).rsc).to.equal(2001);
    const refusal = await create('cod:lock', { rn: 'lock', lock: true }, '/cse-in/flex/lamp');
    expect(refusal.rsc).to.equal(4108);
    expect(refusal.dbg).to.contain('<deviceOutdoorLamp> cannot have a <lock> child');
    expect((await cse.create('/cse-in/flex/lamp', 3, { 'm2m:cnt': { rn: 'any' } })).rsc).to.equal(2001);
    const nested = await cse.send('GET', '/cse-in/flex/lamp?rcn=4');
    expect(nested.pc['cid:deOLp']['cod:binSh'][0]).to.include({ rn: 'switch', state: true });
  });

  it('of AllJoyn interworking stands where its parent is (TS-0004 Annex J, TS-0001 §9.6.1.2.2.2)', async () => {
    expect((await create('m2m:ajsw', { rn: 'wrapper' })).rsc, 'under a container').to.equal(4108);
    expect((await create('m2m:ajsw', { rn: 'wrapper' }, '/cse-in/flex')).rsc).to.equal(2001);
    expect((await create('m2m:ajap', { rn: 'app', dir: 1 }, '/cse-in/flex')).rsc).to.equal(4108);
    expect((await create('m2m:ajap', { rn: 'app', dir: 3 }, '/cse-in/flex/wrapper')).rsc).to.equal(4000);
    expect((await create('m2m:ajap', { rn: 'app', dir: 1 }, '/cse-in/flex/wrapper')).rsc).to.equal(2001);
    expect((await cse.send('PUT', '/cse-in/flex/wrapper/app', { 'm2m:ajap': { dir: 2 } })).rsc).to.equal(4000);
  });

  describe('with instances (flexContainerInstance, release 4)', () => {
    const instances = async (rn: string): Promise<JsonObject[]> =>
      ((await cse.send('GET', `/cse-in/box/${rn}?rcn=8&ty=58`)).pc['cod:tempe']?.['cod:tempe'] ?? []) as JsonObject[];
    const measure = (rn: string, curT0: number) =>
      cse.send('PUT', `/cse-in/box/${rn}`, { 'cod:tempe': { curT0 } }, { from: 'CAdmin' });

    it('keeps what it held after each change of a custom attribute, as la and ol', async () => {
      const { pc } = await create('cod:tempe', { rn: 'history', curT0: 1, fcied: true, lbl: ['x'] });
      expect(pc['cod:tempe']).to.include({ st: 0, cni: 1, cbs: 1 });
      const updated = await measure('history', 22);
      expect(updated.pc['cod:tempe']).to.include({ st: 1, cni: 2, cbs: 3, curT0: 22 });
      await cse.send('PUT', '/cse-in/box/history', { 'cod:tempe': { lbl: ['y'] } });
      expect((await instances('history')).map(({ curT0 }) => curT0)).to.deep.equal([1, 22]);
      const latest = await cse.send('GET', '/cse-in/box/history/la');
      expect(latest.pc['cod:tempe']).to.include({ ty: 58, curT0: 22, cs: 2, org: 'CAdmin' });
      expect(latest.pc['cod:tempe'].lbl).to.deep.equal(['x']);
      expect(latest.pc['cod:tempe']).to.not.have.any.keys('cnd', 'st', 'fcied');
      expect((await cse.send('GET', '/cse-in/box/history/ol')).pc['cod:tempe'].curT0).to.equal(1);
      const ri = latest.pc['cod:tempe'].ri;
      expect((await cse.send('GET', `/${ri}`)).pc['cod:tempe'].curT0).to.equal(22);
    });

    it('tells subscribers that an instance was created', async () => {
      await using subscriber = await startSubscriber();
      await create('cod:tempe', { rn: 'told', curT0: 1, fcied: true });
      await cse.create('/cse-in/box/told', 23, { 'm2m:sub': { nu: [subscriber.url], enc: { net: [3], chty: [58] } } });
      await measure('told', 7);
      await until(() => subscriber.heard.length > 0);
      const { nev } = (subscriber.heard[0] as never as { 'm2m:sgn': { nev: { rep: JsonObject } } })['m2m:sgn'];
      expect(nev.rep['cod:tempe']).to.include({ ty: 58, curT0: 7 });
    });

    it('forgets the oldest above mni and mbs, and lets them expire after mia', async () => {
      await create('cod:tempe', { rn: 'limited', curT0: 1, fcied: true, mni: 2, mia: 60 });
      for (const value of [2, 3, 4]) await measure('limited', value);
      expect((await instances('limited')).map(({ curT0 }) => curT0)).to.deep.equal([3, 4]);
      expect(await shown('/cse-in/box/limited')).to.include({ cni: 2, cbs: 2, st: 3 });
      await cse.send('PUT', '/cse-in/box/limited', { 'cod:tempe': { mbs: 1 } });
      expect((await instances('limited')).map(({ curT0 }) => curT0)).to.deep.equal([4]);
      const [{ ct, et }] = (await instances('limited')) as [{ ct: string; et: string }];
      expect(et > ct && et.slice(0, 8) <= `${Number(ct.slice(0, 8)) + 100}`).to.equal(true);
    });

    it('keeps the latest only while they are disabled, and none once fcied is removed', async () => {
      await create('cod:tempe', { rn: 'frozen', curT0: 1, fcied: true, mni: 9 });
      await measure('frozen', 2);
      await cse.send('PUT', '/cse-in/box/frozen', { 'cod:tempe': { fcied: false } });
      await measure('frozen', 3);
      expect((await instances('frozen')).map(({ curT0 }) => curT0)).to.deep.equal([2]);
      await cse.send('PUT', '/cse-in/box/frozen', { 'cod:tempe': { fcied: null } });
      expect(await instances('frozen')).to.deep.equal([]);
      expect((await cse.send('GET', '/cse-in/box/frozen/la')).rsc).to.equal(4004);
      expect(await shown('/cse-in/box/frozen')).to.not.have.any.keys('mni', 'cni', 'cbs', 'fcied');
    });

    it('refuses limits without fcied, limits of nothing, and limits below its content', async () => {
      const attempts: JsonObject[] = [
        { mni: 1 },
        { mia: 1 },
        { fcied: true, mni: 0 },
        { fcied: true, mbs: 0 },
        { fcied: true, mia: 0 },
        { fcied: true, curT0: 12.5, mbs: 3 },
      ];
      for (const attributes of attempts) {
        const answer = await create('cod:tempe', { rn: 'no', curT0: 1, ...attributes });
        expect(answer.rsc, JSON.stringify(attributes)).to.equal(4000);
      }
      await create('cod:tempe', { rn: 'plain', curT0: 1 });
      expect((await cse.send('PUT', '/cse-in/box/plain', { 'cod:tempe': { mni: 3 } })).rsc).to.equal(4000);
      expect((await cse.send('PUT', '/cse-in/box/plain', { 'cod:tempe': { mni: 3, fcied: true } })).rsc).to.equal(2004);
    });

    it('lets no instance be created or updated by a request, but deleted', async () => {
      await create('cod:tempe', { rn: 'own', curT0: 1, fcied: true });
      expect((await cse.create('/cse-in/box/own', 58, { 'cod:tempe': { curT0: 2 } })).rsc).to.equal(4005);
      const { ri } = (await cse.send('GET', '/cse-in/box/own/la')).pc['cod:tempe'];
      expect((await cse.send('PUT', `/cse-in/box/own/${ri}`, { 'cod:tempe': { curT0: 2 } })).rsc).to.equal(4005);
      expect((await cse.send('DELETE', `/cse-in/box/own/la`)).rsc).to.equal(2002);
      expect(await shown('/cse-in/box/own')).to.include({ cni: 0, cbs: 0 });
    });

    it('stores each change with its instance when many come at once', async () => {
      await create('cod:tempe', { rn: 'busy', curT0: 0, fcied: true });
      const answers = await Promise.all(Array.from({ length: 60 }, (_, index) => measure('busy', index + 1)));
      expect(answers.map(({ rsc }) => rsc).filter((rsc) => rsc !== 2004)).to.deep.equal([]);
      expect(await shown('/cse-in/box/busy')).to.include({ st: 60, cni: 61 });
      expect(new Set((await instances('busy')).map(({ curT0 }) => curT0)).size).to.equal(61);
    });
  });
});

describe('an announced flexContainer (TS-0001 §9.6.26, TS-0023)', () => {
  it('has the announced element of its specialization, its definition and the custom attributes that are asked for', async () => {
    await using net = network();
    const top = await net.infrastructure({ children: ['mn'] });
    const mn = await net.below(top, 'mn');
    const cnd = definitionOf('cod:tempe');
    const { rsc, pc, dbg } = await mn.create('/base-mn', 28, {
      'cod:tempe': { rn: 'told', cnd, curT0: 20.5, tarTe: 21, at: ['/in'], aa: ['curT0'] },
    });
    expect(rsc, dbg).to.equal(2001);
    const address = String(pc['cod:tempe'].at[0]).replace('/in', '');
    const copy = (await top.send('GET', address)).pc['cod:tempeAnnc'];
    expect(copy).to.include({ ty: 10028, cnd, curT0: 20.5 });
    expect(copy).to.not.have.any.keys('tarTe', 'st', 'cs');
    await mn.send('PUT', '/base-mn/told', { 'cod:tempe': { curT0: 22 } });
    await until(async () => (await top.send('GET', address)).pc['cod:tempeAnnc'].curT0 === 22);
  });
});

describe('definitions of flexContainers of a territory', () => {
  const bench = {
    origin: 'this test',
    licence: 'Apache-2.0',
    namespace: 'tst',
    definitions: {
      bench: {
        longName: 'smartBench',
        containerDefinition: 'org.example.smartBench',
        attributes: {
          occup: { longName: 'occupied', type: 'boolean', mandatory: true },
          wood: { longName: 'wood', type: 'string', values: ['oak', 'beech'] },
        },
        children: ['cod:bat'],
      },
    },
  };

  async function withFolder<T>(files: Record<string, string>, use: (folder: string) => Promise<T>): Promise<T> {
    const folder = mkdtempSync(join(tmpdir(), 'alzette flex '));
    try {
      for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
      return await use(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  const start = (folder: string) => startCse({ env: { ALZETTE_CSE_FLEX_CONTAINERS_DIRECTORY: folder } });

  it('are served like those of the standard', async () => {
    await withFolder({ 'bench.json': JSON.stringify(bench) }, async (folder) => {
      await using cse = await start(folder);
      const create = (attributes: JsonObject) =>
        cse.create('/cse-in', 28, { 'tst:bench': { cnd: 'org.example.smartBench', rn: 'b', ...attributes } });
      expect((await create({ wood: 'oak' })).rsc).to.equal(4000);
      expect((await create({ occup: true, wood: 'steel' })).dbg).to.contain('one of oak, beech');
      expect((await create({ occup: true, wood: 'oak' })).rsc).to.equal(2001);
      const battery = { 'cod:bat': { cnd: definitionOf('cod:bat'), lvl: 50 } };
      expect((await cse.create('/cse-in/b', 28, battery)).rsc).to.equal(2001);
    });
  });

  const wrong: Record<string, { content: string; says: string[] }> = {
    'a file that is not JSON': { content: '{', says: ['wrong.json'] },
    'an unknown type': {
      content: JSON.stringify(bench).replace('"boolean"', '"bool"'),
      says: ['wrong.json', 'definitions.bench.attributes.occup.type', 'expected one of string, boolean'],
    },
    'an attribute every flexContainer has': {
      content: JSON.stringify(bench).replace('"occup"', '"cnd"'),
      says: ['definitions.bench.attributes', '"cnd" is an attribute of every flexContainer'],
    },
    'a missing containerDefinition': {
      content: JSON.stringify(bench).replace('containerDefinition', 'definition'),
      says: ['definitions.bench', 'containerDefinition'],
    },
    'a containerDefinition of the standard': {
      content: JSON.stringify({ ...bench, namespace: 'tsu' }).replace(
        'org.example.smartBench',
        definitionOf('cod:lock'),
      ),
      says: ['definitions.bench', 'cod:lock', 'common.json'],
    },
  };
  for (const [what, { content, says }] of Object.entries(wrong)) {
    it(`end the start when they hold ${what}, and name the place`, async () => {
      await withFolder({ 'wrong.json': content }, async (folder) => {
        const failure = await start(folder).then(
          () => undefined,
          (error: Error) => error,
        );
        expect(failure?.name).to.equal('StartupError');
        for (const part of says) expect(failure?.message).to.contain(part);
      });
    });
  }
});
