import { expect } from 'chai';
import type { JsonObject } from '#cse';
import type { Attribute } from '../../../cse/resources/definition.ts';
import { definitions, mayHold, type ResourceDefinition } from '../../../cse/resources/index.ts';
import { type Answer, startCse, type TestCse } from '../support.ts';
import { exampleOf, existing, values, withTestsOfTheirOwn } from './examples.ts';
import { accepted, refused } from './samples.ts';

/** Parents in the order they are tried. */
const preferredParents = ['ae', 'cb', 'cnt', 'nod', 'sub', 'grp', 'ts', 'fcnt', 'csr'];

/** What a type answers elsewhere when something else is wrong first: who asks, or that nobody can subscribe there. */
const misplaced: Readonly<Record<string, number>> = { sub: 5203, pch: 4103, csr: 4005 };

const byShortName = new Map(definitions().map((definition) => [definition.shortName, definition]));
/** Types with specializations exist as one of these only. */
const isAbstract = ({ shortName }: ResourceDefinition): boolean => shortName === 'fcnt' || shortName === 'mgo';
const tested = definitions().filter(
  (definition) =>
    definition.creatable &&
    definition.type < 10_000 &&
    !isAbstract(definition) &&
    withTestsOfTheirOwn[definition.shortName] === undefined,
);

