import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  context,
  describe as describeType,
  type EntityFragment,
  types,
  units,
  validateEntity,
  vocabularies,
} from '#ontologies';

interface Context {
  readonly '@context': Readonly<Record<string, unknown>>;
}
/** Contexts and JSON Schemas as Smart Data Models publishes them; see the README beside them. */
const published = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`smart-data-models/${file}`, import.meta.url), 'utf8'));

const contextFiles = {
  [vocabularies.waste]: 'context-WasteManagement.jsonld',
  [vocabularies.lighting]: 'context-Streetlighting.jsonld',
  [vocabularies.device]: 'context-Device.jsonld',
  [vocabularies.energy]: 'context-Energy.jsonld',
  [vocabularies.building]: 'context-Building.jsonld',
  [vocabularies.weather]: 'context-Weather.jsonld',
};

describe('an entity type', () => {
  for (const type of types) {
    describe(type.name, () => {
      const properties = Object.entries(type.properties);

      it('has every label in French and English', () => {
        const labels = [type.label, type.plural, type.about, ...properties.map(([, { label }]) => label)];
        for (const { fr, en } of labels) {
          expect(fr).to.match(/\p{L}/u);
          expect(en).to.match(/\p{L}/u);
        }
        for (const [name, { schema, choices }] of properties) {
          if ('enum' in schema) expect(Object.keys(choices ?? {}), name).to.have.members([...schema.enum]);
        }
      });

      it('shows properties it has: headline, chart and effects of commands', () => {
        const effects = Object.values(type.commands).flatMap(({ effect }) => [
          effect.property,
          effect.echo ?? effect.property,
        ]);
        for (const name of [type.headline, ...type.chart, ...effects]) {
          expect(type.properties[name]?.observed, name).to.equal(true);
        }
      });

      it('gives a unit to every number', () => {
        for (const [name, { schema, unitCode }] of properties) {
          const isNumber = 'type' in schema && (schema.type === 'number' || schema.type === 'integer');
          expect(unitCode !== undefined && unitCode in units, name).to.equal(isNumber);
        }
      });

      it('takes its terms from vocabularies that have them', () => {
        for (const [name, { term }] of [[type.name, type] as const, ...properties]) {
          const [base, file] = Object.entries(contextFiles).find(([prefix]) => term.startsWith(prefix)) ?? [];
          if (base === undefined || file === undefined) continue;
          const known = Object.values((published(file) as Context)['@context']);
          expect(known, `${name}: ${term}`).to.include(term);
        }
      });

      it('is described for consoles in plain JSON', () => {
        const description = describeType(type);
        expect(JSON.parse(JSON.stringify(description))).to.deep.equal(description);
        expect(description.properties.map(({ name }) => name)).to.deep.equal(properties.map(([name]) => name));
      });

      it('accepts any value its declaration allows', () => {
        fc.assert(
          fc.property(fragmentOf(type), (entity) => {
            expect(validateEntity(entity)).to.equal(undefined);
          }),
          { numRuns: 100 },
        );
      });
    });
  }

  it('refuses values just outside their range, with both bounds in the reason', () => {
    for (const type of types) {
      for (const [name, { schema, unitCode }] of Object.entries(type.properties)) {
        if (!('maximum' in schema) || schema.maximum === undefined) continue;
        const value = schema.maximum + 1;
        const attribute = { type: 'Property', value, ...(unitCode === undefined ? {} : { unitCode }) };
        const invalid = validateEntity({ id: `urn:ngsi-ld:${type.name}:x`, type: type.name, [name]: attribute });
        expect(invalid?.path, name).to.equal(`/${name}/value`);
        expect(invalid?.reason.en).to.match(
          new RegExp(`^${name} is [\\d,.]+; expected between -?[\\d,.]+ and [\\d,.]+$`),
        );
      }
    }
  });

  it('never fails on what is not an entity at all', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (anything) => {
        expect(validateEntity(anything)?.reason.fr).to.be.a('string');
      }),
    );
  });
});

describe('where Smart Data Models has a schema', () => {
  const models = {
    WasteContainer: ['fillingLevel', 'status', 'storedWasteKind'],
    Streetlight: ['illuminanceLevel', 'powerState', 'status'],
  };
  for (const [name, properties] of Object.entries(models)) {
    it(`${name} keeps its ranges and choices`, () => {
      const { allOf } = published(`${name}.schema.json`) as { allOf: { properties?: Record<string, object> }[] };
      const model = Object.assign({}, ...allOf.map((part) => part.properties ?? {})) as Record<
        string,
        { minimum?: number; maximum?: number; enum?: string[] }
      >;
      const type = types.find((candidate) => candidate.name === name);
      for (const property of properties) {
        const ours = type?.properties[property]?.schema as { minimum?: number; maximum?: number; enum?: string[] };
        const theirs = model[property];
        expect([ours.minimum, ours.maximum], property).to.deep.equal([theirs?.minimum, theirs?.maximum]);
        if (theirs?.enum !== undefined) expect(ours.enum, property).to.have.members(theirs.enum);
      }
    });
  }
});

describe('the JSON-LD context', () => {
  const [terms, core] = context['@context'] as readonly [Readonly<Record<string, unknown>>, string];

  it('ends with the core context of NGSI-LD', () => {
    expect(core).to.match(/ngsi-ld-core-context-v1\.8\.jsonld$/);
  });

  it('gives each property the term its type declares, scoped to the type where types differ', () => {
    for (const type of types) {
      const scoped = terms[type.name] as { '@id': string; '@context'?: Record<string, string> };
      expect(scoped['@id']).to.equal(type.term);
      for (const [name, { term }] of Object.entries(type.properties)) {
        expect(scoped['@context']?.[name] ?? terms[name], `${type.name}.${name}`).to.equal(term);
      }
    }
  });
});

function fragmentOf(type: (typeof types)[number]): fc.Arbitrary<EntityFragment> {
  const time = fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });
  const attributes = Object.fromEntries(
    Object.entries(type.properties).map(([name, { schema, unitCode, observed }]) => [
      name,
      fc.record({ value: valueFor(schema), at: time }).map(({ value, at }) => ({
        type: 'Property',
        value,
        ...(unitCode === undefined ? {} : { unitCode }),
        ...(observed ? { observedAt: at.toISOString() } : {}),
      })),
    ]),
  );
  const location = fc
    .tuple(fc.double({ min: -180, max: 180, noNaN: true }), fc.double({ min: -90, max: 90, noNaN: true }))
    .map((coordinates) => ({ type: 'GeoProperty', value: { type: 'Point', coordinates } }));
  return fc
    .record({ location, ...attributes }, { requiredKeys: ['location'] })
    .map((rest) => ({ id: `urn:ngsi-ld:${type.name}:x`, type: type.name, ...rest }) as EntityFragment);
}

function valueFor(schema: (typeof types)[number]['properties'][string]['schema']): fc.Arbitrary<unknown> {
  if ('enum' in schema) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -1e6, max: schema.maximum ?? 1e6 });
    case 'number':
      return fc.double({ min: schema.minimum ?? -1e6, max: schema.maximum ?? 1e6, noNaN: true });
    case 'string':
      return schema.format === 'date-time'
        ? fc.constant('2026-03-02T08:15:00Z')
        : fc.string({ maxLength: schema.maxLength });
    case 'object':
      return fc.record(
        Object.fromEntries(
          Object.entries(schema.properties).map(([name, { maxLength }]) => [name, fc.string({ maxLength })]),
        ),
        { requiredKeys: [] },
      );
  }
}
