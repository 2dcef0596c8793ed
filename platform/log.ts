import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';

export type Log = Logger;

/** Members that may hold a secret, wherever they stand in a log record. */
const secretNames = [
  'password',
  'token',
  'secret',
  'authorization',
  'cookie',
  'tkns',
  'connectionString',
  'databaseUrl',
];
const redactedPaths = secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `*.*.*.${name}`]);

/**
 * Structured log, one JSON object a line. Secrets are replaced by `[hidden]` before they are written.
 *
 * @param level pino level name
 * @param file path or stream the lines go to; standard error by default, so that standard output stays the person's
 */
export function createLog(level: string, file: string | DestinationStream | null = null): Log {
  const destination =
    file === null
      ? pino.destination(2)
      : typeof file === 'string'
        ? pino.destination({ dest: file, mkdir: true })
        : file;
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: redactedPaths, censor: '[hidden]' },
    },
    destination,
  );
}
