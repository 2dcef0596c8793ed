import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { extname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const projectDir = resolve(import.meta.dirname, '../..');
const themeDir = import.meta.dirname;
const stampFile = 'sources.sha256';

/** A web application of the house: its sources, and where they are served. */
export interface WebApplication {
  /** Also the folder below `dist/` where it lies when it is built; never committed. */
  readonly name: string;
  /** Folder of its sources, with `index.html`. */
  readonly webDir: string;
  /** Address it is served at: `/hypervision/`. */
  readonly base: string;
  /** Module that builds it when it is run as a program: `import.meta.filename` of who declares it. */
  readonly builder: string;
  /** What the first visit downloads may not exceed this, compressed. */
  readonly firstLoadBytesMax: number;
  /** Conditions of packages' exports beside the usual ones. */
  readonly conditions?: readonly string[];
  /** Files that a first visit does not download. */
  readonly onDemand?: RegExp;
}

/** Where a built application lies. */
export const builtDirOf = ({ name }: WebApplication): string => join(projectDir, 'dist', name);

/** Already compressed, or too small to gain anything. */
const compressible = new Set(['.html', '.js', '.mjs', '.css', '.json', '.svg', '.webmanifest']);

export interface BuildOptions {
  /** Told in one sentence what is being done; an application takes several seconds to build. */
  readonly progress?: (sentence: string) => void;
}

export interface BuildResult {
  /** False when the sources have not changed since the last build. */
  readonly built: boolean;
  /** Bytes of the page, its scripts, styles and typeface as a first visit downloads them. */
  readonly firstLoadBytes: number;
}

/**
 * Builds a web application into `dist/<name>`, with Brotli and gzip variants beside each file. Does nothing when sources,
 * dependencies and this file are those of the last build. The bundler runs in a process of its own: it needs several
 * hundred megabytes, which a server that runs for months would otherwise keep.
 *
 * @throws with what the bundler reports about the sources
 */
export async function buildWebApplication(
  application: WebApplication,
  { progress = () => undefined }: BuildOptions = {},
): Promise<BuildResult> {
  if (await isUpToDate(application)) return { built: false, firstLoadBytes: await firstLoadBytes(application) };
  progress('Building (once, about ten seconds)…');
  await promisify(execFile)(process.execPath, [application.builder], { maxBuffer: 16 * 1024 * 1024 });
  return { built: true, firstLoadBytes: await firstLoadBytes(application) };
}

/** Builds an application when the module that declares it is the program that runs; says how large it is. */
export async function buildWhenRun(application: WebApplication): Promise<void> {
  if (process.argv[1] !== application.builder) return;
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  const wasUpToDate = await isUpToDate(application);
  if (!wasUpToDate) await buildHere(application);
  const bytes = await firstLoadBytes(application);
  const { name, firstLoadBytesMax } = application;
  print(
    `${wasUpToDate ? 'Already built' : 'Built'}: dist/${name}, first load ${Math.round(bytes / 1000)} kB compressed.`,
  );
  if (bytes > firstLoadBytesMax) {
    print(`The first load is larger than the ${firstLoadBytesMax / 1000} kB it may have.`);
    process.exitCode = 1;
  }
}

async function buildHere(application: WebApplication): Promise<void> {
  const builtDir = builtDirOf(application);
  const stamp = await sourcesStamp(application);
  await rm(builtDir, { recursive: true, force: true });
  await bundle(application);
  await compressAll(builtDir);
  await writeFile(join(builtDir, stampFile), stamp); // last, so that a build cut short is done again
}

const isUpToDate = async (application: WebApplication): Promise<boolean> =>
  (await lastStamp(application)) === (await sourcesStamp(application));

async function bundle(application: WebApplication): Promise<void> {
  const { build } = await import('vite'); // only here: the server never loads the bundler
  await build({
    configFile: false,
    root: application.webDir,
    base: application.base,
    publicDir: join(themeDir, 'public'),
    logLevel: 'warn',
    clearScreen: false,
    resolve: { conditions: [...(application.conditions ?? []), 'module', 'browser', 'production'] },
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir: builtDirOf(application),
      emptyOutDir: true,
      target: ['chrome123', 'firefox121', 'safari17.5'],
      sourcemap: false,
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0, // the content security policy allows no data: scripts or fonts
      chunkSizeWarningLimit: 2000, // kB before compression; what counts is firstLoadBytesMax
    },
  });
}

async function sourcesStamp({ webDir, builder }: WebApplication): Promise<string> {
  const sources = [
    ...(await filesUnder(webDir)),
    ...(await filesUnder(themeDir)),
    join(projectDir, 'package-lock.json'),
    builder,
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

const lastStamp = (application: WebApplication): Promise<string | undefined> =>
  readFile(join(builtDirOf(application), stampFile), 'utf8').catch(() => undefined);

async function filesUnder(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function compressAll(builtDir: string): Promise<void> {
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

/** Everything a first visit downloads, in the smallest encoding; data come on top. */
async function firstLoadBytes(application: WebApplication): Promise<number> {
  let bytes = 0;
  for (const path of await filesUnder(builtDirOf(application))) {
    const isPart = /\.(html|js|mjs|css|woff2|svg)$/.test(path) && application.onDemand?.test(path) !== true;
    if (isPart) bytes += (await readFile(`${path}.br`).catch(() => readFile(path))).length;
  }
  return bytes;
}
