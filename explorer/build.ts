import { join } from 'node:path';
import { type BuildOptions, type BuildResult, buildWebApplication, buildWhenRun, type WebApplication } from '#platform';

export const explorerApplication: WebApplication = {
  name: 'explorer',
  webDir: join(import.meta.dirname, 'web'),
  base: '/cse/',
  builder: import.meta.filename,
  firstLoadBytesMax: 150_000,
  onDemand: /\/[^/]*latin-ext/,
};

/** Builds the explorer's web application. @throws with what the bundler reports about the sources */
export const buildExplorer = (options?: BuildOptions): Promise<BuildResult> =>
  buildWebApplication(explorerApplication, options);

await buildWhenRun(explorerApplication);
