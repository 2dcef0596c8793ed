import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect } from 'chai';

const root = resolve(import.meta.dirname, '../..');
const skipped = new Set(['node_modules', '.git', 'dist', 'var']);

const pages = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (skipped.has(name)) return [];
    if (statSync(path).isDirectory()) return pages(path);
    return name.endsWith('.md') ? [path] : [];
  });

/** Targets of links and pictures that stand in this repository. */
const targets = (page: string): string[] =>
  [...readFileSync(page, 'utf8').matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)].flatMap(([, target]) =>
    target === undefined || /^[a-z]+:/.test(target) ? [] : [target],
  );

describe('the documentation', () => {
  it('links only to what exists', () => {
    const broken = pages(root).flatMap((page) =>
      targets(page)
        .filter((target) => !existsSync(resolve(dirname(page), decodeURI(target))))
        .map((target) => `${relative(root, page)}: ${target}`),
    );
    expect(broken).to.deep.equal([]);
  });
});
