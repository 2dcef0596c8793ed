import { expect } from 'chai';
import fc from 'fast-check';
import { formsOf } from '../../cse/access/originators.ts';
import { type AccessQuery, compileRules, type Right, right } from '../../cse/access/rule.ts';
import type { JsonObject } from '../../cse/primitive.ts';

const names = { cseId: '/id-in', cseName: 'cse-in', spId: '//alzette.example' };

/**
 * TS-0003 §7.1.5 written down as plainly as possible, without anything of what the CSE uses: the reference that compiled
 * rules are held against.
 */
const reference = {
  /** `*` ends at a slash. */
  like(pattern: string, text: string): boolean {
    if (pattern === '') return text === '';
    if (pattern[0] === '*') {
      if (reference.like(pattern.slice(1), text)) return true;
      return text !== '' && text[0] !== '/' && reference.like(pattern, text.slice(1));
    }
    return text !== '' && pattern[0] === text[0] && reference.like(pattern.slice(1), text.slice(1));
  },
  absolute(id: string): string {
    if (id.startsWith('//')) return id;
    if (id.startsWith('/')) return `//alzette.example${id}`;
    return id.startsWith('S') ? `//alzette.example/${id}` : `//alzette.example/id-in/${id}`;
  },
  isNamed(entry: string, query: Asked): boolean {
    if (entry === 'all') return true;
    if (entry.includes('@')) return query.roles.includes(entry);
    if (entry.startsWith('grp-') || entry.startsWith('cse-in/')) return query.groups.includes(entry);
    if (/^\/\/[^/]+$/.test(entry)) {
      const [, , domain = ''] = reference.absolute(query.originator).split('/');
      return reference.like(entry.slice(2), domain);
    }
    // An AE-ID-Stem is about AEs that are written so here.
    if (!entry.includes('/')) return !query.originator.includes('/') && reference.like(entry, query.originator);
    return reference.like(reference.absolute(entry), reference.absolute(query.originator));
  },
  bits: (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0),
  inNetwork(network: string, address: string | undefined): boolean {
    if (address === undefined) return false;
    const [base = '', prefix = '32'] = network.split('/');
    const size = 2 ** (32 - Number(prefix));
    return Math.floor(reference.bits(base) / size) === Math.floor(reference.bits(address) / size);
  },
  /** Generated windows name one hour. */
  inWindow: (entry: string, now: number): boolean => new Date(now).getUTCHours() === Number(entry.split(' ')[2]),
  contextHolds({ actw, acip, aclr, acec }: Context, query: Asked): boolean {
    if (actw !== undefined && actw.length > 0 && !actw.some((entry) => reference.inWindow(entry, query.now)))
      return false;
    if (acip !== undefined && !acip.ipv4.some((network) => reference.inNetwork(network, query.address))) return false;
    if (aclr?.accc !== undefined) return false;
    if (aclr?.accr !== undefined) {
      const [latitude = 0, longitude = 0] = aclr.accr;
      if (query.place === undefined) return false;
      // Generated circles have a radius of 50 km, and generated places are either their centre or far away.
      if (query.place.latitude !== latitude || query.place.longitude !== longitude) return false;
    }
    return acec === undefined || query.battery > acec.thld;
  },
  grants(rule: GeneratedRule, query: Asked): boolean {
    const operations = rule.aca === undefined ? rule.acop : rule.acop % 8;
    if (Math.floor(operations / query.right) % 2 === 0) return false;
    if (rule.acaf === true && !query.authenticated) return false;
    if (!rule.acor.some((entry) => reference.isNamed(entry, query))) return false;
    if (rule.acco !== undefined && rule.acco.length > 0 && !rule.acco.some((c) => reference.contextHolds(c, query)))
      return false;
    if (rule.acod === undefined || rule.acod.length === 0) return true;
    return rule.acod.some(
      ({ ty, chty }) =>
        (ty === undefined || ty === query.type) && (query.right !== right.create || chty.includes(query.childType)),
    );
  },
};

interface Context {
  actw?: string[];
  acip?: { ipv4: string[] };
  aclr?: { accr?: number[]; accc?: string[] };
  acec?: { optr: number; sbjt: string; thld: number };
}
interface GeneratedRule {
  acor: string[];
  acop: number;
  acco?: Context[];
  acaf?: boolean;
  acod?: { ty?: number; chty: number[] }[];
  aca?: string[];
}
interface Asked {
  originator: string;
  right: Right;
  type: number;
  childType: number;
  address: string | undefined;
  authenticated: boolean;
  now: number;
  place: { latitude: number; longitude: number } | undefined;
  battery: number;
  roles: string[];
  groups: string[];
}

const originators = [
  'Clight-1',
  'Clight-2',
  'Cgate',
  'Slight',
  '/id-mn',
  '/id-mn/Clight-1',
  '//other.example/id-x/Cgate',
] as const;
const entries = [
  ...originators,
  'all',
  'Clight-*',
  'C*',
  '*',
  'C*t*',
  '/id-in/Clight-1',
  '/id-in/C*',
  '/id-*/Clight-1',
  '/S*',
  '/*',
  '//alzette.example',
  '//alzette.example/id-in/Cgate',
  '//*/id-x/C*',
  '//other.example',
  '//*.example',
  'lamp.lighter@alzette.example',
  'reader@other.example',
  'grp-1',
  'cse-in/group',
] as const;
const roles = ['lamp.lighter@alzette.example', 'reader@other.example'];
const groups = ['grp-1', 'cse-in/group'];
const circle = [49.5, 5.9, 50_000];
const types = [2, 3, 28];

