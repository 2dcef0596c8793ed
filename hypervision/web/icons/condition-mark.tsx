import { type Condition, isSeverity } from '../state/condition.ts';
import { severityShapes } from './severity-shapes.ts';

/** Shape and colour of a condition; the word stands beside it or in the accessible name of what holds it. */
export function ConditionMark({ condition, size = 14 }: { condition: Condition; size?: number }) {
  return (
    <svg
      class={`mark mark-${condition}`}
      viewBox="0 0 16 16"
      width={size}
      height={size}
      aria-hidden="true"
      focusable="false"
    >
      {isSeverity(condition) && <path d={severityShapes[condition]} fill="currentColor" />}
      {condition === 'stale' && (
        <g fill="none" stroke="currentColor" stroke-width="1.500">
          <circle cx="8" cy="8" r="6.500" />
          <path d="M3.500 8.500l5-5M3.500 12.500l9-9M7.500 12.500l5-5" />
        </g>
      )}
      {condition === 'unknown' && (
        <circle
          cx="8"
          cy="8"
          r="6.200"
          fill="none"
          stroke="currentColor"
          stroke-width="1.600"
          stroke-dasharray="2.600 2.270"
        />
      )}
      {condition === 'normal' && <circle cx="8" cy="8" r="3" fill="currentColor" />}
    </svg>
  );
}
