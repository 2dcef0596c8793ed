import { expect } from 'chai';
import { startCse, type TestCse } from './support.ts';

describe('addresses (TS-0001 §7.2, TS-0004 §6.2.4)', () => {
  let cse: TestCse;
  let container: { ri: string };
  let instance: { ri: string; rn: string };

  before(async () => {
    cse = await startCse();
    await cse.ae('Cae');
    container = (await cse.create('/cse-in/ae', 3, { 'm2m:cnt': { rn: 'c' } })).pc['m2m:cnt'];
    instance = (await cse.create('/cse-in/ae/c', 4, { 'm2m:cin': { con: '1' } })).pc['m2m:cin'];
  });

  after(() => cse[Symbol.asyncDispose]());

  const forms: readonly (readonly [form: string, path: () => string])[] = [
    ['structured', () => '/cse-in/ae/c'],
    ['structured, with - for the CSEBase', () => '/-/ae/c'],
    ['unstructured', () => `/${container.ri}`],
    ['SP-relative structured', () => '/~/id-in/cse-in/ae/c'],
    ['SP-relative unstructured', () => `/~/id-in/${container.ri}`],
    ['SP-relative with -', () => '/~/id-in/-/ae/c'],
    ['absolute structured', () => '/_/alzette.example/id-in/cse-in/ae/c'],
    ['absolute unstructured', () => `/_/alzette.example/id-in/${container.ri}`],
    ['hybrid, a path behind an identifier', () => '/Cae/c'],
  ];
  for (const [form, path] of forms) {
    it(`find a container: ${form}`, async () => {
      const { rsc, pc, dbg } = await cse.send('GET', path());
      expect(rsc, dbg).to.equal(2000);
      expect(pc['m2m:cnt'].ri).to.equal(container.ri);
      expect((await cse.send('GET', `${path()}/la`)).pc['m2m:cin'].ri).to.equal(instance.ri);
    });
  }

  it('find an instance by identifier and by name', async () => {
    for (const path of [`/${instance.ri}`, `/cse-in/ae/c/${instance.rn}`, `/~/id-in/${instance.ri}`]) {
      expect((await cse.send('GET', path)).pc['m2m:cin'].con, path).to.equal('1');
    }
  });

  it('find the CSEBase by name, identifier and CSE-ID', async () => {
    for (const path of ['/cse-in', '/-', '/id-in', '/~/id-in', '/~/id-in/cse-in', '/_/alzette.example/id-in/-']) {
      expect((await cse.send('GET', path)).pc['m2m:cb']?.csi, path).to.equal('/id-in');
    }
  });

  for (const path of [
    '/nothing',
    '/cse-in/nothing',
    '/~/other/cse-in',
    '/_/other.example/id-in/cse-in',
    '/cin-zz-zz',
    '/cse-in/ae/la',
  ]) {
    it(`answer 4004 to ${path}`, async () => {
      expect((await cse.send('GET', path)).rsc).to.equal(4004);
    });
  }

  for (const path of ['/cse-in/', '/cse-in//ae', '/', '/cse-in/%zz']) {
    it(`answer 4000 to ${path}`, async () => {
      expect((await cse.send('GET', path)).rsc).to.equal(4000);
    });
  }
});

