import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { describedTypes, reference } from '#cse';
import attributeMeanings from '../../../cse/description/attribute-meanings.json' with { type: 'json' };
import { meaningOfType } from '../../../cse/description/meanings.ts';
import { definitionByElement, definitions } from '../../../cse/resources/index.ts';

const folder = new URL('../../../docs/cse/reference/', import.meta.url);

describe('the reference of resource types', () => {
  it('in docs says what the definitions say (npm run reference brings it up to date)', () => {
    const pages = reference();
    expect(readdirSync(folder).sort()).to.deep.equal(pages.map(({ file }) => file).sort());
    for (const { file, text } of pages) expect(readFileSync(new URL(file, folder), 'utf8'), file).to.equal(text);
  });

  it('says in French and English what every type of the standard is for', () => {
    for (const { element } of describedTypes()) {
      const definition = definitionByElement(element);
      if (definition === undefined || !element.startsWith('m2m:')) continue;
      expect(meaningOfType(definition), element).to.have.all.keys('fr', 'en');
    }
  });

  it('explains no attribute that no type has', () => {
    const known = new Set(definitions().flatMap(({ attributes }) => Object.values(attributes).map(({ long }) => long)));
    expect(Object.keys(attributeMeanings).filter((long) => !known.has(long))).to.deep.equal([]);
  });
});
