import type { Alert, EntityView, TypeDescription } from '../../contract.ts';

/** How a thing is, worst first. The four severities come from its open alerts; the rest from when it was last heard. */
export const conditions = ['critical', 'major', 'minor', 'information', 'stale', 'unknown', 'normal'] as const;
export type Condition = (typeof conditions)[number];
export type Severity = Alert['severity'];

export const severities = ['critical', 'major', 'minor', 'information'] as const satisfies readonly Severity[];

const rank = new Map<Condition, number>(conditions.map((condition, index) => [condition, index]));

/** Negative when `a` is worse. */
export const compareConditions = (a: Condition, b: Condition): number => (rank.get(a) ?? 0) - (rank.get(b) ?? 0);

export const isSeverity = (condition: Condition): condition is Severity =>
  condition !== 'stale' && condition !== 'unknown' && condition !== 'normal';

/** An alert that still asks for something. */
export const isOpen = (alert: Pick<Alert, 'state'>): boolean =>
  alert.state === 'open' || alert.state === 'acknowledged';

/** Reports may be late by this much of their interval before the platform calls the device silent. */
const isStale = (entity: EntityView, type: TypeDescription, silenceFactor: number, nowMs: number): boolean => {
  if (entity.heardAtMs === undefined) return false;
  const reported = entity.values.reportingInterval?.[0];
  const intervalSeconds = typeof reported === 'number' ? reported : type.expectedIntervalSeconds;
  return nowMs - entity.heardAtMs > intervalSeconds * silenceFactor * 1000;
};

/**
 * @param worstAlert severity of the worst open alert of this entity, if there is one
 * @param silenceFactor how many expected intervals without news make a value stale
 */
export function conditionOf(
  entity: EntityView,
  type: TypeDescription,
  worstAlert: Severity | undefined,
  silenceFactor: number,
  nowMs: number,
): Condition {
  if (worstAlert !== undefined) return worstAlert;
  if (entity.heardAtMs === undefined) return 'unknown';
  return isStale(entity, type, silenceFactor, nowMs) ? 'stale' : 'normal';
}

/** Whether the values themselves are too old to be shown as present, whatever alerts are open. */
export const hasStaleValues = isStale;
