import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { StartupError, systemErrorCode } from './errors.ts';

/**
 * When a process started, in clock ticks since boot; tells a process from a later one with the same number.
 * Undefined where `/proc` does not exist or the process is gone.
 */
export function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** Whether a process exists, under whichever user. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemErrorCode(error) === 'EPERM';
  }
}

/**
 * Makes this process the only one on a data directory. A lock left by a process that was killed is recognised and
 * replaced.
 *
 * @returns how to release it
 * @throws StartupError when another instance is running on the same directory
 */
export function lockDataDir(dataDir: string): () => void {
  const path = join(dataDir, 'alzette.lock');
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      const file = openSync(path, 'wx', 0o600);
      writeSync(file, `${process.pid} ${processStart(process.pid) ?? ''}\n`);
      closeSync(file);
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (systemErrorCode(error) !== 'EEXIST') throw error;
    }
    const [pidText, start] = readFileSync(path, 'utf8').trim().split(' ');
    const pid = Number(pidText);
    const same = start === undefined || start === '' || processStart(pid) === start;
    if (pid > 0 && pid !== process.pid && isRunning(pid) && same) {
      throw new StartupError(
        `Another Alzette (process ${pid}) is already running on ${dataDir}`,
        `Stop it (kill ${pid}), or give this one its own directory with ALZETTE_DATA_DIR and its own ports.`,
      );
    }
    rmSync(path, { force: true });
  }
  throw new StartupError(`${path} keeps being taken by another process`, 'Start one instance at a time.');
}