describe('every resource type, attribute by attribute (TS-0004 §7.4, §7.3.3.3, §7.3.3.4)', () => {
  let cse: TestCse;
  const parents = new Map<string, string>([
    ['cb', 'cse-in'],
    ['ae', 'cse-in/ae'],
    ['cnt', existing.container],
  ]);
  const kept = new Set(parents.keys());
  let number = 0;

  before(async () => {
    cse = await startCse();
    await cse.ae('Cae', { scp: ['sip'] });
    await cse.create('/cse-in', 22, { 'm2m:stcg': { rn: 'stcg' } });
    values.evi = (await cse.create('/cse-in/stcg', 7, { 'm2m:evcg': { evt: 1 } })).pc['m2m:evcg'].evi;
    const everybody = { acr: [{ acor: ['all'], acop: 63 }] };
    await cse.create('/cse-in', 1, { 'm2m:acp': { rn: 'acp', pv: everybody, pvs: everybody } });
    await cse.create('/cse-in/ae', 3, { 'm2m:cnt': { rn: 'cnt', mni: 3 } });
    await cse.create('/cse-in', 40, {
      'm2m:smjp': { rn: 'profile', ...exampleOf({ shortName: 'smjp', family: 'smjp' }).content },
    });
  });

  after(() => cse[Symbol.asyncDispose]());

  function sample(name: string, { type }: Attribute, { attributes }: ResourceDefinition): JsonObject[string] {
    // Only attributes that are announced when they are named can be named.
    if (name === 'aa')
      return Object.keys(attributes)
        .filter((one) => attributes[one]?.announce === 'OA')
        .slice(0, 1);
    const sensible = values[name];
    if (sensible !== undefined && type.reject(sensible) === undefined) return sensible;
    return accepted(type.schema as Record<string, unknown>);
  }

  /** The smallest content the type's table permits. */
  function smallest(definition: ResourceDefinition): JsonObject {
    const { attributes, specialization, type } = definition;
    const content: JsonObject = {};
    for (const [name, attribute] of Object.entries(attributes))
      if (attribute.create === 'M' || exampleOf(definition).needs?.includes(name))
        content[name] = sample(name, attribute, definition);
    if (specialization !== undefined) content[type % 10_000 === 28 ? 'cnd' : 'mgd'] = specialization;
    return { ...content, ...exampleOf(definition).content };
  }

  function parentOf(definition: ResourceDefinition): ResourceDefinition {
    const wanted = exampleOf(definition).parent;
    const candidates = wanted === undefined ? [...preferredParents, ...byShortName.keys()] : [wanted];
    for (const name of candidates) {
      const parent = byShortName.get(name);
      if (parent !== undefined && mayHold(parent, definition)) return parent;
    }
    throw new Error(`nothing may hold <${definition.longName}>`);
  }

  /** Path of a resource of the type a resource needs as parent; made when there is none. */
  async function parentPath(definition: ResourceDefinition): Promise<string> {
    const parent = parentOf(definition);
    const known = parents.get(parent.shortName);
    if (known !== undefined) return known;
    const { rsc, dbg, path } = await create(parent, smallest(parent));
    expect(rsc, `<${parent.longName}>, parent of <${definition.longName}>: ${dbg}`).to.equal(2001);
    parents.set(parent.shortName, path);
    return path;
  }

  async function create(definition: ResourceDefinition, content: JsonObject): Promise<Answer & { path: string }> {
    const { type, shortName, element, attributes, atMost } = definition;
    const { from: stem } = exampleOf(definition);
    number += 1;
    const another = parents.get(shortName);
    if (another !== undefined && Object.keys(atMost).length > 0) {
      // There may be one only, and it was made as the parent of another type.
      await remove(another, definition);
      parents.delete(shortName);
    }
    const named =
      attributes.rn?.create === 'O' && content.rn === undefined ? { rn: `n${number}`, ...content } : content;
    const from = stem === undefined ? as(definition) : { from: `${stem}${number}` };
    const parent = await parentPath(definition);
    const answer = await cse.create(`/${parent}`, type, { [element]: named }, from);
    const made = answer.pc?.[element]?.rn;
    return { ...answer, path: `${parent}/${made}` };
  }

  const as = (definition: ResourceDefinition): { from?: string } => {
    const { as: from } = exampleOf(definition);
    return from === undefined ? {} : { from };
  };

  async function remove(path: string, definition: ResourceDefinition): Promise<void> {
    const { rsc, dbg } = await cse.send('DELETE', `/${path}`, undefined, as(definition));
    expect(rsc, `DELETE ${path}: ${dbg}`).to.equal(exampleOf(definition).kept ?? 2002);
  }

  async function children(path: string): Promise<JsonObject> {
    return (await cse.send('GET', `/${path}?rcn=6&lvl=1`)).pc;
  }

  for (const definition of tested) {
    const { shortName, longName, attributes, element, clause, type, updatable, deletable } = definition;
    const rows = Object.entries(attributes).filter(([, { supported }]) => supported);
    const notAlone = new Set(exampleOf(definition).notAlone);

    describe(`<${longName}> (${clause})`, () => {
      // What was made as a parent goes again: some resources change what others may do.
      after(async () => {
        for (const [name, path] of parents) {
          const made = byShortName.get(name);
          if (kept.has(name) || made === undefined) continue;
          parents.delete(name);
          // It may have gone with a parent of its own.
          await cse.send('DELETE', `/${path}`, undefined, as(made));
        }
      });

      it('is created with its mandatory attributes, retrieved and deleted', async () => {
        const content = smallest(definition);
        const { rsc, pc, dbg, path } = await create(definition, content);
        expect(rsc, dbg).to.equal(2001);
        expect(Object.keys(pc)).to.deep.equal([element]);
        expect(pc[element]).to.include({ ty: type });
        const shown = await cse.send('GET', `/${path}`, undefined, as(definition));
        expect(shown.rsc, shown.dbg).to.equal(2000);
        for (const [name, value] of Object.entries(content)) {
          if (attributes[name] !== undefined && name !== 'cr')
            expect(shown.pc[element][name], name).to.deep.equal(value);
        }
        if (!deletable) return;
        await remove(path, definition);
        if (exampleOf(definition).kept !== undefined) return;
        expect((await cse.send('GET', `/${path}`)).rsc).to.equal(4004);
      });

      it('takes each optional attribute', async () => {
        for (const [name, attribute] of rows) {
          if (attribute.create !== 'O' || name === 'rn' || notAlone.has(name) || name in smallest(definition)) continue;
          const value = name === 'cr' ? null : sample(name, attribute, definition);
          const { rsc, dbg, path } = await create(definition, { ...smallest(definition), [name]: value });
          expect(rsc, `${name}: ${dbg}`).to.equal(2001);
          await remove(path, definition);
        }
      });

      it('refuses what its table does not permit, and nothing of it is stored', async () => {
        const parent = await parentPath(definition);
        const before = await children(parent);
        const refuse = async (what: string, content: JsonObject, named: string): Promise<void> => {
          const { rsc, dbg } = await create(definition, content);
          expect(rsc, `${what}: ${dbg}`).to.equal(4000);
          expect(dbg, what).to.include(named);
        };
        await refuse('an unknown attribute', { ...smallest(definition), nonsense: 1 }, 'nonsense');
        for (const [name, attribute] of rows) {
          const wrong = refused(attribute.type.schema as Record<string, unknown>);
          const right = sample(name, attribute, definition);
          if (attribute.create === 'NP') await refuse(`NP ${name}`, { ...smallest(definition), [name]: right }, name);
          else {
            if (wrong !== undefined) await refuse(`wrong ${name}`, { ...smallest(definition), [name]: wrong }, name);
            if (name !== 'cr') await refuse(`null ${name}`, { ...smallest(definition), [name]: null }, name);
          }
          if (attribute.create === 'M') {
            const { [name]: _left, ...rest } = smallest(definition);
            await refuse(`without ${name}`, rest, name);
          }
        }
        expect(await children(parent)).to.deep.equal(before);
      });

      if (!updatable) {
        it('cannot be updated (4005)', async () => {
          const { path } = await create(definition, smallest(definition));
          const { rsc, dbg } = await cse.send('PUT', `/${path}`, { [element]: { lbl: ['x'] } });
          expect(rsc, dbg).to.equal(4005);
          await remove(path, definition);
        });
        return;
      }

      it('is updated attribute by attribute, and refuses what its table does not permit', async () => {
        const { path, dbg } = await create(definition, smallest(definition));
        const shown = await cse.send('GET', `/${path}`, undefined, as(definition));
        expect(shown.rsc, dbg).to.equal(2000);
        const put = (change: JsonObject) => cse.send('PUT', `/${path}`, { [element]: change }, as(definition));
        for (const [name, attribute] of rows) {
          const wrong = refused(attribute.type.schema as Record<string, unknown>);
          const refuse = async (what: string, value: JsonObject[string]): Promise<void> => {
            const answer = await put({ [name]: value });
            expect(answer.rsc, `${what} ${name}: ${answer.dbg}`).to.equal(4000);
            expect(answer.dbg, `${what} ${name}`).to.include(name);
          };
          if (attribute.update === 'NP') {
            await refuse('NP', sample(name, attribute, definition));
            continue;
          }
          if (wrong !== undefined) await refuse('wrong', wrong);
          if (attribute.mandatory && name !== 'et') await refuse('null for mandatory', null);
        }
        const after = await cse.send('GET', `/${path}`, undefined, as(definition));
        if (shortName !== 'cb') expect(after.pc, 'nothing of a refused UPDATE is stored').to.deep.equal(shown.pc);
        for (const [name, attribute] of rows) {
          if (attribute.update === 'NP' || notAlone.has(name)) continue;
          const value = exampleOf(definition).content?.[name] ?? sample(name, attribute, definition);
          const answer = await put({ [name]: value });
          expect(answer.rsc, `${name}: ${answer.dbg}`).to.equal(2004);
          if (attribute.mandatory) continue;
          const without = await put({ [name]: null });
          expect(without.rsc, `${name} removed: ${without.dbg}`).to.equal(2004);
        }
        if (deletable) await remove(path, definition);
      });
    });
  }

  describe('where a type may not be (TS-0004 §7.3.3.3)', () => {
    for (const parentName of ['cb', 'ae', 'cnt', 'grp', 'nod', 'acp']) {
      it(`<${byShortName.get(parentName)?.longName}> refuses every type it may not hold`, async () => {
        const parent = byShortName.get(parentName);
        if (parent === undefined) throw new Error(`no type ${parentName}`);
        let path = parents.get(parentName);
        if (path === undefined) ({ path } = await create(parent, smallest(parent)));
        const before = await children(path);
        for (const definition of tested) {
          if (mayHold(parent, definition)) continue;
          const { shortName, type, element } = definition;
          const { rsc, dbg } = await cse.create(`/${path}`, type, { [element]: smallest(definition) });
          expect(rsc, `<${definition.longName}>: ${dbg}`).to.equal(misplaced[shortName] ?? 4108);
        }
        expect(await children(path), 'nothing is created').to.deep.equal(before);
      });
    }

    it('types that only the CSE makes cannot be created (4005)', async () => {
      for (const definition of definitions()) {
        if (definition.creatable) continue;
        const { rsc, dbg } = await cse.create('/cse-in/ae', definition.type, { [definition.element]: {} });
        expect(rsc, `<${definition.longName}>: ${dbg}`).to.equal(4005);
      }
    });
  });
});
