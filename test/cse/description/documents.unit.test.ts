import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect } from 'chai';
import { asyncApi, describedTypes, describeType, exampleOf, openApi, responseStatus } from '#cse';
import { definitionByElement } from '../../../cse/resources/index.ts';
import { checkCreate } from '../../../cse/resources/validate.ts';

const where = {
  cseId: '/id-in',
  cseName: 'cse-in',
  httpUrl: 'http://127.0.0.1:8080',
  mqttUrl: 'mqtt://127.0.0.1:1883',
};

const vector = (name: string): object =>
  JSON.parse(readFileSync(new URL(`vectors/${name}.schema.json`, import.meta.url), 'utf8'));

/** Every `$ref` in a document that leads nowhere within it. */
function brokenReferences(document: unknown): string[] {
  const broken: string[] = [];
  const leads = (pointer: string): boolean => {
    let at: unknown = document;
    for (const part of pointer.slice(2).split('/')) {
      const name = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
      if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return false;
      at = (at as Record<string, unknown>)[name];
    }
    return true;
  };
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if ('$ref' in node && typeof node.$ref === 'string' && !leads(node.$ref)) broken.push(node.$ref);
    Object.values(node).forEach(visit);
  };
  visit(document);
  return broken;
}

describe('the description of the HTTP binding', () => {
  const document = openApi(where);

  it('is OpenAPI 3.1', () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(ajv);
    ajv.addFormat('media-range', true);
    const validate = ajv.compile(vector('openapi-3.1'));
    validate(document);
    expect(validate.errors ?? []).to.deep.equal([]);
  });

  it('refers to nothing that it does not hold', () => {
    expect(brokenReferences(document)).to.deep.equal([]);
  });

  it('names every response status code under the HTTP status it travels with (TS-0009 Table 6.3.2-1)', () => {
    const { responses } = document.components as Record<string, Record<string, { description: string }>>;
    for (const [name, { rsc, http }] of Object.entries(responseStatus)) {
      if (http >= 400) expect(responses?.[`status${http}`]?.description).to.include(`${rsc} ${name}`);
    }
  });
});

describe('the description of the MQTT binding', () => {
  const document = asyncApi(where);

  it('is AsyncAPI 3', () => {
    // It brings the schema of its own dialect with it.
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, meta: false, validateSchema: false });
    const validate = ajv.compile(vector('asyncapi-3.0.0'));
    validate(document);
    expect(validate.errors ?? []).to.deep.equal([]);
  });

  it('refers to nothing that it does not hold, and keeps the topics of TS-0010 §6.4', () => {
    expect(brokenReferences(document)).to.deep.equal([]);
    const addresses = Object.values(document.channels as Record<string, { address: string }>).map(
      ({ address }) => address,
    );
    expect(addresses).to.include('/oneM2M/req/{originator}/{receiver}/{format}').and.to.have.lengthOf(4);
  });
});

describe('the JSON Schema of a resource type', () => {
  it('is correct for every type that is served, and refers to nothing that it does not hold', function () {
    this.timeout(30_000);
    const ajv = new Ajv2020({ strict: false });
    for (const { element } of describedTypes()) {
      const schema = describeType(element)?.schema;
      expect(schema, element).to.be.an('object');
      if (schema === undefined) continue;
      expect(ajv.validateSchema(schema), `${element}: ${ajv.errorsText()}`).to.equal(true);
      expect(brokenReferences(schema), element).to.deep.equal([]);
    }
  });

  const creatable = describedTypes().filter(({ element, type }) => element.startsWith('m2m:') && type < 10_000);
  it('accepts the example of the reference, and so does the CSE', () => {
    const ajv = new Ajv2020({ strict: false });
    for (const { element } of creatable) {
      const definition = definitionByElement(element);
      const example = definition === undefined ? undefined : exampleOf(definition);
      const schema = describeType(element)?.schema;
      if (definition === undefined || example === undefined || schema === undefined) continue;
      checkCreate(definition, example[element] as Record<string, never>);
      const { $ref: _, $id: __, ...document } = schema;
      const validate = ajv.compile({ ...document, $ref: '#/$defs/create' });
      expect(validate(example), `${element}: ${JSON.stringify(validate.errors)}`).to.equal(true);
    }
  });

  const refused = {
    'a negative limit': { mni: -1 },
    'an attribute that only the CSE sets': { cni: 0 },
    'an attribute of another type': { con: '21' },
    'a time that is none': { et: 'tomorrow' },
  };
  for (const [what, content] of Object.entries(refused)) {
    it(`refuses ${what} in the CREATE of a container, as the CSE does`, () => {
      const definition = definitionByElement('m2m:cnt');
      const { $ref: _, ...document } = describeType('m2m:cnt')?.schema ?? {};
      const validate = new Ajv2020({ strict: false }).compile({ ...document, $ref: '#/$defs/create' });
      expect(validate({ 'm2m:cnt': content })).to.equal(false);
      expect(() => definition && checkCreate(definition, content)).to.throw();
    });
  }

  it('lets an UPDATE remove what is optional with null, and nothing that is mandatory', () => {
    const { $ref: _, ...document } = describeType('m2m:sub')?.schema ?? {};
    const validate = new Ajv2020({ strict: false }).compile({ ...document, $ref: '#/$defs/update' });
    expect(validate({ 'm2m:sub': { lbl: null } })).to.equal(true);
    expect(validate({ 'm2m:sub': { nu: null } })).to.equal(false);
  });
});
