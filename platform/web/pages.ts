import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import express, { type Request, type Response, type Router } from 'express';
import { Refusal } from '../errors.ts';
import { builtDirOf, type WebApplication } from './application.ts';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};

const encodings = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
] as const;

interface BuiltFile {
  readonly contentType: string;
  readonly etag: string;
  readonly encodings: readonly (typeof encodings)[number][];
  readonly path: string;
}

/** Serves a built application, each file in the smallest encoding the browser reads, to be mounted at its base. */
export function builtPages(application: WebApplication): Router {
  const files = readBuilt(builtDirOf(application));
  const router = express.Router();
  router.get(/.*/, (request, response, next) => {
    if (request.path === '/' && !request.originalUrl.split('?')[0]?.endsWith('/')) {
      return response.redirect(308, `${request.baseUrl}/`); // relative addresses in the page need the slash
    }
    const file = files.get(request.path === '/' ? 'index.html' : request.path.slice(1));
    if (file === undefined) return next(notBuilt(files, request));
    send(file, request, response);
  });
  return router;
}

function send(file: BuiltFile, request: Request, response: Response): void {
  // Names of assets carry a hash of their content; the page itself names the current ones.
  const isHashed = file.path.includes(`${sep}assets${sep}`);
  response.set({
    'Content-Type': file.contentType,
    'Cache-Control': isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    Vary: 'Accept-Encoding',
  });
  const accepted = file.encodings.find(({ name }) => request.acceptsEncodings(name) === name);
  response.set('ETag', `"${file.etag}${accepted === undefined ? '' : `-${accepted.name}`}"`);
  if (accepted !== undefined) response.set('Content-Encoding', accepted.name);
  response.sendFile(`${file.path}${accepted?.suffix ?? ''}`, { etag: false, cacheControl: false, lastModified: false });
}

function readBuilt(builtDir: string): Map<string, BuiltFile> {
  const files = new Map<string, BuiltFile>();
  if (statSync(builtDir, { throwIfNoEntry: false }) === undefined) return files;
  for (const entry of readdirSync(builtDir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const contentType = contentTypes[extname(entry.name)];
    if (!entry.isFile() || contentType === undefined) continue;
    files.set(relative(builtDir, path).split(sep).join('/'), {
      path,
      contentType,
      etag: createHash('sha256').update(readFileSync(path)).digest('base64url').slice(0, 22),
      encodings: encodings.filter(
        ({ suffix }) => statSync(`${path}${suffix}`, { throwIfNoEntry: false }) !== undefined,
      ),
    });
  }
  return files;
}

const notBuilt = (files: ReadonlyMap<string, BuiltFile>, request: Request): Refusal =>
  files.has('index.html')
    ? new Refusal(404, 'not-found', `there is nothing at ${request.originalUrl}`)
    : new Refusal(503, 'not-built', 'this application has not been built; run `npm run build`, then start again');
