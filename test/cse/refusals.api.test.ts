import { expect } from 'chai';
import type { JsonObject } from '#cse';
import { startCse, type TestCse } from './support.ts';

const container = (attributes: JsonObject): JsonObject => ({ 'm2m:cnt': attributes });
const instance = (attributes: JsonObject): JsonObject => ({ 'm2m:cin': attributes });
const subscription = (attributes: JsonObject): JsonObject => ({ 'm2m:sub': attributes });
const policy = (attributes: JsonObject): JsonObject => ({ 'm2m:acp': attributes });
const url = 'http://127.0.0.1:9/notify';
const rule = { acr: [{ acor: ['all'], acop: 63 }] };

type Refusal = readonly [what: string, path: string, ty: number, content: JsonObject, rsc: number, named: string];

/** Each line: what is wrong, where it is sent, what is answered, and the word the explanation has to hold. */
const creates: readonly Refusal[] = [
  ['an unknown resource type (TS-0004 §7.3.2.1)', '/cse-in/ae', 999, container({}), 4000, 'ty'],
  ['a CSEBase (TS-0004 §7.4.3)', '/cse-in', 5, { 'm2m:cb': {} }, 4005, 'CSEBase'],
  [
    'an instance outside a container (TS-0004 §7.3.3.3)',
    '/cse-in/ae',
    4,
    instance({ con: '1' }),
    4108,
    'contentInstance',
  ],
  ['an AE below an AE (TS-0004 §7.4.5)', '/cse-in/ae', 2, { 'm2m:ae': { api: 'N', rr: true, srv: ['3'] } }, 4108, 'AE'],
  [
    'a subscription to an instance (TS-0004 §7.4.8)',
    '/cse-in/ae/full/cin',
    23,
    subscription({ nu: [url] }),
    5203,
    'subscription',
  ],
  ['a parent that is not there (TS-0004 §7.3.3.1)', '/cse-in/nowhere', 3, container({}), 4004, 'cse-in/nowhere'],
  ['a parent on an unknown CSE (TS-0004 §7.3.2.6)', '/~/other-cse/base', 3, container({}), 4004, '/other-cse/base'],
  ['a virtual parent (TS-0004 §7.4.27)', '/cse-in/ae/full/la', 4, instance({ con: '1' }), 4005, 'la'],
  ['content of another type (TS-0004 §7.3.3.3)', '/cse-in/ae', 3, instance({ con: '1' }), 4000, 'm2m:cnt'],
  ['two representations (TS-0004 §7.3.3.3)', '/cse-in/ae', 3, { 'm2m:cnt': {}, 'm2m:cin': {} }, 4000, 'pc'],
  ['a representation that is a list (TS-0004 §7.3.3.3)', '/cse-in/ae', 3, { 'm2m:cnt': [] }, 4000, 'm2m:cnt'],
  ['an attribute nobody knows (TS-0004 §7.3.3.3)', '/cse-in/ae', 3, container({ colour: 'red' }), 4000, 'colour'],
  ['an attribute named like a member of Object', '/cse-in/ae', 3, container({ constructor: 1 }), 4000, 'constructor'],
  ['an attribute of another type', '/cse-in/ae', 3, container({ con: 'x' }), 4000, 'con'],
  ['an identifier chosen by the originator (TS-0004 §7.3.3.3)', '/cse-in/ae', 3, container({ ri: 'mine' }), 4000, 'ri'],
  ['a counter set by the originator', '/cse-in/ae', 3, container({ cni: 0 }), 4000, 'cni'],
  ['a creation time set by the originator', '/cse-in/ae', 3, container({ ct: '20260101T000000' }), 4000, 'ct'],
  ['a negative limit (TS-0004 §7.4.6.2.1)', '/cse-in/ae', 3, container({ mni: -1 }), 4000, 'mni'],
  ['a limit that is text', '/cse-in/ae', 3, container({ mni: '5' }), 4000, 'mni'],
  ['a limit with a fraction', '/cse-in/ae', 3, container({ mbs: 1.5 }), 4000, 'mbs'],
  ['null where a value is expected', '/cse-in/ae', 3, container({ mni: null }), 4000, 'mni'],
  ['labels that are no list', '/cse-in/ae', 3, container({ lbl: 'a' }), 4000, 'lbl'],
  ['a label that is a number', '/cse-in/ae', 3, container({ lbl: [1] }), 4000, 'lbl'],
  ['a creator with a value (TS-0001 §9.6.1.3.2)', '/cse-in/ae', 3, container({ cr: 'CAdmin' }), 4000, 'cr'],
  [
    'an expiration time in the past (TS-0004 §7.3.3.3)',
    '/cse-in/ae',
    3,
    container({ et: '20200101T000000' }),
    4000,
    'et',
  ],
  ['an expiration time that is no date', '/cse-in/ae', 3, container({ et: '20261301T000000' }), 4000, 'et'],
  ['an expiration time in extended format', '/cse-in/ae', 3, container({ et: '2030-01-01T00:00:00Z' }), 4000, 'et'],
  ['a name with a slash (TS-0004 §6.3.3)', '/cse-in/ae', 3, container({ rn: 'a/b' }), 4000, 'rn'],
  ['a name of 256 characters', '/cse-in/ae', 3, container({ rn: 'a'.repeat(256) }), 4000, 'rn'],
  ['a name that begins with a point', '/cse-in/ae', 3, container({ rn: '.changes' }), 4000, 'rn'],
  ['a name that is taken (TS-0004 §7.3.3.5)', '/cse-in/ae', 3, container({ rn: 'full' }), 4105, 'full'],
  ['the name of a virtual resource', '/cse-in/ae/full', 3, container({ rn: 'la' }), 4105, 'la'],
  ['a name of the form the CSE gives', '/cse-in/ae/full', 4, instance({ rn: 'cin-1-1', con: '1' }), 4105, 'cin-1-1'],
  ['an instance named like another', '/cse-in/ae/full', 4, instance({ rn: 'cin', con: '1' }), 4105, 'cin'],
  [
    'a policy that does not exist (TS-0001 §9.6.1.3.2)',
    '/cse-in/ae',
    3,
    container({ acpi: ['cse-in/none'] }),
    4000,
    'acpi',
  ],
  ['a policy reference to a container', '/cse-in/ae', 3, container({ acpi: ['cse-in/ae/full'] }), 4000, 'acpi'],
  ['an empty list of policies', '/cse-in/ae', 3, container({ acpi: [] }), 4000, 'acpi'],
  [
    'an instance without content (TS-0004 §7.4.7)',
    '/cse-in/ae/full',
    4,
    instance({ cnf: 'text/plain:0' }),
    4000,
    'con',
  ],
  ['content that is null', '/cse-in/ae/full', 4, instance({ con: null }), 4000, 'con'],
  [
    'content larger than mbs (TS-0004 §7.4.7.2.1)',
    '/cse-in/ae/full',
    4,
    instance({ con: 'x'.repeat(101) }),
    5207,
    'mbs',
  ],
  [
    'content info without an encoding (TS-0004 §6.3.3)',
    '/cse-in/ae/full',
    4,
    instance({ con: '1', cnf: 'text' }),
    4000,
    'cnf',
  ],
  [
    'a policy without rules for itself (TS-0001 §9.6.2)',
    '/cse-in/ae',
    1,
    policy({ pv: rule, pvs: { acr: [] } }),
    4000,
    'pvs',
  ],
  ['a policy without pv', '/cse-in/ae', 1, policy({ pvs: rule }), 4000, 'pv'],
  [
    'operations beyond 63',
    '/cse-in/ae',
    1,
    policy({ pv: { acr: [{ acor: ['all'], acop: 64 }] }, pvs: rule }),
    4000,
    'pv',
  ],
  [
    'a rule with an unknown member',
    '/cse-in/ae',
    1,
    policy({ pv: { acr: [{ acor: ['all'], acop: 1, who: 1 }] }, pvs: rule }),
    4000,
    'who',
  ],
  [
    'a window with six fields (TS-0004 §6.3.3)',
    '/cse-in/ae',
    1,
    policy({ pv: { acr: [{ acor: ['all'], acop: 1, acco: [{ actw: ['* * * * * *'] }] }] }, pvs: rule }),
    4000,
    'actw',
  ],
  [
    'a network with 33 bits',
    '/cse-in/ae',
    1,
    policy({ pv: { acr: [{ acor: ['all'], acop: 1, acco: [{ acip: { ipv4: ['10.0.0.0/33'] } }] }] }, pvs: rule }),
    4000,
    'acip',
  ],
  ['a subscription without targets (TS-0004 §7.4.8)', '/cse-in/ae', 23, subscription({}), 4000, 'nu'],
  ['an empty list of targets', '/cse-in/ae', 23, subscription({ nu: [] }), 4000, 'nu'],
  ['a target whose protocol is not spoken', '/cse-in/ae', 23, subscription({ nu: ['gopher://x/'] }), 4000, 'nu'],
  [
    'a target that is no resource (TS-0004 §7.5.1.2.3)',
    '/cse-in/ae',
    23,
    subscription({ nu: ['Cnobody'] }),
    5204,
    'nu',
  ],
  ['an event type that does not exist', '/cse-in/ae', 23, subscription({ nu: [url], enc: { net: [99] } }), 4000, 'enc'],
  ['the same event type twice', '/cse-in/ae', 23, subscription({ nu: [url], enc: { net: [1, 1] } }), 4000, 'enc'],
  [
    'a content type that does not go with the event',
    '/cse-in/ae',
    23,
    subscription({ nu: [url], nct: 2, enc: { net: [3] } }),
    4000,
    'nct',
  ],
  [
    'om together with net (TS-0004 §7.4.8.2.1)',
    '/cse-in/ae',
    23,
    subscription({ nu: [url], enc: { net: [1], om: [{ ops: 1 }] } }),
    4000,
    'om',
  ],
  [
    'a child type the parent cannot have',
    '/cse-in/ae',
    23,
    subscription({ nu: [url], enc: { net: [3], chty: [4] } }),
    4000,
    'chty',
  ],
];

