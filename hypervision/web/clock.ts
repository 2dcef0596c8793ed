import { signal } from '@preact/signals';

/** The present, for ages and the clock; moves every second. */
export const nowMs = signal(Date.now());
/** The same, for what is costly to work out again; moves every ten seconds. */
export const coarseNowMs = signal(Date.now());

setInterval(() => {
  nowMs.value = Date.now();
  if (nowMs.value - coarseNowMs.value >= 10_000) coarseNowMs.value = nowMs.value;
}, 1_000);
