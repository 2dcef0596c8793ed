import { join } from 'node:path';
import { type BuildOptions, type BuildResult, buildWebApplication, buildWhenRun, type WebApplication } from '#platform';

export const consoleApplication: WebApplication = {
  name: 'hypervision',
  webDir: join(import.meta.dirname, 'web'),
  base: '/hypervision/',
  builder: import.meta.filename,
  firstLoadBytesMax: 700_000,
  // deck.gl ships its WebGPU half under the default condition; this leaves it out.
  conditions: ['visgl:webgl-only'],
  // Loaded when somebody opens a chart, or by a letter of the extended Latin alphabet.
  onDemand: /\/(history-chart|[^/]*latin-ext)/,
};

/** Builds the console's web application. @throws with what the bundler reports about the sources */
export const buildConsole = (options?: BuildOptions): Promise<BuildResult> =>
  buildWebApplication(consoleApplication, options);

await buildWhenRun(consoleApplication);
