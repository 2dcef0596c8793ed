import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { extname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const projectDir = resolve(import.meta.dirname, '..');
const webDir = join(import.meta.dirname, 'web');
const themeDir = join(projectDir, 'platform/web');

/** Where the built console lies; never committed. */
export const builtDir = join(projectDir, 'dist/hypervision');

const stampFile = 'sources.sha256';

/** What the first visit downloads may not exceed this, compressed. */
export const FIRST_LOAD_BYTES_MAX = 700_000;

/** Already compressed, or too small to gain anything. */
const compressible = new Set(['.html', '.js', '.mjs', '.css', '.json', '.svg', '.webmanifest']);

export interface BuildOptions {
  /** Told in one sentence what is being done; the console takes several seconds to build. */
  readonly progress?: (sentence: string) => void;
}

export interface BuildResult {
  /** False when the sources have not changed since the last build. */
  readonly built: boolean;
  /** Bytes of the page, its scripts, styles and typeface as a first visit downloads them. */
  readonly firstLoadBytes: number;
}

/**
 * Builds the console's web application into `dist/hypervision`, with Brotli and gzip variants beside each file.
 * Does nothing when sources, dependencies and this file are those of the last build. The bundler runs in a process of
 * its own: it needs several hundred megabytes, which a server that runs for months would otherwise keep.
 *
 * @throws with what the bundler reports about the sources
 */
export async function buildConsole({ progress = () => undefined }: BuildOptions = {}): Promise<BuildResult> {
  if (await isUpToDate()) return { built: false, firstLoadBytes: await firstLoadBytes() };
  progress('Building the console (once, about ten seconds)…');
  await promisify(execFile)(process.execPath, [fileURLToPath(import.meta.url)], { maxBuffer: 16 * 1024 * 1024 });
  return { built: true, firstLoadBytes: await firstLoadBytes() };
}

async function buildHere(): Promise<void> {
  const stamp = await sourcesStamp();
  await rm(builtDir, { recursive: true, force: true });
  await bundle();
  await compressAll();
  await writeFile(join(builtDir, stampFile), stamp); // last, so that a build cut short is done again
}

const isUpToDate = async (): Promise<boolean> => (await lastStamp()) === (await sourcesStamp());

async function bundle(): Promise<void> {
  const { build } = await import('vite'); // only here: the server never loads the bundler
  await build({
    configFile: false,
    root: webDir,
    base: '/hypervision/',
    logLevel: 'warn',
    clearScreen: false,
    // deck.gl ships its WebGPU half under the default condition; this leaves it out.
    resolve: { conditions: ['visgl:webgl-only', 'module', 'browser', 'production'] },
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir: builtDir,
      emptyOutDir: true,
      target: ['chrome123', 'firefox121', 'safari17.5'],
      sourcemap: false,
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0, // the content security policy allows no data: scripts or fonts
      chunkSizeWarningLimit: 2000, // kB before compression; what counts is FIRST_LOAD_BYTES_MAX
    },
  });
}

async function sourcesStamp(): Promise<string> {
  const sources = [
    ...(await filesUnder(webDir)),
    ...(await filesUnder(themeDir)),
    join(projectDir, 'package-lock.json'),
    fileURLToPath(import.meta.url),
  ].sort();
  const hash = createHash('sha256');
  for (const path of sources) {
    hash
      .update(`${relative(projectDir, path)}\0`)
      .update(await readFile(path))
      .update('\0');
  }
  return hash.digest('hex');
}

const lastStamp = (): Promise<string | undefined> => readFile(join(builtDir, stampFile), 'utf8').catch(() => undefined);

async function filesUnder(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function compressAll(): Promise<void> {
  const waiting = (await filesUnder(builtDir)).filter((path) => compressible.has(extname(path)));
  const compressNext = async (): Promise<void> => {
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const bytes = await readFile(path);
      const [br, gz] = await Promise.all([
        promisify(brotliCompress)(bytes, {
          params: {
            [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
            [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
          },
        }),
        promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION }),
      ]);
      await Promise.all([writeFile(`${path}.br`, br), writeFile(`${path}.gz`, gz)]);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, compressNext));
}

/** Loaded when somebody opens a chart, or by a letter of the extended Latin alphabet. */
const onDemand = /\/(history-chart|[^/]*latin-ext)/;

/** Everything a first visit downloads, in the smallest encoding; the data of the territory come on top. */
async function firstLoadBytes(): Promise<number> {
  let bytes = 0;
  for (const path of await filesUnder(builtDir)) {
    const isPart = /\.(html|js|mjs|css|woff2|svg)$/.test(path) && !onDemand.test(path);
    if (isPart) bytes += (await readFile(`${path}.br`).catch(() => readFile(path))).length;
  }
  return bytes;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  const wasUpToDate = await isUpToDate();
  if (!wasUpToDate) await buildHere();
  const bytes = await firstLoadBytes();
  print(
    `${wasUpToDate ? 'Already built' : 'Built'}: dist/hypervision, first load ${Math.round(bytes / 1000)} kB compressed.`,
  );
  if (bytes > FIRST_LOAD_BYTES_MAX) {
    print(`The first load is larger than the ${FIRST_LOAD_BYTES_MAX / 1000} kB it may have.`);
    process.exitCode = 1;
  }
}