describe('a CREATE that is refused', () => {
  let cse: TestCse;

  before(async () => {
    cse = await startCse();
    await cse.ae('Cae');
    await cse.create('/cse-in/ae', 3, container({ rn: 'full', mbs: 100 }), { from: 'Cae' });
    await cse.create('/cse-in/ae/full', 4, instance({ rn: 'cin', con: '1' }), { from: 'Cae' });
  });

  after(() => cse[Symbol.asyncDispose]());

  for (const [what, path, ty, content, rsc, named] of creates) {
    it(`answers ${rsc} to ${what}`, async () => {
      const before = await cse.send('GET', '/cse-in?fu=1');
      const answer = await cse.create(path, ty, content, { from: path.startsWith('/cse-in/ae') ? 'Cae' : 'CAdmin' });
      expect(answer.rsc, answer.dbg).to.equal(rsc);
      expect(answer.dbg).to.include(named);
      const after = await cse.send('GET', '/cse-in?fu=1');
      expect(after.pc, 'nothing is created by half').to.deep.equal(before.pc);
    });
  }
});

const updates: readonly Refusal[] = [
  ['an UPDATE of the CSEBase (TS-0004 §7.4.3)', '/cse-in', 0, { 'm2m:cb': { lbl: [] } }, 4005, 'CSEBase'],
  [
    'an UPDATE of an instance (TS-0004 §7.4.7)',
    '/cse-in/ae/full/cin',
    0,
    instance({ lbl: ['a'] }),
    4005,
    'contentInstance',
  ],
  ['an UPDATE of latest (TS-0004 §7.4.27)', '/cse-in/ae/full/la', 0, instance({ lbl: ['a'] }), 4005, 'la'],
  ['a new name (TS-0001 §9.6.1.3.1)', '/cse-in/ae/full', 0, container({ rn: 'other' }), 4000, 'rn'],
  ['a new App-ID (TS-0004 §7.4.5)', '/cse-in/ae', 0, { 'm2m:ae': { api: 'N.other' } }, 4000, 'api'],
  ['the removal of a mandatory attribute (TS-0004 §7.3.3.7)', '/cse-in/ae', 0, { 'm2m:ae': { rr: null } }, 4000, 'rr'],
  ['an unknown attribute (TS-0004 §7.3.3.4)', '/cse-in/ae/full', 0, container({ nope: 1 }), 4000, 'nope'],
  ['a wrong value (TS-0004 §7.3.3.4)', '/cse-in/ae/full', 0, container({ mni: 'x' }), 4000, 'mni'],
  [
    'acpi together with others (TS-0001 §9.6.1.3.2)',
    '/cse-in/ae/full',
    0,
    container({ acpi: ['cse-in/ae/acp'], mni: 1 }),
    4000,
    'acpi',
  ],
  [
    'an expiration before a child’s (TS-0004 §7.3.3.4)',
    '/cse-in/ae',
    0,
    { 'm2m:ae': { et: '20990101T000000' } },
    4000,
    'et',
  ],
  ['content of another type (TS-0004 §7.3.3.4)', '/cse-in/ae/full', 0, instance({ con: '1' }), 4000, 'm2m:cnt'],
];

