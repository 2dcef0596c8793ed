import type { EntityView, TypeDescription } from '../../contract.ts';
import { formatNumber, withUnit } from '../text/formats.ts';
import { numberOf, propertyOf } from '../text/values.ts';

/** What a full gauge stands for, where the entity itself knows better than its type. */
const ratings: Readonly<Record<string, string>> = { WindTurbine: 'ratedPower', Building: 'subscribedPower' };

/** A value within its range, as a bar; nothing when no range is known. */
export function Gauge({
  type,
  entity,
  value,
  isStale,
}: {
  type: TypeDescription;
  entity: EntityView;
  value: number | undefined;
  isStale: boolean;
}) {
  const property = propertyOf(type, type.headline);
  const rating = ratings[type.name];
  const maximum = rating === undefined ? property?.maximum : numberOf(entity, rating);
  if (property === undefined || maximum === undefined || value === undefined || maximum <= 0) return null;
  const { unit, factor } = property.display;
  const share = Math.min(1, Math.max(0, value / maximum));
  return (
    <div class={`gauge ${isStale ? 'is-stale' : ''}`} aria-hidden="true">
      <div class={`gauge-track fill-${type.theme}`}>
        <div class="gauge-fill" style={{ width: `${share * 100}%` }} />
      </div>
      <div class="gauge-scale">
        <span>0</span>
        <span>{withUnit(formatNumber(maximum * factor), unit)}</span>
      </div>
    </div>
  );
}
