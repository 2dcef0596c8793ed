import { isDeepStrictEqual } from 'node:util';
import type { AlertReport, Severity } from '../types.ts';
import type { AlertRow } from './alert-table.ts';

/** What a report does to the latest alert of its rule and entity. */
export type Decision = 'open' | 'reopen' | 'escalate' | 'update' | 'clear' | 'settle' | 'nothing';

/** A condition that comes back this soon after it cleared is the same alert flapping, not a new one. */
const flapMs = 5 * 60_000;

const rank: Readonly<Record<Severity, number>> = { information: 0, minor: 1, major: 2, critical: 3 };

const isOver = ({ state }: AlertRow): boolean => state === 'closed' || state === 'cleared';

/**
 * The life of an alert, as far as rules go: open → (acknowledged) → cleared; an operator may close it, and it then stays
 * quiet until the condition has gone and come back, or has become more severe.
 */
export function decide(latest: AlertRow | undefined, report: AlertReport, now: Date): Decision {
  if (latest !== undefined && isStale(latest, report)) return 'nothing';
  if (!report.active) {
    if (latest === undefined || !latest.isConditionActive) return 'nothing';
    return isOver(latest) ? 'settle' : 'clear';
  }
  if (latest === undefined) return 'open';
  if (!isOver(latest)) {
    if (rank[report.severity] > rank[latest.severity]) return 'escalate';
    return saysTheSame(latest, report) ? 'nothing' : 'update';
  }
  if (latest.state === 'closed' && latest.isConditionActive) {
    return rank[report.severity] > rank[latest.severity] ? 'open' : 'nothing';
  }
  const isFlapping = latest.state === 'cleared' && now.getTime() - (latest.endedAt?.getTime() ?? 0) < flapMs;
  return isFlapping ? 'reopen' : 'open';
}

/** A late message must not undo what a newer one has said. */
const isStale = ({ observedAt }: AlertRow, report: AlertReport): boolean =>
  observedAt !== null && report.observedAt !== undefined && Date.parse(report.observedAt) < observedAt.getTime();

const saysTheSame = (latest: AlertRow, report: AlertReport): boolean =>
  latest.severity === report.severity &&
  isDeepStrictEqual(latest.value, report.value ?? null) &&
  isDeepStrictEqual(latest.message, { fr: report.message.fr, en: report.message.en });
