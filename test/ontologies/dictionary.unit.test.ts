import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { dictionary } from '#ontologies';

describe('the data dictionary', () => {
  it('in docs says what the declarations say (node ontologies/write-dictionary.ts brings it up to date)', () => {
    const page = readFileSync(new URL('../../docs/ontologies/dictionary.md', import.meta.url), 'utf8');
    expect(page).to.equal(dictionary());
  });
});
