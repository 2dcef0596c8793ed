import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { IntlMessageFormat } from 'intl-messageformat';
import en from '../../hypervision/web/locales/en.json' with { type: 'json' };
import fr from '../../hypervision/web/locales/fr.json' with { type: 'json' };

const catalogues: Readonly<Record<string, Readonly<Record<string, string>>>> = { fr, en };
const webDir = join(import.meta.dirname, '../../hypervision/web');

/** Names of the values a message asks for, wherever they stand in it. */
function placeholders(message: string, locale: string): string[] {
  const names = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if ('type' in node && 'value' in node && typeof node.value === 'string' && node.type !== 0) names.add(node.value);
    Object.values(node).forEach(visit);
  };
  visit(new IntlMessageFormat(message, locale).getAst());
  return [...names].sort();
}

describe('the catalogues of the console', () => {
  it('hold the same messages in every language', () => {
    expect(Object.keys(en)).to.deep.equal(Object.keys(fr));
  });

  it('ask for the same values in every language', () => {
    for (const [key, message] of Object.entries<string>(fr)) {
      expect(placeholders(catalogues.en?.[key] ?? '', 'en'), key).to.deep.equal(placeholders(message, 'fr'));
    }
  });

  it('leave no message empty', () => {
    for (const [locale, catalogue] of Object.entries(catalogues)) {
      for (const [key, message] of Object.entries(catalogue))
        expect(message.trim(), `${locale} ${key}`).not.to.equal('');
    }
  });

  it('follow French typography: a narrow no-break space before ; : ! ? % and inside guillemets, a curly apostrophe', () => {
    for (const [key, message] of Object.entries(fr)) {
      const text = message.replaceAll(/\{\w+, plural,|=0|\bone\b|\bother\b/g, '');
      expect(text, key).not.to.match(/[ \u00a0][;:!?%»]|«[ \u00a0]|[^\s\u202f{(][;:!?](?=\s|$)/);
      expect(text, key).not.to.include("'");
      expect(text, `${key} does not shout`).not.to.include('!');
    }
  });

  it('hold every message that the pages ask for by its name', async () => {
    const files = (await readdir(webDir, { recursive: true })).filter((name) => /\.tsx?$/.test(name));
    for (const file of files) {
      const source = await readFile(join(webDir, file), 'utf8');
      for (const [, key = ''] of source.matchAll(/\bt\(\s*'([\w.-]+)'/g))
        expect(fr, file).to.have.property([key].join());
    }
  });
});
