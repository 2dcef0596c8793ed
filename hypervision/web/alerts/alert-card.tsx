import { Icon } from '#platform/browser';
import type { Alert } from '../../contract.ts';
import { pointOf } from '../map/geometry.ts';
import { isOpen } from '../state/condition.ts';
import { situationOf } from '../state/filters.ts';
import { hoveredId, select } from '../state/selection.ts';
import { Age } from '../status/age.tsx';
import { local, t } from '../text/messages.ts';
import { problemText } from '../text/problems.ts';
import { nameOf } from '../text/values.ts';
import { acknowledge, close, failures, waiting } from './alert-actions.ts';
import { ConditionLabel } from './condition-label.tsx';

/** One alert: what, where, since when, who has taken it, and what can be done. */
export function AlertCard({ alert, isInPanel = false }: { alert: Alert; isInPanel?: boolean }) {
  const situation = situationOf(alert.entity);
  const name = situation === undefined ? (alert.entityName ?? alert.entity) : nameOf(situation.entity);
  const place = situation?.entity.commune ?? alert.commune;
  const taken = alert.events.findLast(({ kind }) => kind === 'acknowledged');
  const isWaiting = waiting.value.has(alert.id);
  const failure = failures.value.get(alert.id);
  const point = situation === undefined ? undefined : pointOf(situation.entity);
  return (
    <article
      class={`alert-card edge-${alert.severity} is-${alert.state}`}
      onPointerEnter={() => {
        hoveredId.value = alert.entity;
      }}
      onPointerLeave={() => {
        if (hoveredId.value === alert.entity) hoveredId.value = undefined;
      }}
    >
      <div class="alert-top">
        <ConditionLabel condition={alert.severity} />
        <Age sinceMs={Date.parse(alert.openedAt)} />
      </div>
      <p class="alert-message">{local(alert.message)}</p>
      {!isInPanel && (
        <p class="alert-where">
          <button type="button" class="link-button" onClick={() => select(alert.entity, point)}>
            {name}
          </button>
          {/* Many names already say the commune. */}
          {place !== undefined && !name.includes(place) && <span> · {place}</span>}
        </p>
      )}
      {isOpen(alert) ? (
        <div class="alert-foot">
          {alert.state === 'acknowledged' && taken !== undefined && (
            <p class="alert-taken">
              <Icon name="check" size={16} />
              {t('alert.takenBy', { name: taken.by.name })}
            </p>
          )}
          <div class="alert-actions">
            {alert.state === 'open' && (
              <button type="button" class="button" disabled={isWaiting} onClick={() => acknowledge(alert)}>
                {t('alert.acknowledge')}
              </button>
            )}
            <button type="button" class="button is-quiet" disabled={isWaiting} onClick={() => close(alert)}>
              {t('alert.close')}
            </button>
          </div>
        </div>
      ) : (
        <p class="alert-ended">
          {t(alert.state === 'closed' ? 'alert.closed' : 'alert.cleared')}{' '}
          {alert.endedAt !== undefined && <Age sinceMs={Date.parse(alert.endedAt)} />}
        </p>
      )}
      {failure !== undefined && (
        <p class="problem" role="alert">
          {t('alert.failed', { reason: problemText(failure) })}
        </p>
      )}
    </article>
  );
}
