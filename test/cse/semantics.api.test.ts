import { expect } from 'chai';
import type { JsonObject } from '#cse';
import { until } from '../support/wait.ts';
import { type Answer, startCse, type TestCse } from './support.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const plain = (text: string): string => Buffer.from(text, 'base64').toString('utf8');

const prefixes = `@prefix saref: <https://saref.etsi.org/core/> . @prefix ex: <https://example.org/things#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .\n`;
const turtle = (triples: string): string => base64(prefixes + triples);
const rdfXml = (body = ''): string =>
  base64(`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">${body}</rdf:RDF>`);
const functionOf = (name: string): string =>
  rdfXml(`<rdf:Description rdf:about="urn:f"><rdf:type rdf:resource="urn:alzette:mashup:${name}"/></rdf:Description>`);

const lamps = 'PREFIX saref: <https://saref.etsi.org/core/> SELECT ?lamp WHERE { ?lamp a saref:LightSwitch }';
const meters = 'PREFIX saref: <https://saref.etsi.org/core/> SELECT ?m WHERE { ?m a saref:Meter }';
const format = { iri: 1, functional: 2, rdfXml: 4, turtle: 5, jsonLd: 7 };

describe('semantics', () => {
  let cse: TestCse;

  before(async () => {
    cse = await startCse({ env: { ALZETTE_CSE_SEMANTICS_TIME_MS_MAX: '2000' } });
    await cse.ae('Clamp');
    await cse.ae('Cmeter');
    await cse.ae('Cempty');
    await describe_('/cse-in/lamp', { rn: 'smd', dcrp: format.turtle, dsp: turtle('ex:lamp a saref:LightSwitch .') });
    await describe_('/cse-in/meter', {
      rn: 'smd',
      dcrp: format.jsonLd,
      dsp: base64('{"@id":"https://example.org/things#meter","@type":"https://saref.etsi.org/core/Meter"}'),
    });
  });

  after(() => cse[Symbol.asyncDispose]());

  const describe_ = (parent: string, content: JsonObject): Promise<Answer> =>
    cse.create(parent, 24, { 'm2m:smd': content });
  const smf = (sparql: string): string => `smf=${encodeURIComponent(sparql)}`;

  describe('<semanticDescriptor> (TS-0004 §7.4.34)', () => {
    const refusals: readonly (readonly [what: string, content: JsonObject, rsc: number, named: string])[] = [
      ['a description that is not of its format', { dcrp: format.turtle, dsp: base64('<rdf:RDF/>') }, 4000, 'dsp'],
      ['an IRI instead of a description', { dcrp: format.iri, dsp: base64('urn:x') }, 4000, 'dcrp'],
      ['a syntax of OWL that is not RDF', { dcrp: format.functional, dsp: base64('Ontology()') }, 5001, 'dcrp'],
      [
        'an operation in a CREATE',
        { dcrp: format.turtle, dsp: turtle(''), soe: 'INSERT DATA { <a:b> <a:c> <a:d> }' },
        4000,
        'soe',
      ],
      [
        'an ontology that is not to be found',
        { dcrp: format.turtle, dsp: turtle(''), vlde: true, or: 'cse-in/nowhere' },
        4118,
        'or',
      ],
      [
        'an ontology elsewhere, which is not fetched',
        { dcrp: format.turtle, dsp: turtle(''), vlde: true, or: 'http://127.0.0.1:9/o' },
        4118,
        'or',
      ],
      [
        'related semantics that are not to be found',
        { dcrp: format.turtle, dsp: turtle(''), vlde: true, rels: ['cse-in/nowhere'] },
        4119,
        'rels',
      ],
    ];
    for (const [what, content, rsc, named] of refusals) {
      it(`refuses ${what} with ${rsc}`, async () => {
        const answer = await describe_('/cse-in/empty', { rn: 'refused', ...content });
        expect(answer.rsc, answer.dbg).to.equal(rsc);
        expect(answer.dbg).to.include(named);
        expect((await cse.send('GET', '/cse-in/empty/refused')).rsc, 'nothing is stored').to.equal(4004);
      });
    }

    it('is changed by SPARQL, in the format it has; the operation is not shown', async () => {
      const { pc } = await describe_('/cse-in/empty', { dcrp: format.turtle, dsp: turtle('ex:a a ex:B .') });
      const path = `/${pc['m2m:smd'].ri}`;
      const insert = 'INSERT DATA { <https://example.org/things#c> a <https://example.org/things#D> }';
      const changed = await cse.send('PUT', path, { 'm2m:smd': { soe: insert } });
      expect(changed.rsc, changed.dbg).to.equal(2004);
      const shown = (await cse.send('GET', path)).pc['m2m:smd'];
      expect(plain(shown.dsp)).to.include('things#B').and.to.include('things#D');
      expect(shown).not.to.have.property('soe');
      const both = await cse.send('PUT', path, { 'm2m:smd': { soe: insert, dsp: turtle('') } });
      expect(both.rsc).to.equal(4000);
      const wrong = await cse.send('PUT', path, { 'm2m:smd': { soe: 'INSERT nothing' } });
      expect(wrong.rsc, wrong.dbg).to.equal(4143);
      await cse.send('DELETE', path);
    });

    it('does not reach out: an update that loads from elsewhere fails (5212)', async () => {
      const { pc } = await describe_('/cse-in/empty', { dcrp: format.turtle, dsp: turtle('') });
      const path = `/${pc['m2m:smd'].ri}`;
      const { rsc } = await cse.send('PUT', path, { 'm2m:smd': { soe: 'LOAD <http://127.0.0.1:9/x>' } });
      expect(rsc).to.be.oneOf([5212, 4143]);
      await cse.send('DELETE', path);
    });
  });

  describe('validation (TS-0004 §7.4.34.2.1, §7.4.48)', () => {
    const ontology = turtle(`ex:Lamp a owl:Class ; owl:disjointWith ex:Bin . ex:Bin a owl:Class .
      ex:height a owl:DatatypeProperty . ex:near a owl:ObjectProperty .`);

    before(async () => {
      await cse.create('/cse-in', 38, { 'm2m:ontr': { rn: 'ontologies' } });
      const { rsc, dbg } = await cse.create('/cse-in/ontologies', 39, {
        'm2m:ont': { rn: 'things', ontf: format.turtle, ontc: ontology },
      });
      expect(rsc, dbg).to.equal(2001);
    });

    const valid = turtle('ex:l a ex:Lamp ; ex:height 5 ; ex:near ex:m .');
    const described = (dsp: string): JsonObject => ({
      dcrp: format.turtle,
      dsp,
      or: 'cse-in/ontologies/things',
      vlde: true,
    });

    it('marks a description that goes with its ontology, and takes the mark away with the wish for it', async () => {
      const { rsc, pc, dbg } = await describe_('/cse-in/empty', { rn: 'valid', ...described(valid) });
      expect(rsc, dbg).to.equal(2001);
      expect(pc['m2m:smd'].svd).to.equal(true);
      const { pc: after } = await cse.send('PUT', '/cse-in/empty/valid', { 'm2m:smd': { vlde: false } });
      expect(after['m2m:smd'].svd).to.equal(false);
      await cse.send('DELETE', '/cse-in/empty/valid');
    });

    const invalid: readonly (readonly [what: string, triples: string, named: string])[] = [
      ['a class that is not defined', 'ex:l a ex:Unicorn .', 'Unicorn'],
      ['a property that is not defined', 'ex:l ex:weight 5 .', 'weight'],
      ['a thing of two disjoint classes', 'ex:l a ex:Lamp, ex:Bin .', 'nothing in common'],
      ['a literal where a thing is expected', 'ex:l ex:near "wall" .', 'literal'],
    ];
    for (const [what, triples, named] of invalid) {
      it(`refuses ${what} with 4120`, async () => {
        const answer = await describe_('/cse-in/empty', { rn: 'invalid', ...described(turtle(triples)) });
        expect(answer.rsc, answer.dbg).to.equal(4120);
        expect(answer.dbg).to.include(named);
        const asked = await cse.send('PUT', '/cse-in/ontologies/smv', { 'm2m:smd': { ...described(turtle(triples)) } });
        expect(asked.rsc, 'and so does <semanticValidation>').to.equal(4120);
      });
    }

    it('is asked for by an UPDATE of <semanticValidation>, which allows nothing else', async () => {
      const { rsc, pc, dbg } = await cse.send('PUT', '/cse-in/ontologies/smv', { 'm2m:smd': described(valid) });
      expect(rsc, dbg).to.equal(2004);
      expect(pc['m2m:smd'].svd).to.equal(true);
      const { or: _or, ...without } = described(valid);
      expect((await cse.send('PUT', '/cse-in/ontologies/smv', { 'm2m:smd': without })).rsc).to.equal(4102);
      expect((await cse.send('PUT', '/cse-in/ontologies/smv', { 'm2m:smd': { dsp: 'x' } })).rsc).to.equal(4000);
      for (const method of ['GET', 'DELETE'])
        expect((await cse.send(method, '/cse-in/ontologies/smv')).rsc, method).to.equal(4005);
    });

    it('checks an ontology itself (§7.4.47)', async () => {
      const answer = await cse.create('/cse-in/ontologies', 39, {
        'm2m:ont': { ontf: format.turtle, ontc: base64('no turtle') },
      });
      expect(answer.rsc, answer.dbg).to.equal(4000);
      expect(answer.dbg).to.include('ontc');
    });
  });

  describe('discovery and query (TS-0004 §7.3.3.18, §7.3.3.19)', () => {
    const found = async (criteria: string, from = 'CAdmin'): Promise<string[]> => {
      const { rsc, pc, dbg } = await cse.send('GET', `/cse-in?fu=1&${criteria}`, undefined, { from });
      expect(rsc, dbg).to.equal(2000);
      return pc['m2m:uril'];
    };

    it('finds resources by their descriptions, alone and with other criteria', async () => {
      expect(await found(smf(lamps))).to.deep.equal(['cse-in/lamp']);
      expect(await found(`${smf(lamps)}&${smf(meters)}`)).to.deep.equal(['cse-in/lamp', 'cse-in/meter']);
      expect(await found(`${smf(lamps)}&ty=3`)).to.deep.equal([]);
      expect(await found(`${smf(lamps)}&ty=2&fo=2&lvl=1`)).to.have.members([
        'cse-in/empty',
        'cse-in/lamp',
        'cse-in/meter',
      ]);
    });

    it('shows nobody what they may not discover', async () => {
      expect(await found(smf(lamps), 'Cmeter')).to.deep.equal([]);
    });

    it('follows links between descriptions, by attribute and by annotation', async () => {
      await describe_('/cse-in/empty', {
        rn: 'linked',
        dcrp: format.turtle,
        dsp: turtle(''),
        rels: ['cse-in/lamp/smd'],
      });
      expect(await found(smf(lamps))).to.have.members(['cse-in/lamp', 'cse-in/empty']);
      const annotated = turtle(
        '@prefix m: <http://www.onem2m.org/> . ex:e m:resourceDescriptorLink <cse-in/meter/smd> .',
      );
      await cse.send('PUT', '/cse-in/empty/linked', { 'm2m:smd': { rels: null, dsp: annotated } });
      expect(await found(smf(meters))).to.have.members(['cse-in/meter', 'cse-in/empty']);
      await cse.send('DELETE', '/cse-in/empty/linked');
    });

    it('answers a query over all descriptions below the target (rcn 10)', async () => {
      const { rsc, pc, dbg } = await cse.send('GET', `/cse-in?rcn=10&sqi=true&${smf(lamps)}`);
      expect(rsc, dbg).to.equal(2000);
      expect(pc['m2m:qres'].results.bindings).to.deep.equal([
        { lamp: { type: 'uri', value: 'https://example.org/things#lamp' } },
      ]);
      const below = await cse.send('GET', `/cse-in/meter?rcn=10&sqi=true&${smf(lamps)}`);
      expect(below.pc['m2m:qres'].results.bindings).to.deep.equal([]);
    });

    it('refuses what is no SPARQL with 4143, and a query without its parts with 4000', async () => {
      expect((await cse.send('GET', `/cse-in?fu=1&${smf('SELECT nothing')}`)).rsc).to.equal(4143);
      expect((await cse.send('GET', `/cse-in?rcn=10&sqi=true&${smf('SELECT nothing')}`)).rsc).to.equal(4143);
      expect((await cse.send('GET', `/cse-in?rcn=10&${smf(lamps)}`)).rsc).to.equal(4000);
      expect((await cse.send('GET', `/cse-in?sqi=true&${smf(lamps)}`)).rsc).to.equal(4000);
      expect((await cse.send('GET', '/cse-in?rcn=10&sqi=true')).rsc).to.equal(4000);
    });

    it('ends a query that takes too long, and serves the next', async () => {
      const values = (name: string) =>
        `VALUES ?${name} { ${Array.from({ length: 60 }, (_, index) => index).join(' ')} }`;
      const endless = `SELECT (COUNT(*) AS ?n) WHERE { ${['a', 'b', 'c', 'd', 'e', 'f'].map(values).join(' ')} }`;
      const { rsc, dbg } = await cse.send('GET', `/cse-in?rcn=10&sqi=true&${smf(endless)}`);
      expect(rsc).to.equal(5207);
      expect(dbg).to.include('2000 ms');
      expect(await found(smf(lamps))).to.deep.equal(['cse-in/lamp']);
    });
  });

  describe('<semanticFanOutPoint> (TS-0004 §7.4.35)', () => {
    before(async () => {
      const members = ['cse-in/lamp', 'cse-in/meter/smd', 'cse-in/empty'];
      await cse.create('/cse-in', 9, { 'm2m:grp': { rn: 'all', mnm: 5, mid: members } });
    });

    it('discovers among the members, and queries all their descriptions', async () => {
      const discovered = await cse.send('GET', `/cse-in/all/sfop?fu=1&${smf(meters)}`);
      expect(discovered.rsc, discovered.dbg).to.equal(2000);
      expect(discovered.pc['m2m:uril']).to.deep.equal(['cse-in/meter/smd']);
      const both = 'SELECT ?thing WHERE { ?thing a ?kind }';
      const queried = await cse.send('GET', `/cse-in/all/sfop?rcn=10&sqi=true&${smf(both)}`);
      expect(queried.pc['m2m:qres'].results.bindings).to.have.length(2);
    });

    it('allows nothing but RETRIEVE, and needs a query', async () => {
      expect((await cse.send('DELETE', '/cse-in/all/sfop')).rsc).to.equal(4005);
      expect((await cse.send('GET', '/cse-in/all/sfop')).rsc).to.equal(4000);
      expect((await cse.send('GET', `/cse-in/all/sfop?fu=1&${smf('x')}`)).rsc).to.equal(4143);
      expect(
        (await cse.send('GET', `/cse-in/all/sfop?fu=1&${smf(meters)}`, undefined, { from: 'Clamp' })).rsc,
      ).to.equal(4103);
    });
  });

  describe('mash-up (TS-0004 §7.4.49 to §7.4.52)', () => {
    const members = { msm: [{ muri: 'cse-in/lamp/a' }, { muri: 'cse-in/lamp/b' }] };

    before(async () => {
      for (const [rn, con] of [
        ['a', '10'],
        ['b', '20'],
      ] as const) {
        await cse.create('/cse-in/lamp', 3, { 'm2m:cnt': { rn } });
        await cse.create(`/cse-in/lamp/${rn}`, 4, { 'm2m:cin': { con } });
      }
      const profile = { rn: 'mean', mbft: lamps, uptd: rdfXml(), fucd: functionOf('average') };
      const { rsc, dbg } = await cse.create('/cse-in', 40, { 'm2m:smjp': profile });
      expect(rsc, dbg).to.equal(2001);
    });

    const instance = (content: JsonObject): Promise<Answer> =>
      cse.create('/cse-in/mean', 41, {
        'm2m:smi': { mjid: 'cse-in/mean', jpin: rdfXml(), mst: 1, rgt: [2], msm: members, ...content },
      });
    const results = async (path: string): Promise<JsonObject[]> => {
      const { pc } = await cse.send('GET', `/${path}?rcn=8&ty=42`);
      return ((pc['m2m:smi']['m2m:smr'] ?? []) as { mrt: string }[]).map(({ mrt }) => JSON.parse(plain(mrt)));
    };

    it('computes a result on request and keeps it', async () => {
      const { rsc, dbg } = await instance({ rn: 'on-request' });
      expect(rsc, dbg).to.equal(2001);
      const { pc } = await cse.send('GET', '/cse-in/mean/on-request/msp');
      expect(JSON.parse(plain(pc['m2m:smr'].mrt))).to.deep.equal({
        result: 15,
        members: [
          { muri: 'cse-in/lamp/a', mvl: 10 },
          { muri: 'cse-in/lamp/b', mvl: 20 },
        ],
      });
      expect(await results('cse-in/mean/on-request')).to.have.length(1);
      for (const method of ['PUT', 'DELETE'])
        expect(
          (await cse.send(method, '/cse-in/mean/on-request/msp', method === 'PUT' ? { 'm2m:smi': {} } : undefined)).rsc,
        ).to.equal(4005);
    });

    it('computes one at creation, when a member changes, and again after a while, as asked', async () => {
      const { rsc, dbg } = await instance({ rn: 'by-itself', rgt: [1, 4] });
      expect(rsc, dbg).to.equal(2001);
      expect(await results('cse-in/mean/by-itself')).to.have.length(1);
      await cse.create('/cse-in/lamp/a', 4, { 'm2m:cin': { con: '40' } });
      await until(async () => (await results('cse-in/mean/by-itself')).some(({ result }) => result === 30));
      await instance({ rn: 'periodic', rgt: [3], prg: 'PT1S' });
      await until(async () => (await results('cse-in/mean/periodic')).length >= 2, { timeoutMs: 10_000 });
      await cse.send('DELETE', '/cse-in/mean/periodic');
    });

    const refusals: readonly (readonly [what: string, content: JsonObject, rsc: number])[] = [
      ['a profile that is none', { mjid: 'cse-in/lamp' }, 4000],
      ['an input that is not RDF/XML', { jpin: base64('{}') }, 4000],
      ['a period that is not said', { rgt: [3] }, 4000],
      ['members that have no number', { rgt: [1], msm: { msm: [{ muri: 'cse-in/meter' }] } }, 4121],
    ];
    for (const [what, content, rsc] of refusals) {
      it(`refuses ${what} with ${rsc}`, async () => {
        const answer = await instance({ rn: 'refused', ...content });
        expect(answer.rsc, answer.dbg).to.equal(rsc);
        expect((await cse.send('GET', '/cse-in/mean/refused')).rsc, 'nothing is stored').to.equal(4004);
      });
    }

    it('refuses a result made by hand (4005) and a function nobody knows (5001)', async () => {
      expect((await cse.create('/cse-in/mean/on-request', 42, { 'm2m:smr': {} })).rsc).to.equal(4005);
      await cse.create('/cse-in', 40, {
        'm2m:smjp': { rn: 'odd', mbft: lamps, uptd: rdfXml(), fucd: functionOf('median') },
      });
      await instance({ rn: 'odd', mjid: 'cse-in/odd' });
      expect((await cse.send('GET', '/cse-in/mean/odd/msp')).rsc).to.equal(5001);
    });
  });
});
