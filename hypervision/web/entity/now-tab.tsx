import { Icon } from '#platform/browser';
import { AlertCard } from '../alerts/alert-card.tsx';
import { coarseNowMs } from '../clock.ts';
import { pointOf } from '../map/geometry.ts';
import { bootstrap } from '../state/bootstrap.ts';
import { hasStaleValues } from '../state/condition.ts';
import type { Situation } from '../state/filters.ts';
import { flyTo, mainView } from '../state/selection.ts';
import { openAlerts } from '../state/store.ts';
import { Age } from '../status/age.tsx';
import { Empty } from '../status/empty.tsx';
import { formatPosition } from '../text/formats.ts';
import { local, t } from '../text/messages.ts';
import { numberOf, propertyOf, valueWithUnit } from '../text/values.ts';
import { Figure } from './figure.tsx';
import { Gauge } from './gauge.tsx';

/** Said elsewhere in the panel. */
const placedElsewhere = new Set(['name', 'demonstration', 'commandId']);

export function NowTab({ situation: { entity, type } }: { situation: Situation }) {
  const isStale = hasStaleValues(entity, type, bootstrap().silenceFactor, coarseNowMs.value);
  const reported = type.properties.filter(
    ({ name }) => entity.values[name] !== undefined && !placedElsewhere.has(name),
  );
  const observed = reported.filter(({ observed, name }) => observed && name !== type.headline);
  const described = reported.filter(({ observed }) => !observed);
  const main = propertyOf(type, type.headline);
  const mainValue = entity.values[type.headline];
  const own = openAlerts.value.filter((alert) => alert.entity === entity.id);
  return (
    <>
      {own.length > 0 && (
        <ul class="alert-cards in-panel" aria-label={t('entity.alerts')}>
          {own.map((alert) => (
            <li key={alert.id}>
              <AlertCard alert={alert} isInPanel />
            </li>
          ))}
        </ul>
      )}
      {entity.heardAtMs === undefined ? (
        <Empty title={t('entity.silent.title')}>{t('entity.silent.text')}</Empty>
      ) : (
        <>
          {isStale && (
            <p class="stale-note">
              {t('entity.stale')} <Age sinceMs={entity.heardAtMs} />
            </p>
          )}
          {main !== undefined && (
            <div class="main-figure">
              <Figure property={main} value={mainValue?.[0]} observedAtMs={mainValue?.[1]} isStale={isStale} isMain />
              <Gauge type={type} entity={entity} value={numberOf(entity, type.headline)} isStale={isStale} />
            </div>
          )}
          <div class="figures">
            {observed.map((property) => (
              <Figure
                key={property.name}
                property={property}
                value={entity.values[property.name]?.[0]}
                observedAtMs={entity.values[property.name]?.[1]}
                mainObservedAtMs={mainValue?.[1] ?? null}
                isStale={isStale}
              />
            ))}
          </div>
        </>
      )}
      <Description situation={{ entity, type }} described={described} />
    </>
  );
}

function Description({
  situation: { entity },
  described,
}: {
  situation: Pick<Situation, 'entity' | 'type'>;
  described: Situation['type']['properties'];
}) {
  const point = pointOf(entity);
  return (
    <section class="facts-section">
      <h3>{t('entity.facts')}</h3>
      <dl class="facts">
        {described.map((property) => (
          <div key={property.name}>
            <dt>{local(property.label)}</dt>
            <dd>{valueWithUnit(property, entity.values[property.name]?.[0])}</dd>
          </div>
        ))}
        {entity.heardAtMs !== undefined && (
          <div>
            <dt>{t('entity.heard')}</dt>
            <dd>
              <Age sinceMs={entity.heardAtMs} />
            </dd>
          </div>
        )}
        <div>
          <dt>{t('entity.position')}</dt>
          <dd>{point === undefined ? t('entity.noPosition') : formatPosition(point)}</dd>
        </div>
      </dl>
      {point !== undefined && (
        <button
          type="button"
          class="button is-quiet"
          onClick={() => {
            mainView.value = 'map';
            flyTo.value = { position: point, zoom: 16 };
          }}
        >
          <Icon name="target" size={18} />
          {t('entity.showOnMap')}
        </button>
      )}
    </section>
  );
}