describe('an UPDATE that is refused', () => {
  let cse: TestCse;

  before(async () => {
    cse = await startCse();
    await cse.ae('Cae');
    await cse.create('/cse-in/ae', 3, container({ rn: 'full' }), { from: 'Cae' });
    await cse.create('/cse-in/ae/full', 4, instance({ rn: 'cin', con: '1' }), { from: 'Cae' });
    await cse.create('/cse-in/ae', 1, policy({ rn: 'acp', pv: rule, pvs: rule }), { from: 'Cae' });
  });

  after(() => cse[Symbol.asyncDispose]());

  for (const [what, path, , content, rsc, named] of updates) {
    it(`answers ${rsc} to ${what}`, async () => {
      const before = await cse.send('GET', path);
      const answer = await cse.send('PUT', path, content);
      expect(answer.rsc, answer.dbg).to.equal(rsc);
      expect(answer.dbg).to.include(named);
      const after = await cse.send('GET', path);
      if (path !== '/cse-in') expect(after.pc).to.deep.equal(before.pc);
    });
  }

  for (const path of ['/cse-in', '/cse-in/ae/full/ol/']) {
    it(`refuses to delete ${path}`, async () => {
      const answer = await cse.send('DELETE', path);
      expect([4000, 4005]).to.include(answer.rsc);
    });
  }
});

