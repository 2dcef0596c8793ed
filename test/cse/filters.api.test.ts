import { expect } from 'chai';
import { startCse, startSubscriber, type TestCse } from './support.ts';

const point = (longitude: number, latitude: number) => ({ typ: 1, crd: JSON.stringify([longitude, latitude]) });
const line = { typ: 2, crd: '[[5.94,49.46],[5.96,49.48]]' };
const polygon = { typ: 3, crd: '[[[5.94,49.46],[5.96,49.46],[5.96,49.48],[5.94,49.48],[5.94,49.46]]]' };

/** A square in degrees, as a value of `geom`. */
const square = (west: number, south: number, east: number, north: number): string =>
  JSON.stringify([
    [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
      [west, south],
    ],
  ]);

/** Spaces as %20: a plus sign joins the items of a list (TS-0009 §6.2.2.2). */
const query = (criteria: Record<string, string>): string =>
  Object.entries(criteria)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');

describe('filter criteria (TS-0004 §7.3.3.17)', () => {
  let cse: TestCse;

  before(async () => {
    cse = await startCse();
    await cse.ae('Clamp', { lbl: ['theme:lighting', 'street'] });
    await cse.ae('Cbin', { lbl: ['theme:waste', 'colour:green', 'colour:brown'] });
    await cse.create('/cse-in/lamp', 3, {
      'm2m:cnt': { rn: 'state', lbl: ['role:state'], mni: 10, loc: point(5.95, 49.47) },
    });
    await cse.create('/cse-in/lamp', 3, { 'm2m:cnt': { rn: 'command', loc: point(6.2, 49.1) } });
    await cse.create('/cse-in/bin', 3, { 'm2m:cnt': { rn: 'level', lbl: ['role:state'], loc: polygon } });
    await cse.create('/cse-in/bin', 3, { 'm2m:cnt': { rn: 'round', loc: line } });
    const cnf = 'application/json:0';
    await cse.create('/cse-in/bin/level', 4, {
      'm2m:cin': { rn: 'a', cnf, con: '{"fill":0.82,"unit":"share","at":["N","S"]}' },
    });
    await cse.create('/cse-in/bin/level', 4, {
      'm2m:cin': { rn: 'b', cnf, con: { fill: 0.2, unit: 'share', 'a b': 1 } },
    });
    await cse.create('/cse-in/bin/level', 4, { 'm2m:cin': { rn: 'c', con: 'fill 0.82', lbl: ['role:note'] } });
  });

  after(() => cse[Symbol.asyncDispose]());

  const find = (criteria: Record<string, string>, root = '/cse-in', from = 'CAdmin') =>
    cse.send('GET', `${root}?${query({ fu: '1', ...criteria })}`, undefined, { from });

  async function found(criteria: Record<string, string>): Promise<string[]> {
    const { rsc, pc, dbg } = await find(criteria);
    expect(rsc, dbg).to.equal(2000);
    return pc['m2m:uril'].map((path: string) => path.slice('cse-in/'.length)).sort();
  }

  const cases: readonly (readonly [what: string, criteria: Record<string, string>, expected: readonly string[]])[] = [
    ['the labels of a child (clbl, §7.3.3.17.5)', { clbl: 'role:state' }, ['bin', 'lamp']],
    ['the labels of a child that is an instance', { clbl: 'role:note' }, ['bin/level']],
    ['the labels of the parent (palb)', { palb: 'theme:waste' }, ['bin/level', 'bin/round']],
    ['the labels of the parent of instances', { palb: 'role:state' }, ['bin/level/a', 'bin/level/b', 'bin/level/c']],
    ['the type of a child (chty, §7.3.3.17.6)', { chty: '4' }, ['bin/level']],
    ['the type of the parent (pty)', { pty: '3' }, ['bin/level/a', 'bin/level/b', 'bin/level/c']],
    ['an attribute of a child (catr, §7.3.3.17.9)', { 'c.mni': '10' }, ['lamp']],
    ['an attribute of a child that is an instance', { 'c.con': 'fill*' }, ['bin/level']],
    ['an attribute of the parent (patr)', { 'p.api': 'N.test', 'p.rn': 'b*', ty: '3' }, ['bin/level', 'bin/round']],
    ['a label expression: key (lbq, §7.3.3.17.16)', { lbq: 'theme' }, ['bin', 'lamp']],
    ['a label expression: a key without value', { lbq: 'street' }, ['lamp']],
    ['a label expression: NT key', { lbq: 'NT theme', ty: '3' }, ['bin/level', 'lamp/state']],
    ['a label expression: key:value', { lbq: 'theme:waste' }, ['bin']],
    ['a label expression: key EQ value', { lbq: 'colour EQ brown' }, ['bin']],
    ['a label expression: key NE value', { lbq: 'theme NE waste' }, ['lamp']],
    ['a label expression: key NE one of several values', { lbq: 'colour NE green' }, []],
    ['a label expression: key IN (…)', { lbq: 'theme IN (lighting, wind)' }, ['lamp']],
    ['a label expression: key NI (…)', { lbq: 'theme NI (lighting, wind)' }, ['bin']],
    ['content: a comparison (cfq, §7.3.3.17.13)', { cfs: '1', cfq: '$.fill GT 0.8' }, ['bin/level/a']],
    ['content: and', { cfs: '1', cfq: '$.fill LE 0.9 AND $.unit EQ "share"' }, ['bin/level/a', 'bin/level/b']],
    ['content: or, a quoted name', { cfs: '1', cfq: '$."a b" EQ 1 OR $.fill GE 0.82' }, ['bin/level/a', 'bin/level/b']],
    ['content: a member of an array', { cfs: '1', cfq: '$.at[1] EQ S' }, ['bin/level/a']],
    ['content: a part of a text', { cfs: '1', cfq: '$.unit MATCH "har"' }, ['bin/level/a', 'bin/level/b']],
    ['content: not equal', { cfs: '1', cfq: '$.fill NE 0.2' }, ['bin/level/a']],
    ['two conditions, both (fo=1)', { lbl: 'role:state', 'p.rn': 'bin' }, ['bin/level']],
    ['two conditions, either (fo=2)', { fo: '2', lbl: 'street', 'c.mni': '10', ty: '2' }, ['bin', 'lamp']],
    ['two conditions, one of them only (fo=3, release 4)', { fo: '3', lbl: 'street', ty: '2' }, ['bin']],
    [
      'a place within a polygon (gsf=1, release 4)',
      { gmty: '3', geom: square(5.9, 49.4, 6, 49.5), gsf: '1' },
      ['bin/level', 'bin/round', 'lamp/state'],
    ],
    ['a place that contains a point (gsf=2)', { gmty: '1', geom: '[5.95,49.465]', gsf: '2' }, ['bin/level']],
    [
      'a place that intersects a line (gsf=3)',
      { gmty: '2', geom: '[[5.95,49.45],[5.95,49.50]]', gsf: '3' },
      ['bin/level', 'bin/round', 'lamp/state'],
    ],
    [
      'a place and a label',
      { gmty: '3', geom: square(5.9, 49.4, 6, 49.5), gsf: '1', lbl: 'role:state' },
      ['bin/level', 'lamp/state'],
    ],
    [
      'a place or a type',
      { fo: '2', gmty: '1', geom: '[5.95,49.465]', gsf: '2', ty: '2' },
      ['bin', 'bin/level', 'lamp'],
    ],
  ];
  for (const [what, criteria, expected] of cases) {
    it(`find by ${what}`, async () => {
      expect(await found(criteria)).to.deep.equal(expected);
    });
  }

  it('find by the operations the originator may carry out (ops, release 4)', async () => {
    const mine = await find({ ops: '4', ty: '3' }, '/cse-in', 'Clamp');
    expect(mine.pc['m2m:uril']).to.deep.equal([]);
    await cse.create('/cse-in/lamp', 3, { 'm2m:cnt': { rn: 'own' } }, { from: 'Clamp' });
    const { pc } = await find({ ops: '4', ty: '3' }, '/cse-in', 'Clamp');
    expect(pc['m2m:uril']).to.deep.equal(['cse-in/lamp/own']);
    await cse.send('DELETE', '/cse-in/lamp/own', undefined, { from: 'Clamp' });
  });

  const refusals: readonly (readonly [what: string, criteria: Record<string, string>, named: string])[] = [
    ['a label expression of another form', { lbq: 'a SOMETIMES b' }, 'lbq'],
    ['an empty list in a label expression', { lbq: 'a IN ( )' }, 'lbq'],
    ['a content query without its syntax', { cfq: '$.a EQ 1' }, 'cfs'],
    ['an unknown syntax of content queries', { cfs: '2', cfq: '$.a EQ 1' }, 'cfs'],
    ['a content query with a foreign operator', { cfs: '1', cfq: '$.a LIKE "x"' }, 'LIKE'],
    ['a content query that smuggles in another', { cfs: '1', cfq: '$.a EQ 1 || true' }, 'AND or OR'],
    ['a content query with a filter in its path', { cfs: '1', cfq: '$.a[?(@>1)] EQ 1' }, 'path'],
    ['a text where content is ordered', { cfs: '1', cfq: '$.a GT b' }, 'number'],
    ['a content query that ends early', { cfs: '1', cfq: '$.a EQ 1 AND' }, 'path'],
    ['a geometry without its type', { geom: '[1,2]', gsf: '1' }, 'gmty'],
    ['coordinates that are not JSON', { gmty: '1', geom: '1;2', gsf: '1' }, 'geom'],
    ['coordinates off the globe', { gmty: '1', geom: '[181,2]', gsf: '1' }, 'degrees'],
    ['coordinates nested as for another type', { gmty: '3', geom: '[1,2]', gsf: '1' }, 'Polygon'],
    ['a ring that is not closed', { gmty: '3', geom: '[[[0,0],[1,0],[1,1],[0,1]]]', gsf: '1' }, 'ring'],
    ['a spatial function that does not exist', { gmty: '1', geom: '[1,2]', gsf: '4' }, 'gsf'],
    ['operations that do not exist', { ops: '64' }, 'ops'],
    ['a join that does not exist', { fo: '4', ty: '2' }, 'fo'],
    ['an attribute nobody has', { 'c.nonsense': '1' }, 'nonsense'],
    ['a time that is none', { crb: 'yesterday' }, 'crb'],
    ['a level that is none', { lvl: 'deep' }, 'lvl'],
  ];
  for (const [what, criteria, named] of refusals) {
    it(`refuse ${what} with 4000`, async () => {
      const { rsc, dbg } = await find(criteria);
      expect(rsc).to.equal(4000);
      expect(dbg).to.include(named);
    });
  }

  it('refuse a location that is none when it is stored (release 4)', async () => {
    for (const loc of [{ typ: 1, crd: 'here' }, { typ: 3, crd: '[1,2]' }, { typ: 9, crd: '[1,2]' }, { crd: '[1,2]' }]) {
      const { rsc, dbg } = await cse.create('/cse-in/lamp', 3, { 'm2m:cnt': { rn: 'nowhere', loc } });
      expect(rsc, dbg).to.equal(4000);
      expect(dbg).to.include('loc');
    }
    expect((await cse.send('GET', '/cse-in/lamp/nowhere')).rsc).to.equal(4004);
  });

  it('decide on a conditional UPDATE and DELETE as on a discovery (TS-0001 §8.1.2)', async () => {
    const inside = query({ gmty: '3', geom: square(5.9, 49.4, 6, 49.5), gsf: '1' });
    const elsewhere = query({ gmty: '3', geom: square(0, 0, 1, 1), gsf: '1' });
    expect((await cse.send('PUT', `/cse-in/lamp/state?${elsewhere}`, { 'm2m:cnt': { mni: 9 } })).rsc).to.equal(4004);
    expect((await cse.send('PUT', `/cse-in/lamp/state?${inside}`, { 'm2m:cnt': { mni: 10 } })).rsc).to.equal(2004);
    expect((await cse.send('DELETE', `/cse-in/lamp/state?lbq=${encodeURIComponent('role EQ other')}`)).rsc).to.equal(
      4004,
    );
  });

  it('may look below an AE that interworks, which is told what is sought (fu=3, §7.3.3.14)', async () => {
    await using ipe = await startSubscriber(async (_request, content) => {
      const { idr } = content['m2m:sgn'] as { idr: { or: string } };
      if (idr.or !== 'CAdmin') return 403;
      await cse.create('/cse-in/ipe', 3, { 'm2m:cnt': { rn: 'found-by-ipe' } });
      return 200;
    });
    await cse.ae('Cipe', { poa: [ipe.url] });
    const { pc } = await cse.send('GET', '/cse-in/ipe?fu=3&ty=3');
    expect(pc['m2m:uril']).to.deep.equal(['cse-in/ipe/found-by-ipe']);
    expect(ipe.heard).to.have.length(1);
    expect((await cse.send('GET', '/cse-in/ipe?fu=3&ty=3')).pc['m2m:uril'], 'found without asking').to.have.length(1);
    expect(ipe.heard).to.have.length(1);
    expect((await cse.send('GET', '/cse-in/lamp?fu=3&ty=9')).rsc, 'nobody answers').to.equal(5208);
    expect((await cse.send('GET', '/cse-in?fu=3&ty=9')).rsc, 'not an AE').to.equal(4000);
  });
});