describe('RETRIEVE, UPDATE and CREATE by result content (TS-0001 §8.1.2)', () => {
  let cse: TestCse;

  before(async () => {
    cse = await startCse();
    await cse.create('/cse-in', 3, { 'm2m:cnt': { rn: 'p', lbl: ['a'], mni: 10 } });
    await cse.create('/cse-in/p', 3, { 'm2m:cnt': { rn: 'q' } });
    for (const con of ['1', '2']) await cse.create('/cse-in/p/q', 4, { 'm2m:cin': { rn: `i${con}`, con } });
  });

  after(() => cse[Symbol.asyncDispose]());

  it('4 nests children by type', async () => {
    const { pc } = await cse.send('GET', '/cse-in/p?rcn=4');
    const [q] = pc['m2m:cnt']['m2m:cnt'];
    expect(pc['m2m:cnt'].rn).to.equal('p');
    expect(q['m2m:cin'].map(({ con }: { con: string }) => con)).to.deep.equal(['1', '2']);
  });

  it('5 adds references, 6 gives only these, 8 only the children', async () => {
    const five = await cse.send('GET', '/cse-in/p?rcn=5&lvl=1');
    expect(five.pc['m2m:cnt'].ch).to.deep.equal([{ nm: 'q', typ: 3, val: 'cse-in/p/q' }]);
    const six = await cse.send('GET', '/cse-in/p/q?rcn=6');
    expect(six.pc['m2m:rrl'].rrf.map(({ nm, typ }: { nm: string; typ: number }) => [nm, typ])).to.deep.equal([
      ['i1', 4],
      ['i2', 4],
    ]);
    const eight = await cse.send('GET', '/cse-in/p/q?rcn=8');
    expect(Object.keys(eight.pc['m2m:cnt'])).to.deep.equal(['m2m:cin']);
  });

  it('4 filters children, limits them, and tells what is left out', async () => {
    const typed = await cse.send('GET', '/cse-in/p/q?rcn=4&ty=3');
    expect(typed.pc['m2m:cnt']).not.to.have.property('m2m:cin');
    const limited = await cse.send('GET', '/cse-in/p/q?rcn=4&lim=1');
    expect(limited.pc['m2m:cnt']['m2m:cin']).to.have.lengthOf(1);
    expect(limited.headers.get('X-M2M-CTS')).to.equal('1');
    expect(limited.headers.get('X-M2M-CTO')).to.equal('2');
  });

  it('1 with criteria answers 4004 when the target does not meet them', async () => {
    expect((await cse.send('GET', '/cse-in/p?lbl=a')).rsc).to.equal(2000);
    expect((await cse.send('GET', '/cse-in/p?lbl=b')).rsc).to.equal(4004);
  });

  it('gives single attributes, by argument (TS-0004 §7.3.3.6, TS-0009 §6.2.2.2)', async () => {
    const { pc } = await cse.send('GET', '/cse-in/p?atrl=mni+lbl+mbs');
    expect(pc).to.deep.equal({ 'm2m:cnt': { mni: 10, lbl: ['a'] } });
  });

  it('0, 2, 3 and 9 of a CREATE', async () => {
    const create = (rcn: number, rn: string) => cse.create(`/cse-in/p?rcn=${rcn}`, 3, { 'm2m:cnt': { rn, mni: 3 } });
    expect((await create(0, 'n0')).pc).to.equal(undefined);
    expect((await create(2, 'n2')).pc).to.deep.equal({ 'm2m:uri': 'cse-in/p/n2' });
    const three = (await create(3, 'n3')).pc['m2m:rce'];
    expect(three.uri).to.equal('cse-in/p/n3');
    expect(three['m2m:cnt'].rn).to.equal('n3');
    const nine = (await create(9, 'n9')).pc['m2m:cnt'];
    expect(nine).to.include.keys('ri', 'ct', 'et').and.not.include.keys('mni', 'rn');
  });

  it('0 and 9 of an UPDATE; null removes (TS-0004 §7.3.3.7)', async () => {
    expect((await cse.send('PUT', '/cse-in/p/n3?rcn=0', { 'm2m:cnt': { mni: 4 } })).pc).to.equal(undefined);
    const { rsc, pc } = await cse.send('PUT', '/cse-in/p/n3?rcn=9', { 'm2m:cnt': { mni: 5, lbl: ['x'] } });
    expect(rsc).to.equal(2004);
    expect(Object.keys(pc['m2m:cnt']).sort()).to.deep.equal(['lt', 'st']);
    const removed = await cse.send('PUT', '/cse-in/p/n3', { 'm2m:cnt': { mni: null } });
    expect(removed.pc['m2m:cnt']).not.to.have.property('mni');
    expect(removed.pc['m2m:cnt'].lbl).to.deep.equal(['x']);
  });

  it('1 of a DELETE shows what was deleted', async () => {
    const { rsc, pc } = await cse.send('DELETE', '/cse-in/p/n3?rcn=1');
    expect(rsc).to.equal(2002);
    expect(pc['m2m:cnt'].rn).to.equal('n3');
  });

  it('an UPDATE or DELETE with criteria happens only when they are met (TS-0001 §8.1.2)', async () => {
    expect((await cse.send('PUT', '/cse-in/p/n2?lbl=no', { 'm2m:cnt': { mni: 1 } })).rsc).to.equal(4004);
    expect((await cse.send('DELETE', '/cse-in/p/n2?mni=4')).rsc).to.equal(4004);
    expect((await cse.send('DELETE', '/cse-in/p/n2?mni=3')).rsc).to.equal(2002);
  });

  it('concurrent UPDATEs of one resource all take effect', async () => {
    const labels = Array.from({ length: 5 }, (_, index) => `l${index}`);
    const names = ['mni', 'mbs', 'mia', 'or', 'lbl'];
    const answers = await Promise.all(
      names.map((name, index) =>
        cse.send('PUT', '/cse-in/p', {
          'm2m:cnt': { [name]: name === 'lbl' ? labels : name === 'or' ? 'x:y' : index + 1 },
        }),
      ),
    );
    expect(answers.map(({ rsc }) => rsc)).to.deep.equal([2004, 2004, 2004, 2004, 2004]);
    expect((await cse.send('GET', '/cse-in/p')).pc['m2m:cnt']).to.deep.include({
      mni: 1,
      mbs: 2,
      mia: 3,
      or: 'x:y',
      lbl: labels,
    });
  });
});

