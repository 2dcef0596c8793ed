import { expect } from 'chai';
import type { JsonObject } from '#cse';
import { until } from '../support/wait.ts';
import { startCse, type TestCse } from './support.ts';

const point = (longitude: number, latitude: number) => ({ typ: 1, crd: `[${longitude},${latitude}]` });
/** A square around 6° east, 49° north. */
const square = [
  [5, 48],
  [7, 48],
  [7, 50],
  [5, 50],
];
const source = { network: 1, device: 2, sharing: 3 };
const event = { entering: 1, leaving: 2, inside: 3, outside: 4 };

describe('location policies', () => {
  let cse: TestCse;
  let count = 0;
  const owner = { from: 'Cowner' };

  before(async () => {
    cse = await startCse();
    await cse.ae('Cowner', { rn: 'owner' });
  });

  after(() => cse[Symbol.asyncDispose]());

  const create = (attributes: JsonObject, from = 'Cowner', path = '/cse-in/owner') =>
    cse.create(path, 10, { 'm2m:lcp': attributes }, { from });
  const policy = async (attributes: JsonObject, from = 'Cowner', at = '/cse-in/owner') => {
    count += 1;
    const { rsc, dbg, pc } = await create({ rn: `p${count}`, lon: `places${count}`, ...attributes }, from, at);
    expect(rsc, dbg).to.equal(2001);
    return { path: `${at}/p${count}`, places: `${at}/places${count}`, lcp: pc['m2m:lcp'] };
  };
  const contents = async (places: string): Promise<unknown[]> => {
    const { pc } = await cse.send('GET', `${places}?rcn=8`);
    return (pc['m2m:cnt']['m2m:cin'] ?? []).map(({ con }: { con: unknown }) => con);
  };
  const tell = (places: string, con: unknown) => cse.create(places, 4, { 'm2m:cin': { con } as JsonObject }, owner);
  const status = async (path: string) => (await cse.send('GET', path)).pc['m2m:lcp'].lost;

  it('make a container that refers to them, and take it with them (TS-0004 §7.4.10.2.1, §7.4.10.2.4)', async () => {
    const { path, places, lcp } = await policy({ los: source.device });
    expect(lcp).to.include({ lit: 1, lost: 'waiting for the first position' });
    const container = (await cse.send('GET', places, undefined, owner)).pc['m2m:cnt'];
    expect(container).to.include({ ri: lcp.loi, li: lcp.ri });
    await tell(places, '[6.1, 49.6]');
    await until(async () => (await status(path)) === 'position known');
    expect((await cse.send('DELETE', path, undefined, owner)).rsc).to.equal(2002);
    expect((await cse.send('GET', places)).rsc).to.equal(4004);
    const unnamed = await create({ los: source.device });
    expect((await cse.send('GET', `/${unnamed.pc['m2m:lcp'].loi}`)).rsc).to.equal(2000);
  });

  it('are not made when the name of the container is taken (TS-0001 §10.2.9.6)', async () => {
    await cse.create('/cse-in/owner', 3, { 'm2m:cnt': { rn: 'taken' } }, owner);
    expect((await create({ rn: 'half', los: source.device, lon: 'taken' })).rsc).to.equal(4105);
    expect((await cse.send('GET', '/cse-in/owner/half')).rsc).to.equal(4004);
    expect((await cse.send('GET', '/cse-in/owner/taken')).rsc).to.equal(2000);
  });

  it('expire together with their container', async () => {
    const et = new Date(Date.now() + 1_500).toISOString().replaceAll(/[-:]/g, '').replace('.', ',').replace('Z', '');
    const { path, places } = await policy({ los: source.device, et });
    await until(async () => (await cse.send('GET', path)).rsc === 4004);
    await until(async () => (await cse.send('GET', places)).rsc === 4004);
  });

  it('store the events of a geofence: entering, inside, leaving, outside (TS-0001 §9.6.10)', async () => {
    const { places } = await policy({ los: source.device, lit: 2, gta: square });
    const steps: [unknown, number][] = [
      [point(1, 1), event.outside],
      [[6, 49], event.entering],
      ['{"type":"Point","coordinates":[6.5,49]}', event.inside],
      [JSON.stringify(point(8, 49)), event.leaving],
    ];
    for (const [place, expected] of steps) {
      await tell(places, place);
      await until(async () => (await contents(places)).at(-1) === expected, { what: `event ${expected}` });
    }
    await tell(places, 'no position');
    expect(await contents(places)).to.have.length(9);
  });

  it('store only the event that was asked for, as often as the period says', async () => {
    const attributes = { los: source.device, lit: 2, gta: JSON.stringify([...square, square[0]]), gec: event.inside };
    const { path, places } = await policy({ ...attributes, lou: ['PT1S', 'PT1H'] });
    await tell(places, point(1, 1));
    await tell(places, point(6, 49));
    const events = async () => (await contents(places)).filter((con) => con === event.inside).length;
    await until(async () => (await events()) >= 2);
    await cse.send('PUT', path, { 'm2m:lcp': { lou: ['PT0S'] } }, owner);
    expect((await contents(places)).filter((con) => typeof con === 'number' && con !== event.inside)).to.deep.equal([]);
  });

  it('share the position of the nearest node of the area network, found when it is asked for (§10.2.9.7)', async () => {
    const node = (rn: string) => cse.create('/cse-in', 14, { 'm2m:nod': { rn, ni: `urn:${rn}` } });
    for (const rn of ['here', 'between', 'far']) await node(rn);
    const device = (rn: string, lnh: string[]) => {
      const andi = { rn: 'device', mgd: 1005, dvd: rn, dvt: 'sensor', awi: 'none', ...(lnh.length > 0 ? { lnh } : {}) };
      return cse.create(`/cse-in/${rn}`, 13, { 'm2m:andi': andi });
    };
    expect((await device('far', ['cse-in/here/device'])).rsc).to.equal(2001);
    await device('between', ['cse-in/far/device']);
    await device('here', ['cse-in/between/device']);
    await cse.ae('Cblind', { nl: 'cse-in/here' });
    const { path, places } = await policy({ los: source.sharing }, 'Cblind', '/cse-in/blind');
    const newest = async () =>
      (await cse.send('GET', `${places}/la`, undefined, { from: 'Cblind' })).pc['m2m:cin']?.con;
    expect((await cse.send('GET', `${places}/la`, undefined, { from: 'Cblind' })).rsc).to.equal(4004);
    expect(await status(path)).to.match(/^no position is shared/);
    await cse.ae('Cdistant', { nl: 'cse-in/far', loc: point(7, 50) });
    await until(async () => (await newest())?.crd === '[7,50]');
    await cse.ae('Cclose', { nl: 'cse-in/between', loc: point(6, 49) });
    await until(async () => (await newest())?.crd === '[6,49]');
    expect(await status(path)).to.equal('position known');
  });

  it('say that there is no location server here, when they are network based', async () => {
    const { path, places } = await policy({
      los: source.network,
      lot: 'urn:gsma:imei:1',
      lor: 'http://location.example',
    });
    expect(await status(path)).to.match(/^no interface to location servers/);
    expect((await cse.send('GET', `${places}/la`, undefined, owner)).rsc).to.equal(4004);
  });

  it('are refused when their attributes do not go together', async () => {
    const refused: JsonObject[] = [
      {},
      { los: 4 },
      { los: source.network },
      { los: source.network, lot: 'x' },
      { los: source.device, lou: ['PT0S', 'PT1S'] },
      { los: source.device, lou: ['soon'] },
      { los: source.device, lou: [] },
      { los: source.device, rlkl: true },
      { los: source.device, luec: 0 },
      { los: source.network, lot: 'x', lor: 'y', luec: 0, lou: ['PT1S'] },
      { los: source.device, lit: 2 },
      { los: source.device, lit: 2, gta: 'here' },
      { los: source.device, lit: 2, gta: [[5, 48]] },
      {
        los: source.device,
        lit: 2,
        gta: [
          [500, 48],
          [7, 48],
          [7, 50],
        ],
      },
      { los: source.device, lit: 2, gta: { typ: 1, crd: '[5,48]' } },
      { los: source.device, gec: 1 },
      { los: source.device, lit: 2, gta: square, gec: 5 },
      { los: source.device, lon: 'a/b' },
      { los: source.device, loi: 'x' },
      { los: source.device, lost: 'x' },
    ];
    for (const attributes of refused) {
      const { rsc, dbg } = await create({ rn: 'refused', ...attributes });
      expect(rsc, `${JSON.stringify(attributes)} ${dbg}`).to.equal(4000);
    }
    expect((await cse.send('GET', '/cse-in/owner/refused')).rsc).to.equal(4004);
    const { path } = await policy({ los: source.device });
    for (const change of [{ los: 1 }, { lit: 2 }, { gec: 1 }, { lon: 'x' }, { rlkl: true }])
      expect((await cse.send('PUT', path, { 'm2m:lcp': change }, owner)).rsc).to.equal(4000);
  });
});
