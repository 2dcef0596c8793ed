import type { Log } from '#platform';
import type { LogRecord } from '../node-red.ts';

const levelNames: Readonly<Record<number, 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace'>> = {
  10: 'fatal',
  20: 'error',
  30: 'warn',
  40: 'info',
  50: 'debug',
  60: 'trace',
};

const messageLengthMax = 2_000;
const quietMs = 1_000;
const nodesMax = 1_000;

/**
 * Warnings about what we decided: no projects, no credentials before a user enters some, no flushing of files under the
 * permission model (they are still replaced by renaming).
 */
const expected = /fsync API is disabled|^Projets désactivés|^Identifiants chiffrés introuvables/;

/**
 * Turns Node-RED's log records into ours. A node that fails on every message would write thousands of lines a second:
 * each node writes at most one a second, and the next one says how many were left out.
 */
export function logHandler(log: Log): (record: LogRecord) => void {
  const recent = new Map<string, { at: number; left: number }>();
  return (record) => {
    const level = levelNames[record.level] ?? 'info';
    const text = textOf(record.msg).slice(0, messageLengthMax);
    if (record.id === undefined) {
      log[expected.test(text) ? 'debug' : level](text);
      return;
    }
    const now = Date.now();
    const key = `${record.id} ${level}`;
    const last = recent.get(key);
    if (last !== undefined && now - last.at < quietMs) {
      last.left += 1;
      return;
    }
    if (recent.size >= nodesMax) recent.clear();
    recent.set(key, { at: now, left: 0 });
    const leftOut = last?.left ?? 0;
    log[level](
      {
        node: record.id,
        type: record.type,
        ...(record.name === undefined ? {} : { name: record.name }),
        ...(leftOut > 0 ? { leftOut } : {}),
      },
      text,
    );
  };
}

function textOf(message: unknown): string {
  if (typeof message === 'string') return message;
  if (message instanceof Error) return message.message;
  if (typeof message === 'object' && message !== null && 'message' in message) return String(message.message);
  try {
    return JSON.stringify(message) ?? String(message);
  } catch {
    return String(message);
  }
}
