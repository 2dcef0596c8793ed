import { signal } from '@preact/signals';

/** How far the server's clock is ahead of this device's; ages are told by the server's, which stamped the data. */
let aheadMs = 0;
/** Smaller differences are the way of the message, not the clock. */
const AHEAD_MS_MIN = 2_000;

/** The present, for ages and the clock; moves every second. */
export const nowMs = signal(Date.now());
/** The same, for what is costly to work out again; moves every ten seconds. */
export const coarseNowMs = signal(Date.now());

/** Told with every batch: a console whose own clock is wrong must not call everything stale. */
export function learnServerTime(serverMs: number): void {
  const ahead = serverMs - Date.now();
  if (Math.abs(ahead - aheadMs) < AHEAD_MS_MIN) return;
  aheadMs = Math.abs(ahead) < AHEAD_MS_MIN ? 0 : ahead;
  nowMs.value = Date.now() + aheadMs;
  coarseNowMs.value = nowMs.value;
}

setInterval(() => {
  nowMs.value = Date.now() + aheadMs;
  if (nowMs.value - coarseNowMs.value >= 10_000) coarseNowMs.value = nowMs.value;
}, 1_000);
