import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect } from 'chai';

const root = resolve(import.meta.dirname, '../..');

/** What each room may import: the table of docs/architecture.md. `#cse/client` is a door of its own. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  platform: [],
  cse: ['#platform'],
  cli: ['#platform', '#cse/client'],
  adapters: ['#platform', '#cse/client'],
  demo: ['#platform', '#cse/client'],
  ontologies: ['#platform'],
  territory: ['#platform', '#ontologies'],
  flows: ['#platform', '#ontologies', '#cse/client'],
  identity: ['#platform'],
  hypervision: ['#platform', '#platform/browser', '#identity', '#territory', '#ontologies'],
  explorer: ['#platform', '#platform/browser', '#identity', '#cse', '#cse/client'],
  territories: [],
};

const importPattern = /(?:^|\n)\s*(?:import|export)\s[^;]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g;

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (name === 'node_modules' || name === 'dist') return [];
    if (statSync(path).isDirectory()) return sources(path);
    return /\.(ts|tsx|js)$/.test(name) && !name.endsWith('.d.ts') ? [path] : [];
  });
}

const importsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(importPattern)].flatMap(([, named, dynamic]) => named ?? dynamic ?? []);

const rooms = Object.keys(allowed).filter((room) => {
  try {
    return statSync(join(root, room)).isDirectory();
  } catch {
    return false;
  }
});

/** File → files of ours it imports. `#room` stands for that room's index. */
function graph(): Map<string, string[]> {
  const { imports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    imports: Record<string, string>;
  };
  return new Map(
    rooms
      .flatMap((room) => sources(join(root, room)))
      .map((file) => [
        file,
        importsOf(file).flatMap((target) => {
          if (target.startsWith('.')) return resolve(dirname(file), target);
          const entry = imports[target];
          return entry === undefined ? [] : resolve(root, entry);
        }),
      ]),
  );
}

describe('the rooms', () => {
  for (const room of rooms) {
    it(`${room}/ imports only what the table allows`, () => {
      const refused = sources(join(root, room)).flatMap((file) =>
        importsOf(file)
          .filter((target) => {
            if (target.startsWith('#')) return !(allowed[room] ?? []).includes(target) && target !== `#${room}`;
            if (target.startsWith('.'))
              return relative(join(root, room), resolve(dirname(file), target)).startsWith('..');
            return false;
          })
          .map((target) => `${relative(root, file)} imports ${target}`),
      );
      expect(refused).to.deep.equal([]);
    });
  }

  it('have no import cycle', () => {
    const files = graph();
    const state = new Map<string, 'open' | 'done'>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (state.get(file) === 'done') return;
      if (state.get(file) === 'open') {
        cycles.push([...path.slice(path.indexOf(file)), file].map((name) => relative(root, name)).join(' → '));
        return;
      }
      state.set(file, 'open');
      for (const target of files.get(file) ?? []) visit(target, [...path, file]);
      state.set(file, 'done');
    };
    for (const file of files.keys()) visit(file, []);
    expect(cycles).to.deep.equal([]);
  });

  it('are all in the table', () => {
    const folders = readdirSync(root).filter(
      (name) => statSync(join(root, name)).isDirectory() && !name.startsWith('.'),
    );
    const others = ['node_modules', 'test', 'docs', 'docker', 'bench', 'dist', 'var', 'screenshots'];
    expect(folders.filter((name) => !others.includes(name) && !(name in allowed))).to.deep.equal([]);
  });
});
