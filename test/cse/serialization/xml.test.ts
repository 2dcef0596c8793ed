import { expect } from 'chai';
import fc from 'fast-check';
import { definitions } from '../../../cse/resources/index.ts';
import { Malformed, requestLimits, serializations, writePrimitive } from '../../../cse/serialization/index.ts';
import { accepted } from '../conformance/samples.ts';

const { encode, decode } = serializations.xml;
const write = (value: object): string => encode(value as never).toString();
const read = (text: string): unknown => decode(Buffer.from(text), requestLimits);
const refused = (text: string | Uint8Array): string => {
  try {
    decode(typeof text === 'string' ? Buffer.from(text) : text, requestLimits);
  } catch (error) {
    if (error instanceof Malformed) return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
};
const m2m = 'xmlns:m2m="http://www.onem2m.org/xml/protocols"';

/** Numbers that JSON itself would refuse to keep are no matter of XML. */
const isExact = (value: unknown): boolean => !JSON.stringify(value).match(/\d{16}/);

describe('XML (TS-0004 §8.3)', () => {
  it('writes and reads the example of the standard (§8.3.2)', () => {
    const request = {
      op: 1,
      to: '//example.net/myCSE/-/Cont1',
      fr: '/myCSE/C2345',
      rqi: '0002bf63',
      ty: 4,
      pc: { 'm2m:cin': { cnf: 'application/xml:1', con: 'PHRpbWU+' } },
    };
    const text = `<?xml version="1.0" encoding="UTF-8"?>
      <m2m:rqp ${m2m}>
        <op>1</op><to>//example.net/myCSE/-/Cont1</to><fr>/myCSE/C2345</fr><rqi>0002bf63</rqi><ty>4</ty>
        <pc><m2m:cin><cnf>application/xml:1</cnf><con>PHRpbWU+</con></m2m:cin></pc>
      </m2m:rqp>`;
    expect(read(text)).to.deep.equal(request);
    expect(read(writePrimitive('xml', request as never).toString())).to.deep.equal(request);
  });

  it('writes a resource as its schema orders it: name as attribute, lists with spaces, children inside', () => {
    const content = {
      'm2m:cnt': {
        rn: 'c',
        mni: 5,
        ty: 3,
        ri: 'cnt-1',
        pi: 'Cae',
        lbl: ['a', 'b:c'],
        st: 2,
        et: '20991231T235959',
        ct: '20260101T000000',
        acpi: ['cse-in/acp'],
        'm2m:cin': [{ rn: 'i', con: '<1 & 2>' }],
        ch: [{ nm: 'x', typ: 4, val: 'cse-in/c/x' }],
      },
    };
    expect(write(content)).to.equal(
      `<?xml version="1.0" encoding="UTF-8"?>\n<m2m:cnt ${m2m} rn="c"><ty>3</ty><ri>cnt-1</ri><pi>Cae</pi><ct>20260101T000000</ct><lbl>a b:c</lbl><acpi>cse-in/acp</acpi><et>20991231T235959</et><st>2</st><mni>5</mni><ch nm="x" typ="4">cse-in/c/x</ch><m2m:cin rn="i"><con>&lt;1 &amp; 2&gt;</con></m2m:cin></m2m:cnt>`,
    );
    expect(read(write(content))).to.deep.equal(content);
  });

  it('takes an empty element for NULL, which removes an attribute', () => {
    expect(read(`<m2m:grp ${m2m}><mnm></mnm></m2m:grp>`)).to.deep.equal({ 'm2m:grp': { mnm: null } });
    expect(write({ 'm2m:cnt': { mni: null } })).to.include('<mni/>');
  });

  it('reads any prefix for the namespaces of the standard', () => {
    expect(read('<x:cnt xmlns:x="http://www.onem2m.org/xml/protocols" rn="c"><mni>3</mni></x:cnt>')).to.deep.equal({
      'm2m:cnt': { rn: 'c', mni: 3 },
    });
    expect(read('<binarySwitch xmlns="http://www.onem2m.org/xml/protocols/commondomain"/>')).to.have.all.keys(
      'cod:binarySwitch',
    );
  });

  const others: readonly object[] = [
    { 'm2m:uril': ['cse-in/a', 'cse-in/b'] },
    { 'm2m:uril': [] },
    { 'm2m:uri': 'cse-in/a' },
    { 'm2m:dbg': 'what was wrong: <a> & "b"' },
    { 'm2m:atrl': ['lbl', 'mni'] },
    { 'm2m:rrl': { rrf: [{ nm: 'a', typ: 3, val: 'cse-in/a' }] } },
    { 'm2m:rce': { 'm2m:cnt': { rn: 'c', mni: 1 }, uri: 'cse-in/c' } },
    { 'm2m:sgn': { nev: { rep: { 'm2m:cin': { con: '1' } }, net: 3 }, sur: '/id-in/sub-1', vrq: true } },
    {
      'm2m:agn': {
        'm2m:sgn': [
          { sur: 'a', sud: true },
          { sur: 'b', nev: { net: 1, rep: { 'm2m:uri': 'x' } } },
        ],
      },
    },
    { 'm2m:agr': { 'm2m:rsp': [{ rsc: 2000, rqi: '1', pc: { 'm2m:cin': { con: 'x' } }, fr: 'a' }] } },
    { 'm2m:acp': { pv: { acr: [{ acor: ['all'], acop: 63 }] }, pvs: {} } },
    { 'm2m:sch': { se: { sce: ['* * * * * * *', '0 0 * * * * *'] } } },
    { 'm2m:cin': { con: { deep: [1, 'two', null, { '3 is no name': true }] } } },
    { 'm2m:cin': { con: '' } },
    { 'm2m:cin': { con: ' kept  as it\tis\r\n' } },
    { 'm2m:cin': { con: 'control \u0001 character' } },
    { 'm2m:cnt': { lbl: ['two words', 'x'], acpi: [] } },
    {
      op: 2,
      to: 'a',
      rqi: '1',
      fc: { fu: 1, ty: [2, 3], lbq: ['a EQ b'], smf: ['ASK { ?s ?p ?o }'], atr: [{ nm: 'mni', val: 3 }] },
      rt: { rtv: 1, nu: ['http://a'] },
      sqi: false,
    },
  ];
  for (const given of others) {
    it(`gives back ${JSON.stringify(given).slice(0, 70)}`, () => {
      expect(read(write(given)), write(given)).to.deep.equal(given);
    });
  }

  it('gives back every attribute of every resource type, with values of its data type', () => {
    for (const { element, attributes, shortName } of definitions()) {
      const content: Record<string, unknown> = {};
      for (const [name, { type }] of Object.entries(attributes))
        if (name !== 'rn') content[name] = accepted(type.schema as Record<string, unknown>);
      const given = { [element]: { rn: 'name', ...content } };
      expect(read(write(given)), shortName).to.deep.equal(given);
    }
  });

  it('gives back any text, number and structure in content', () => {
    fc.assert(
      fc.property(fc.jsonValue().filter(isExact), (con) => {
        const given = JSON.parse(JSON.stringify({ 'm2m:cin': { con } }));
        expect(read(write(given))).to.deep.equal(given);
      }),
      { numRuns: 500 },
    );
  });

  const attacks: readonly (readonly [what: string, text: string | Uint8Array, why: string])[] = [
    [
      'a document type, hence entities that expand',
      '<!DOCTYPE a [<!ENTITY x "xx"><!ENTITY y "&x;&x;">]><a>&y;</a>',
      'document type',
    ],
    ['an entity from elsewhere', '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x"><a/>', 'document type'],
    ['an entity that is not declared', `<m2m:cin ${m2m}><con>&x;</con></m2m:cin>`, 'not XML'],
    ['elements that are not closed', `<m2m:cin ${m2m}>`, 'not XML'],
    ['two roots', '<a/><b/>', 'not XML'],
    ['an attribute that occurs twice', '<a b="1" b="2"/>', 'not XML'],
    ['a prefix that is not declared', '<m2m:cin/>', 'not XML'],
    ['bytes that are not UTF-8', Buffer.from([0x3c, 0x61, 0xc3, 0x28, 0x2f, 0x3e]), 'UTF-8'],
    ['elements a hundred deep', '<a>'.repeat(100) + '</a>'.repeat(100), 'within each other'],
    ['text between attributes', `<m2m:cnt ${m2m}>hello<mni>1</mni></m2m:cnt>`, 'hello'],
    ['an attribute that occurs twice as element', `<m2m:cnt ${m2m}><mni>1</mni><mni>2</mni></m2m:cnt>`, 'no list'],
    ['an element where text is expected', `<m2m:cnt ${m2m}><or><x/></or></m2m:cnt>`, 'text is expected'],
    ['a number that would change', `<m2m:cnt ${m2m}><mni>9007199254740993</mni></m2m:cnt>`, 'exactly'],
    ['nothing', '', 'not XML'],
  ];
  for (const [what, text, why] of attacks) {
    it(`refuses ${what}`, () => {
      expect(refused(text)).to.include(why);
    });
  }
});
