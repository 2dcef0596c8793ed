/** Who says when a reading was made. */
export type TimeSource = 'device' | 'network' | 'platform';

export interface ReadingTime {
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly timeSource: TimeSource;
  /** A clock that was not believed. */
  readonly clock?: {
    readonly by: 'device' | 'network';
    readonly claimed: string;
    readonly reason: 'ahead' | 'behind' | 'unreadable';
  };
}

/** Clocks of gateways and servers differ by seconds; beyond this one of them is wrong. */
const aheadMaxMs = 2 * 60_000;
/** A device that stores readings while out of range sends them within days. */
const deviceBehindMaxMs = 7 * 24 * 3600_000;
/** A network server that was cut off sends what it queued; brokers keep queues for weeks at most. */
const networkBehindMaxMs = 31 * 24 * 3600_000;

/**
 * Chooses the time of a reading: the device's own if it is plausible against the network's, else the network's if it is
 * plausible against ours, else ours. A clock that was set aside is reported, so that somebody can mend it.
 *
 * @param network reception by the network server, as it wrote it
 * @param deviceTimeS seconds since 1970 that the payload carries, if any
 */
export function readingTime(network: string, deviceTimeS: number | undefined, now: Date): ReadingTime {
  const networkMs = Date.parse(network);
  const distrust = judge(networkMs, now.getTime(), networkBehindMaxMs);
  const received: ReadingTime = distrust
    ? {
        time: now.toISOString(),
        timeSource: 'platform',
        clock: { by: 'network', claimed: network.slice(0, 64), reason: distrust },
      }
    : { time: new Date(networkMs).toISOString(), timeSource: 'network' };
  if (deviceTimeS === undefined) return received;
  const deviceMs = deviceTimeS * 1000;
  const reason = judge(deviceMs, Date.parse(received.time), deviceBehindMaxMs);
  if (!reason) return { time: new Date(deviceMs).toISOString(), timeSource: 'device' };
  return { ...received, clock: { by: 'device', claimed: new Date(deviceMs).toISOString(), reason } };
}

function judge(
  claimedMs: number,
  againstMs: number,
  behindMaxMs: number,
): 'ahead' | 'behind' | 'unreadable' | undefined {
  if (!Number.isFinite(claimedMs)) return 'unreadable';
  if (claimedMs > againstMs + aheadMaxMs) return 'ahead';
  if (claimedMs < againstMs - behindMaxMs) return 'behind';
  return undefined;
}
