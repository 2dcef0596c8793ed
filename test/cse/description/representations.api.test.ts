import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { describeType } from '#cse';
import { startCse, type TestCse } from '../support.ts';

describe('what a running CSE answers', () => {
  let cse: TestCse;
  const ajv = new Ajv2020({ strict: false });
  before(async () => {
    cse = await startCse();
  });
  after(() => cse[Symbol.asyncDispose]());

  const created: readonly [path: string, ty: number, element: string, content: Record<string, unknown>][] = [
    [
      '/cse-in',
      1,
      'm2m:acp',
      { rn: 'policy', pv: { acr: [{ acor: ['C*'], acop: 34 }] }, pvs: { acr: [{ acor: ['CAdmin'], acop: 63 }] } },
    ],
    ['/cse-in', 2, 'm2m:ae', { rn: 'lamp', api: 'N.lamp', rr: true, srv: ['4'] }],
    ['/cse-in', 3, 'm2m:cnt', { rn: 'box', mni: 5, lbl: ['a', 'b:c'] }],
    ['/cse-in/box', 4, 'm2m:cin', { rn: 'first', con: { fillingLevel: 0.4 }, cnf: 'application/json:0' }],
    ['/cse-in', 9, 'm2m:grp', { rn: 'both', mt: 3, mnm: 4, mid: ['cse-in/box'] }],
    ['/cse-in', 14, 'm2m:nod', { rn: 'node', ni: 'node-1' }],
    ['/cse-in/node', 13, 'm2m:bat', { rn: 'battery', mgd: 1006, btl: 80, bts: 1 }],
    ['/cse-in/box', 23, 'm2m:sub', { rn: 'told', nu: ['http://127.0.0.1:9/'], enc: { net: [3] } }],
    ['/cse-in', 18, 'm2m:sch', { rn: 'times', se: { sce: ['0 0 6 * * * *'] } }],
    [
      '/cse-in',
      28,
      'cod:color',
      { rn: 'colour', cnd: 'org.onem2m.common.moduleclass.colour', red: 1, green: 2, blue: 3 },
    ],
  ];
  for (const [path, ty, element, content] of created) {
    it(`is a ${element} as its schema describes it, and the CSE takes what the schema takes`, async () => {
      const schema = describeType(element)?.schema ?? {};
      const { $ref: _, $id: __, ...document } = schema;
      const check = ajv.compile({ ...document, $ref: '#/$defs/create' });
      const body = { [element]: content };
      expect(check(body), JSON.stringify(check.errors)).to.equal(true);
      const answer = await cse.create(path, ty, body as Record<string, never>);
      expect(answer.rsc, answer.dbg).to.equal(2001);
      const { pc } = await cse.send('GET', `${path}/${content.rn}?rcn=4`);
      const validate = ajv.compile(schema);
      expect(validate(pc), JSON.stringify(validate.errors)).to.equal(true);
    });
  }

  it('is a CSEBase as its schema describes it', async () => {
    const validate = ajv.compile(describeType('m2m:cb')?.schema ?? {});
    const { pc } = await cse.send('GET', '/cse-in');
    expect(validate(pc), JSON.stringify(validate.errors)).to.equal(true);
  });
});