const parameters: readonly (readonly [what: string, query: string, rsc: number, named: string])[] = [
  ['a result content a RETRIEVE cannot have (TS-0001 Table 8.1.2-1)', 'rcn=9', 4000, 'rcn'],
  ['a result content nobody knows', 'rcn=77', 4000, 'rcn'],
  ['a discovery that asks for representations', 'fu=1&rcn=4', 4000, 'rcn'],
  ['a response type that does not exist', 'rt=9', 4000, 'rt'],
  ['a filter by a text that is no timestamp', 'fu=1&cra=yesterday', 4000, 'cra'],
  ['a limit that is no number', 'fu=1&lim=many', 4000, 'lim'],
  ['a negative limit', 'fu=1&lim=-1', 4000, 'lim'],
  ['an offset of zero', 'fu=1&ofst=0', 4000, 'ofst'],
  ['a filter usage that does not exist', 'fu=9', 4000, 'fu'],
  ['a resource type in a filter that is no number', 'fu=1&ty=cnt', 4000, 'ty'],
  ['an attribute condition nobody knows', 'fu=1&colour=red', 4000, 'colour'],
  ['single attributes that do not exist (TS-0004 §7.3.3.6)', 'atrl=mni+colour', 4000, 'colour'],
];

describe('a RETRIEVE that is refused', () => {
  let cse: TestCse;

  before(async () => {
    cse = await startCse();
    await cse.create('/cse-in', 3, container({ rn: 'c' }));
  });

  after(() => cse[Symbol.asyncDispose]());

  for (const [what, query, rsc, named] of parameters) {
    it(`answers ${rsc} to ${what}`, async () => {
      const answer = await cse.send('GET', `/cse-in/c?${query}`);
      expect(answer.rsc, answer.dbg).to.equal(rsc);
      expect(answer.dbg).to.include(named);
    });
  }

  const headers: readonly (readonly [what: string, header: string, value: string, rsc: number])[] = [
    ['a release that does not exist (TS-0004 §7.3.2.1)', 'X-M2M-RVI', '9', 4001],
    ['a request that has expired (TS-0004 §7.3.2.1)', 'X-M2M-RET', '20200101T000000', 4008],
    ['a request that expires immediately', 'X-M2M-RET', '-1', 4008],
    ['a result that has expired', 'X-M2M-RST', '20200101T000000', 4008],
    ['an expiration that is no time', 'X-M2M-RET', 'soon', 4000],
    ['an execution time that is none', 'X-M2M-OET', 'soon', 4000],
    ['an event category that does not exist', 'X-M2M-EC', '1', 4000],
  ];
  for (const [what, header, value, rsc] of headers) {
    it(`answers ${rsc} to ${what}`, async () => {
      const answer = await cse.send('GET', '/cse-in/c', undefined, { headers: { [header]: value } });
      expect(answer.rsc, answer.dbg).to.equal(rsc);
    });
  }
});
