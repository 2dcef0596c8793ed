import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

const root = join(import.meta.dirname, '../..');

/** Licences that go together with Apache-2.0. Weak copyleft (MPL) and type faces (OFL) are used unchanged, as packages. */
const compatible = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'MPL-2.0',
  'OFL-1.1',
  'CC0-1.0',
  'CC-BY-3.0',
  'Artistic-2.0',
  'Python-2.0',
  'PSF-2.0',
  'Unlicense',
]);

/** Packages whose manifest names no licence; read in the licence file they ship. */
const readInTheirFiles: Readonly<Record<string, string>> = {
  busboy: 'MIT',
  'cli-table': 'MIT',
  'qrcode-terminal': 'Apache-2.0',
  'passport-http-bearer': 'MIT',
  'passport-oauth2-client-password': 'MIT',
  'passport-strategy': 'MIT',
  pause: 'MIT',
  streamsearch: 'MIT',
  'xmlhttprequest-ssl': 'MIT',
};

interface Lock {
  readonly packages: Readonly<Record<string, { readonly license?: string }>>;
}

const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
const packages = Object.entries(lock.packages).filter(([path]) => path !== '');

/** One alternative of an SPDX expression such as `(MIT OR CC0-1.0)` is enough. */
const isCompatible = (expression: string): boolean =>
  expression
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((licence) => compatible.has(licence));

describe('the dependencies', () => {
  it('carry licences that go together with Apache-2.0', () => {
    const refused = packages.flatMap(([path, { license }]) => {
      const licence = license ?? readInTheirFiles[path.split('node_modules/').at(-1) ?? ''] ?? 'none named';
      return isCompatible(licence) ? [] : [`${path}: ${licence}`];
    });
    expect(refused).to.deep.equal([]);
  });

  it('are pinned to one version each', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
      string,
      Record<string, string>
    >;
    const loose = ['dependencies', 'devDependencies', 'optionalDependencies']
      .flatMap((kind) => Object.entries(manifest[kind] ?? {}))
      .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version));
    expect(loose).to.deep.equal([]);
  });
});