describe('result content of release 4 (TS-0001 §8.1.2)', () => {
  let cse: TestCse;

  before(async () => {
    cse = await startCse();
    await cse.ae('Cae');
    await cse.create('/cse-in/ae', 3, { 'm2m:cnt': { rn: 'c' } }, { from: 'Cae' });
  });

  after(() => cse[Symbol.asyncDispose]());

  it('11 of a discovery is a list of addresses', async () => {
    const { pc } = await cse.send('GET', '/cse-in?fu=1&ty=3&rcn=11');
    expect(pc).to.deep.equal({ 'm2m:uril': ['cse-in/ae/c'] });
  });

  it('12 says what the originator may do', async () => {
    const { pc } = await cse.send('GET', '/cse-in/ae/c?rcn=12', undefined, { from: 'Cae' });
    expect(pc).to.deep.equal({ 'm2m:acr': { acor: ['Cae'], acop: 63 } });
  });

  it('7 is for announced resources only', async () => {
    const { rsc, dbg } = await cse.send('GET', '/cse-in/ae/c?rcn=7');
    expect(rsc).to.equal(4000);
    expect(dbg).to.include('announced');
  });

  const notAllowed: readonly (readonly [method: string, query: string])[] = [
    ['GET', 'rcn=0'],
    ['GET', 'rcn=2'],
    ['GET', 'rcn=3'],
    ['GET', 'rcn=9'],
    ['GET', 'rcn=11'],
    ['GET', 'rcn=13'],
    ['GET', 'fu=1&rcn=1'],
    ['GET', 'fu=1&rcn=4'],
    ['DELETE', 'rcn=2'],
    ['DELETE', 'rcn=9'],
    ['DELETE', 'rcn=12'],
  ];
  for (const [method, query] of notAllowed) {
    it(`refuses ${query} of a ${method}`, async () => {
      const { rsc, dbg } = await cse.send(method, `/cse-in/ae/c?${query}`);
      expect(rsc).to.equal(4000);
      expect(dbg).to.include('rcn');
    });
  }
  for (const rcn of [2, 3, 4, 5, 6, 7, 8, 10, 11, 12]) {
    it(`refuses rcn=${rcn} of a PUT`, async () => {
      expect((await cse.send('PUT', `/cse-in/ae/c?rcn=${rcn}`, { 'm2m:cnt': { mni: 3 } })).rsc).to.equal(4000);
    });
  }
});
