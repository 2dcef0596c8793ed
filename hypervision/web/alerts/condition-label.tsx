import { ConditionMark } from '../icons/condition-mark.tsx';
import type { Condition } from '../state/condition.ts';
import { t } from '../text/messages.ts';

/** Colour, shape and word: survives colour blindness, print and four metres. */
export function ConditionLabel({ condition }: { condition: Condition }) {
  return (
    <span class={`condition-label hue-${condition}`}>
      <ConditionMark condition={condition} />
      {t(`condition.${condition}`)}
    </span>
  );
}
