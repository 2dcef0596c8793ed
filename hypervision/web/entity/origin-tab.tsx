import type { Entity } from '../../contract.ts';
import type { Situation } from '../state/filters.ts';
import { Age } from '../status/age.tsx';
import { Empty } from '../status/empty.tsx';
import { Failed } from '../status/failed.tsx';
import { Skeleton } from '../status/skeleton.tsx';
import { formatMoment, formatNumber } from '../text/formats.ts';
import { local, t } from '../text/messages.ts';
import { propertyOf } from '../text/values.ts';
import type { Loaded } from './use-loaded.ts';

interface Source {
  readonly resource: string;
  readonly sequence: number | undefined;
  readonly mapping: string | undefined;
  observedAt: string | undefined;
  readonly properties: string[];
}

/** Which oneM2M resource said what: the way a value came, back to the device. */
export function OriginTab({
  situation: { entity, type },
  loaded,
}: {
  situation: Situation;
  loaded: Loaded<Entity> & { retry(): void };
}) {
  if (loaded.state === 'loading') return <Skeleton rows={3} height={120} />;
  if (loaded.state === 'failed') return <Failed what={t('origin.failed')} error={loaded.error} retry={loaded.retry} />;
  const sources = sourcesOf(loaded.content);
  if (sources.length === 0) return <Empty title={t('origin.empty.title')}>{t('origin.empty.text')}</Empty>;
  return (
    <>
      <p class="intro">{t('origin.intro')}</p>
      <ol class="sources">
        {sources.map(({ resource, sequence, mapping, observedAt, properties }) => (
          <li key={resource} class="source">
            <p class="source-path">
              {resource.split('/').map((part, depth, parts) => (
                <span key={`${depth} ${part}`}>
                  {part}
                  {depth < parts.length - 1 && (
                    <>
                      /<wbr />
                    </>
                  )}
                </span>
              ))}
            </p>
            <dl class="facts">
              {observedAt !== undefined && (
                <div>
                  <dt>{t('origin.observed')}</dt>
                  <dd>
                    {formatMoment(Date.parse(observedAt))} · <Age sinceMs={Date.parse(observedAt)} />
                  </dd>
                </div>
              )}
              {mapping !== undefined && (
                <div>
                  <dt>{t('origin.mapping')}</dt>
                  <dd>{mapping}</dd>
                </div>
              )}
              {sequence !== undefined && (
                <div>
                  <dt>{t('origin.sequence')}</dt>
                  <dd>{formatNumber(sequence)}</dd>
                </div>
              )}
              <div>
                <dt>{t('origin.properties')}</dt>
                <dd>
                  {properties
                    .map((name) => {
                      const property = propertyOf(type, name);
                      return name === 'location'
                        ? t('entity.position')
                        : property === undefined
                          ? name
                          : local(property.label);
                    })
                    .join(', ')}
                </dd>
              </div>
            </dl>
          </li>
        ))}
      </ol>
      <dl class="facts">
        <div>
          <dt>{t('origin.identifier')}</dt>
          <dd class="mono">{entity.id}</dd>
        </div>
        <div>
          <dt>{t('origin.known')}</dt>
          <dd>{formatMoment(Date.parse(loaded.content.createdAt))}</dd>
        </div>
      </dl>
    </>
  );
}

/** Attributes by the resource they came from, the newest first. */
function sourcesOf(entity: Entity): Source[] {
  const sources = new Map<string, Source>();
  for (const [name, attribute] of Object.entries(entity.attributes)) {
    const { origin, observedAt } = attribute;
    if (origin === undefined) continue;
    const source = sources.get(origin.resource) ?? {
      resource: origin.resource,
      sequence: origin.sequence,
      mapping: origin.mapping,
      observedAt,
      properties: [],
    };
    if (observedAt !== undefined && (source.observedAt === undefined || observedAt > source.observedAt))
      source.observedAt = observedAt;
    source.properties.push(name);
    sources.set(origin.resource, source);
  }
  return [...sources.values()].sort((a, b) => (b.sequence ?? 0) - (a.sequence ?? 0));
}
