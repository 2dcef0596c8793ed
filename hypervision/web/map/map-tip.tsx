import { ConditionMark } from '../icons/condition-mark.tsx';
import { ThemeMark } from '../icons/theme-mark.tsx';
import { isSeverity } from '../state/condition.ts';
import { Age } from '../status/age.tsx';
import { t } from '../text/messages.ts';
import { headline, nameOf, typeLabel, valueWithUnit } from '../text/values.ts';
import { styleOf } from '../themes.ts';
import type { Picked } from './layers.ts';

/** What the pointer is over, and where on the screen. */
export interface Pointed {
  readonly picked: Picked;
  readonly x: number;
  readonly y: number;
}

/** Short word on what the pointer is over; the panel and the list say the same to who has no pointer. */
export function MapTip({ pointed: { picked, x, y } }: { pointed: Pointed }) {
  const isFarRight = x > innerWidth / 2;
  return (
    <div
      class={`map-tip ${isFarRight ? 'is-left' : ''}`}
      style={{ transform: `translate(${x}px, ${y}px)` }}
      aria-hidden="true"
    >
      {picked.kind === 'cluster' ? (
        <div class="tip-card">
          <p class="tip-name">{t('map.cluster', { count: picked.cluster.count })}</p>
          <p class="tip-line">{picked.cluster.shares.map(([theme]) => t(styleOf(theme).label)).join(' · ')}</p>
          {isSeverity(picked.cluster.worst) && (
            <p class={`tip-condition hue-${picked.cluster.worst}`}>
              <ConditionMark condition={picked.cluster.worst} size={12} />
              {t('rail.worst', { condition: t(`condition.${picked.cluster.worst}`) })}
            </p>
          )}
        </div>
      ) : (
        <EntityTip placed={picked.placed} />
      )}
    </div>
  );
}

function EntityTip({
  placed: { entity, type, condition },
}: {
  placed: Extract<Pointed['picked'], { kind: 'entity' }>['placed'];
}) {
  const main = headline(type, entity);
  return (
    <div class="tip-card">
      <p class="tip-name">
        <ThemeMark theme={type.theme} size={16} />
        {nameOf(entity)}
      </p>
      <p class="tip-line">
        {typeLabel(type)}
        {entity.commune !== undefined && ` · ${entity.commune}`}
      </p>
      {main !== undefined && (
        <p class="tip-value">
          {valueWithUnit(main.property, main.value)}{' '}
          {entity.heardAtMs !== undefined && <Age sinceMs={entity.heardAtMs} />}
        </p>
      )}
      {condition !== 'normal' && (
        <p class={`tip-condition hue-${condition}`}>
          <ConditionMark condition={condition} size={12} />
          {t(`condition.${condition}`)}
        </p>
      )}
    </div>
  );
}