describe('discovery (TS-0001 §10.2.6, TS-0004 §7.3.3.14)', () => {
  let cse: TestCse;

  before(async () => {
    cse = await startCse();
    await cse.ae('Clamp', { lbl: ['theme:lighting'] });
    await cse.create('/cse-in/lamp', 3, { 'm2m:cnt': { rn: 'state', lbl: ['role:state', 'theme:lighting'], mni: 5 } });
    await cse.create('/cse-in/lamp', 3, { 'm2m:cnt': { rn: 'command', lbl: ['role:command'] } });
    await cse.create('/cse-in/lamp/state', 4, {
      'm2m:cin': { rn: 'a', con: 'x', cnf: 'text/plain:0', lbl: ['first'] },
    });
    await cse.create('/cse-in/lamp/state', 4, { 'm2m:cin': { rn: 'b', con: 'xxxxx', cnf: 'application/json:0' } });
    await cse.ae('Cbin', { lbl: ['theme:waste'] });
  });

  after(() => cse[Symbol.asyncDispose]());

  const lamp = 'cse-in/lamp';
  const found = async (query: string, root = '/cse-in') => {
    const { rsc, pc, dbg } = await cse.send('GET', `${root}?fu=1&${query}`);
    expect(rsc, dbg).to.equal(2000);
    return pc['m2m:uril'] as string[];
  };

  const cases: readonly (readonly [what: string, query: string, expected: readonly string[]])[] = [
    ['a type', 'ty=3', [`${lamp}/command`, `${lamp}/state`]],
    ['two types, joined with +', 'ty=2+4', ['cse-in/bin', lamp, `${lamp}/state/a`, `${lamp}/state/b`]],
    ['two types, repeated', 'ty=2&ty=4', ['cse-in/bin', lamp, `${lamp}/state/a`, `${lamp}/state/b`]],
    ['a label', 'lbl=theme:lighting', [lamp, `${lamp}/state`]],
    ['either of two labels', 'lbl=theme:waste&lbl=first', ['cse-in/bin', `${lamp}/state/a`]],
    ['a label and a type', 'lbl=theme:lighting&ty=3', [`${lamp}/state`]],
    ['a label or a type (fo=2)', 'lbl=theme:waste&ty=3&fo=2', ['cse-in/bin', `${lamp}/command`, `${lamp}/state`]],
    ['an attribute', 'mni=5', [`${lamp}/state`]],
    ['an attribute with a wildcard', 'rn=b*', ['cse-in/bin', `${lamp}/state/b`]],
    ['an attribute with a percent sign, taken literally', 'rn=%25', []],
    ['a size', 'sza=2', [`${lamp}/state/b`]],
    ['a size below', 'szb=2', [`${lamp}/state/a`]],
    ['a media type', 'cty=text/plain', [`${lamp}/state/a`]],
    ['a state tag', 'stb=2', [`${lamp}/state`, `${lamp}/state/b`]],
    ['a creation time to come', 'cra=20990101T000000', []],
    ['a level', 'lvl=1&ty=2+3', ['cse-in/bin', lamp]],
    ['a type nobody has', 'ty=9', []],
  ];
  for (const [what, query, expected] of cases) {
    it(`finds by ${what}`, async () => {
      expect((await found(query)).sort()).to.deep.equal([...expected].sort());
    });
  }

  it('looks below the target only, and never lists it', async () => {
    expect(await found('ty=2+3', '/cse-in/lamp')).to.deep.equal([`${lamp}/command`, `${lamp}/state`]);
  });

  it('applies a relative path to each match (arp)', async () => {
    expect(await found('ty=2&arp=state')).to.deep.equal([`${lamp}/state`]);
    expect(await found('ty=3&arp=la')).to.deep.equal([`${lamp}/state/b`]);
  });

  it('gives identifiers with drt=2, and references with rcn=6', async () => {
    expect((await found('ty=2&drt=2')).sort()).to.deep.equal(['Cbin', 'Clamp']);
    const { pc } = await cse.send('GET', '/cse-in?fu=1&ty=2&rcn=6');
    expect(pc['m2m:rrl'].rrf).to.deep.include({ nm: 'lamp', typ: 2, val: 'cse-in/lamp' });
  });

  it('gives results in pieces: lim, ofst, and where to go on (TS-0001 §8.1.2)', async () => {
    const all = await found('ty=2+3+4');
    const pieces: string[] = [];
    for (let offset = '1'; offset !== ''; ) {
      const { pc, headers } = await cse.send('GET', `/cse-in?fu=1&ty=2+3+4&lim=2&ofst=${offset}`);
      pieces.push(...pc['m2m:uril']);
      offset = headers.get('X-M2M-CTO') ?? '';
      expect(headers.get('X-M2M-CTS')).to.equal(offset === '' ? null : '1');
    }
    expect(pieces).to.deep.equal(all);
  });

  it('finds nothing below the wrong neighbour: names that begin alike', async () => {
    await cse.create('/cse-in', 3, { 'm2m:cnt': { rn: 'lamp.old' } });
    await cse.create('/cse-in/lamp.old', 3, { 'm2m:cnt': { rn: 'x' } });
    expect(await found('ty=3', '/cse-in/lamp')).to.deep.equal([`${lamp}/command`, `${lamp}/state`]);
    expect((await cse.send('DELETE', '/cse-in/lamp')).rsc).to.equal(2002);
    expect((await cse.send('GET', '/cse-in/lamp.old/x')).rsc).to.equal(2000);
  });
});
