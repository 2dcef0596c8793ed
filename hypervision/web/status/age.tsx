import { nowMs } from '../clock.ts';
import { formatAge, formatMoment } from '../text/formats.ts';

/** « il y a 5 min », following the clock; the exact moment on hover. */
export function Age({ sinceMs }: { sinceMs: number }) {
  return (
    <time class="age" dateTime={new Date(sinceMs).toISOString()} title={formatMoment(sinceMs)}>
      {formatAge(sinceMs, nowMs.value)}
    </time>
  );
}