const context: fc.Arbitrary<Context> = fc.record(
  {
    actw: fc.array(
      fc.integer({ min: 0, max: 3 }).map((hour) => `* * ${hour} * * * *`),
      { maxLength: 2 },
    ),
    acip: fc.record({
      ipv4: fc.array(fc.constantFrom('10.0.0.0/8', '10.1.0.0/16', '192.168.7.9', '0.0.0.0/0'), { maxLength: 2 }),
    }),
    aclr: fc.constantFrom({ accr: circle }, { accc: ['FR'] }),
    acec: fc.record({ optr: fc.constant(3), sbjt: fc.constant('btl'), thld: fc.integer({ min: 0, max: 100 }) }),
  },
  { requiredKeys: [] },
);
const rule: fc.Arbitrary<GeneratedRule> = fc.record(
  {
    acor: fc.array(fc.constantFrom<string>(...entries), { maxLength: 4 }),
    acop: fc.integer({ min: 0, max: 63 }),
    acco: fc.array(context, { maxLength: 2 }),
    acaf: fc.boolean(),
    acod: fc.array(
      fc.record(
        {
          ty: fc.constantFrom(...types),
          chty: fc.array(fc.constantFrom(...types), { minLength: 1, maxLength: 2 }),
        },
        { requiredKeys: ['chty'] },
      ),
      { maxLength: 2 },
    ),
    aca: fc.array(fc.constantFrom('lbl', 'con'), { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: ['acor', 'acop'] },
);
const asked: fc.Arbitrary<Asked> = fc.record({
  originator: fc.constantFrom<string>(...originators),
  right: fc.constantFrom(...Object.values(right)),
  type: fc.constantFrom(...types),
  childType: fc.constantFrom(...types),
  address: fc.constantFrom('10.1.2.3', '10.2.0.1', '192.168.7.9', '172.16.0.1', undefined),
  authenticated: fc.boolean(),
  now: fc.integer({ min: 0, max: 3 }).map((hour) => Date.UTC(2026, 5, 1, hour, 30)),
  place: fc.constantFrom({ latitude: 49.5, longitude: 5.9 }, { latitude: 46.16, longitude: -1.15 }, undefined),
  battery: fc.integer({ min: 0, max: 100 }),
  roles: fc.subarray(roles),
  groups: fc.subarray(groups),
});

const toQuery = (given: Asked): AccessQuery => ({
  originator: given.originator,
  forms: formsOf(given.originator, names),
  right: given.right,
  type: given.type,
  childType: given.childType,
  remoteAddress: given.address,
  authenticated: given.authenticated,
  now: given.now,
  position: given.place,
  attributes: { btl: given.battery },
  hasRole: (role) => given.roles.includes(role),
  isMember: (group) => given.groups.includes(group),
});

describe('access control rules, compiled', () => {
  const base: Asked = {
    originator: 'Cgate',
    right: right.retrieve,
    type: 3,
    childType: 4,
    address: undefined,
    authenticated: true,
    now: 0,
    place: undefined,
    battery: 0,
    roles: [],
    groups: [],
  };

  it('grant exactly what the algorithm of TS-0003 §7.1.5 grants', () => {
    let granted = 0;
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 4 }), asked, (acr, given) => {
        const rules = compileRules({ acr } as unknown as JsonObject, names);
        const query = toQuery(given);
        const expected = acr.map((one) => reference.grants(one, given));
        if (expected.includes(true)) granted += 1;
        expect(rules.map((one) => one.grants(query))).to.deep.equal(expected);
      }),
      { numRuns: 5_000 },
    );
    expect(granted, 'the property has been tried on both sides').to.be.within(200, 4_800);
  });

  it('grant no more when one of their conditions is added (TS-0003 §7.1.5)', () => {
    fc.assert(
      fc.property(rule, context, asked, (one, more, given) => {
        const query = toQuery(given);
        const [before] = compileRules({ acr: [one] } as unknown as JsonObject, names);
        const narrowed = { ...one, acaf: true, acco: (one.acco ?? []).map((old) => ({ ...more, ...old })) };
        const [after] = compileRules({ acr: [narrowed] } as unknown as JsonObject, names);
        if (after?.grants(query)) expect(before?.grants(query)).to.equal(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('are asked in time in proportion to the originator, whatever their pattern', () => {
    const pattern = `C${'*a'.repeat(500)}*b`;
    const [greedy] = compileRules({ acr: [{ acor: [pattern, `//*/id-in/${pattern}`], acop: 63 }] }, names);
    const originator = `C${'a'.repeat(120)}c`;
    const started = performance.now();
    const query = { ...toQuery(base), originator, forms: formsOf(originator, names) };
    for (let time = 0; time < 1_000; time += 1) expect(greedy?.grants(query)).to.equal(false);
    expect(performance.now() - started).to.be.below(2_000);
  });

  it('read IPv6 networks, and IPv4 peers of dual-stack sockets', () => {
    const [inside] = compileRules(
      {
        acr: [
          {
            acor: ['all'],
            acop: 63,
            acco: [{ acip: { ipv4: ['127.0.0.0/8'] } }, { acip: { ipv6: ['2001:db8::/32'] } }],
          },
        ],
      },
      names,
    );
    const from = (remoteAddress: string) => inside?.grants({ ...toQuery(base), remoteAddress });
    expect(from('::ffff:127.0.0.1')).to.equal(true);
    expect(from('2001:db8::7')).to.equal(true);
    expect(from('2001:db9::7')).to.equal(false);
    expect(from('::1')).to.equal(false);
    expect(from('not an address')).to.equal(false);
  });
});
