import { expect } from 'chai';
import {
  applyCommandMapping,
  applyMapping,
  commandMappingFor,
  compileMapping,
  type EntityMapping,
  mappingFor,
  mappings,
  readContent,
  readMapping,
  types,
} from '#ontologies';

const roles = ['descriptor', 'measurements'];

describe('the mappings that ship', () => {
  for (const mapping of mappings) {
    describe(`${mapping.id}@${mapping.version}`, () => {
      it('has a recorded sample', () => {
        expect(mapping.samples).not.to.deep.equal([]);
      });
      if (mapping.kind === 'entity') {
        for (const { name, input, entity } of mapping.samples) {
          it(name, async () => {
            const outcome = await applyMapping(compileMapping(mapping), input);
            expect(outcome).to.deep.equal({ entity });
          });
        }
        it('is the one that its labels choose', () => {
          expect(mappingFor([...mapping.labels, 'demo:true'])).to.equal(mapping);
        });
      } else {
        for (const { name, command, request } of mapping.samples) {
          it(name, async () => {
            expect(await applyCommandMapping(compileMapping(mapping), command)).to.deep.equal({ request });
          });
        }
      }
    });
  }

  it('cover the descriptor and the measurements of every theme', () => {
    const covered = mappings.flatMap((mapping) =>
      mapping.kind === 'entity' ? [[...mapping.labels].sort().join()] : [],
    );
    const expected = types.flatMap(({ theme }) =>
      roles.map((role) => [`theme:${theme}`, `role:${role}`].sort().join()),
    );
    expect(covered.sort()).to.deep.equal(expected.sort());
  });

  it('cover every command that a type declares', () => {
    for (const type of types) {
      for (const action of Object.keys(type.commands)) {
        expect(commandMappingFor(type.name, action), `${type.name} ${action}`).not.to.equal(undefined);
      }
    }
  });
});

const custom = (expression: string): EntityMapping => ({
  kind: 'entity',
  id: 'custom',
  version: 3,
  title: { fr: 'essai', en: 'trial' },
  labels: ['theme:waste'],
  target: 'WasteContainer',
  expression,
  samples: [],
});
const input = {
  change: { ty: 4, to: 'cse-in/lora-1/measurements/0001' },
  labels: ['theme:waste', 'model:elsys/elt'],
  content: { time: '2026-03-02T08:15:00Z', fill: 1.4 },
};
const outcomeOf = (expression: string, content: typeof input.content | object = input.content) =>
  applyMapping(compileMapping(custom(expression)), { ...input, content: content as typeof input.content });

describe('a message that cannot be mapped', () => {
  const failing: Readonly<
    Record<string, { expression: string; stage: string; fr: string | RegExp; en: string | RegExp }>
  > = {
    'a value out of range': {
      expression: '{ "observedAt": content.time, "fillingLevel": content.fill }',
      stage: 'validate',
      fr: 'fillingLevel vaut 1,4 ; attendu entre 0 et 1',
      en: 'fillingLevel is 1.4; expected between 0 and 1',
    },
    'an observation without time': {
      expression: '{ "fillingLevel": 0.5 }',
      stage: 'validate',
      fr: 'fillingLevel varie dans le temps mais le message n’en donne pas l’heure (observedAt)',
      en: 'fillingLevel varies over time but the message does not say when (observedAt)',
    },
    'a time without zone': {
      expression: '{ "observedAt": "2026-03-02T08:15:00", "fillingLevel": 0.5 }',
      stage: 'validate',
      fr: /une date ISO 8601 avec fuseau/,
      en: /an ISO 8601 time with zone/,
    },
    'no value at all': {
      expression: '{ "observedAt": content.time, "fillingLevel": content.nothing }',
      stage: 'validate',
      fr: 'aucune valeur n’a été trouvée',
      en: 'no value was found',
    },
    'a value of another kind': {
      expression: '{ "status": "on fire", "observedAt": content.time }',
      stage: 'validate',
      fr: /^status vaut "on fire" ; attendu l’une de : ok, lidOpen/,
      en: /^status is "on fire"; expected one of: ok, lidOpen/,
    },
    'a property that is not declared': {
      expression: '{ "level": 3 }',
      stage: 'validate',
      fr: 'level n’est pas une propriété de WasteContainer',
      en: 'level is not a property of WasteContainer',
    },
    'a prototype in disguise': {
      expression: '{ "__proto__": { "x": 1 }, "constructor": 1 }',
      stage: 'validate',
      fr: /n’est pas une propriété|aucune valeur/,
      en: /is not a property|no value/,
    },
    'an expression that fails': {
      expression: '$number(content.time)',
      stage: 'map',
      fr: /^l’expression échoue \(position \d+\) : /,
      en: /^the expression fails \(position \d+\): /,
    },
    'a result that is no object': {
      expression: '[1, 2]',
      stage: 'map',
      fr: 'la mise en correspondance ne donne pas un objet',
      en: 'the mapping does not give an object',
    },
  };
  for (const [what, { expression, stage, fr, en }] of Object.entries(failing)) {
    it(`says why: ${what}`, async () => {
      const outcome = await outcomeOf(expression);
      if (!('quarantine' in outcome)) return expect.fail('it was mapped');
      expect(outcome.quarantine).to.include({ stage, mapping: 'custom@3' });
      for (const [language, expected] of Object.entries({ fr, en })) {
        const reason = outcome.quarantine.reason[language as 'fr' | 'en'];
        if (typeof expected === 'string') expect(reason).to.equal(expected);
        else expect(reason).to.match(expected);
      }
    });
  }

  it('says why: content that is not JSON, or not there', () => {
    const entry = (cin: { con?: string }) => ({
      labels: [],
      body: { to: 'cse-in/x/y/z', ty: 4, pc: { 'm2m:cin': cin } },
    });
    const broken = readContent(entry({ con: '{"fill":' }));
    if (!('quarantine' in broken)) return expect.fail('it was read');
    expect(broken.quarantine.stage).to.equal('parse');
    expect(broken.quarantine.reason.fr).to.match(/^le contenu n’est pas du JSON valide/);
    const empty = readContent(entry({}));
    expect('quarantine' in empty && empty.quarantine.reason.en).to.equal('the instance has no content (con)');
  });
});

describe('a mapping', () => {
  it('sees the device, the labels and the change', async () => {
    const outcome = await outcomeOf('{ "name": device & " " & label.model & " " & change.to }');
    expect('entity' in outcome && outcome.entity.name).to.deep.equal({
      type: 'Property',
      value: 'lora-1 elsys/elt cse-in/lora-1/measurements/0001',
    });
  });

  it('may name another entity than its device', async () => {
    const outcome = await outcomeOf('{ "id": "urn:ngsi-ld:WasteContainer:site-7", "name": "Site 7" }');
    expect('entity' in outcome && outcome.entity.id).to.equal('urn:ngsi-ld:WasteContainer:site-7');
  });

  it('is refused, when declared badly, with the place', () => {
    const good = custom('{}');
    expect(() => readMapping({ ...good, version: 0 }, 'x')).to.throw(TypeError, /mapping x: .*version/);
    expect(() => readMapping({ ...good, target: 'Spaceship' }, 'x')).to.throw(TypeError, /target/);
    expect(() =>
      readMapping({ ...good, kind: 'command', labels: undefined, action: 'explode', target: 'Streetlight' }, 'x'),
    ).to.throw(TypeError);
  });
});
