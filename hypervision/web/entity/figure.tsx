import { useEffect, useRef } from 'preact/hooks';
import type { JsonValue, TypeDescription } from '../../contract.ts';
import { nowMs } from '../clock.ts';
import { formatAge } from '../text/formats.ts';
import { local, t } from '../text/messages.ts';
import { shownValue } from '../text/values.ts';

const FADE_MS = 1_000;

interface FigureProps {
  readonly property: TypeDescription['properties'][number];
  readonly value: JsonValue | undefined;
  readonly observedAtMs: number | null | undefined;
  /** Too old to describe the present: struck out, with its age. */
  readonly isStale: boolean;
  readonly isMain?: boolean;
  /** When the main value was observed: an age is said once, and again only where it differs. */
  readonly mainObservedAtMs?: number | null;
}

const AGE_DIFFERS_MS = 60_000;

/** A measured value with its unit and age. When it changes, it lights up for a second. */
export function Figure({ property, value, observedAtMs, isStale, isMain = false, mainObservedAtMs }: FigureProps) {
  const { text, unit } = shownValue(property, value);
  const element = useRef<HTMLParagraphElement>(null);
  const before = useRef(text);
  useEffect(() => {
    if (before.current === text) return;
    before.current = text;
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    element.current?.animate([{ backgroundColor: 'var(--river-quiet)' }, { backgroundColor: 'transparent' }], FADE_MS);
  }, [text]);
  const isSaid =
    typeof observedAtMs === 'number' &&
    typeof mainObservedAtMs === 'number' &&
    Math.abs(observedAtMs - mainObservedAtMs) < AGE_DIFFERS_MS;
  const isText = property.kind !== 'number';
  return (
    <div class={`figure ${isMain ? 'is-main' : ''} ${isStale ? 'is-stale' : ''} ${isText ? 'is-text' : ''}`}>
      <p class="figure-label">{local(property.label)}</p>
      <p class="figure-value" ref={element}>
        {isStale ? <s>{text}</s> : text}
        {unit !== '' && text !== '–' && <span class="figure-unit">{unit}</span>}
      </p>
      <p class="figure-age">
        {value === undefined || value === null
          ? t('figure.never')
          : observedAtMs === null || observedAtMs === undefined || isSaid
            ? ''
            : formatAge(observedAtMs, nowMs.value)}
      </p>
    </div>
  );
}
