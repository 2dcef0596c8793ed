import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import en from '../../explorer/web/locales/en.json' with { type: 'json' };
import fr from '../../explorer/web/locales/fr.json' with { type: 'json' };

const webDir = join(import.meta.dirname, '../../explorer/web');
const placeholders = (message: string): string[] => [...new Set(message.match(/(?<=\{)\w+(?=[},])/g))].sort();

describe('the catalogues of the explorer', () => {
  it('hold the same messages in every language, none of them empty, which ask for the same values', () => {
    expect(Object.keys(en)).to.deep.equal(Object.keys(fr));
    const english: Readonly<Record<string, string>> = en;
    for (const [key, message] of Object.entries<string>(fr)) {
      expect(message.trim(), key).not.to.equal('');
      expect(placeholders(english[key] ?? ''), key).to.deep.equal(placeholders(message));
    }
  });

  it('follow French typography: a narrow no-break space before ; : ! ? %, a curly apostrophe', () => {
    for (const [key, message] of Object.entries(fr)) {
      const text = message.replaceAll(/\{\w+, plural,|=0|\bone\b|\bother\b/g, '');
      expect(text, key).not.to.match(/[ \u00a0][;:!?%]|[^\s\u202f{(][;:!?](?=\s|$)/);
      expect(text, key).not.to.include("'");
    }
  });

  it('hold every message that the page asks for by its name', async () => {
    const files = (await readdir(webDir, { recursive: true })).filter((name) => /\.tsx?$/.test(name));
    for (const file of files) {
      const source = await readFile(join(webDir, file), 'utf8');
      for (const [, key = ''] of source.matchAll(/\bt\(\s*'([\w.-]+)'/g)) expect(Object.keys(fr), file).to.include(key);
    }
  });
});
