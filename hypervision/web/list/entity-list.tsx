import { signal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '#platform/browser';
import { ConditionMark } from '../icons/condition-mark.tsx';
import { ThemeMark } from '../icons/theme-mark.tsx';
import { pointOf } from '../map/geometry.ts';
import { clearFilters, isFiltered, type Situation, shown } from '../state/filters.ts';
import { loading } from '../state/live-link.ts';
import { hoveredId, select, selectedId } from '../state/selection.ts';
import { Age } from '../status/age.tsx';
import { Empty } from '../status/empty.tsx';
import { Skeleton } from '../status/skeleton.tsx';
import { formatNumber } from '../text/formats.ts';
import { t } from '../text/messages.ts';
import { headline, nameOf, typeLabel, valueWithUnit } from '../text/values.ts';

import { type Column, columns, sorted } from './sorting.ts';
import './entity-list.css';

/** On a phone the name takes two lines: its end, the street, tells one container from another. */
const narrow = matchMedia('(max-width: 759px)');
/** All rows have this height, so that only those in view are in the page. */
const rowHeight = (): number => (narrow.matches ? 64 : 48);
const MARGIN_ROWS = 8;

const order = signal<{ readonly column: Column; readonly isDescending: boolean }>({
  column: 'condition',
  isDescending: false,
});

/** Twin of the map: the same set as a table, for the keyboard, for screen readers and for who likes lists. */
export function EntityList() {
  const { column, isDescending } = order.value;
  const rows = sorted(shown.value, column, isDescending);
  const scroller = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(800);
  const [active, setActive] = useState(0);
  const shouldFocus = useRef(false);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const first = Math.max(0, Math.floor(top / rowHeight()) - MARGIN_ROWS);
  const last = Math.min(rows.length, Math.ceil((top + height) / rowHeight()) + MARGIN_ROWS);
  const current = Math.min(active, Math.max(0, rows.length - 1));

  useEffect(() => {
    if (!shouldFocus.current) return;
    shouldFocus.current = false;
    scroller.current?.querySelector<HTMLElement>(`[data-row="${current}"]`)?.focus({ preventScroll: true });
  });

  function moveTo(row: number): void {
    const next = Math.max(0, Math.min(rows.length - 1, row));
    const element = scroller.current;
    if (element !== null) {
      const rowTop = next * rowHeight();
      const visible = element.clientHeight - rowHeight(); // the head stays on top
      if (rowTop < element.scrollTop) element.scrollTop = rowTop;
      else if (rowTop + rowHeight() > element.scrollTop + visible) element.scrollTop = rowTop + rowHeight() - visible;
      setTop(element.scrollTop);
    }
    shouldFocus.current = true;
    setActive(next);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(height / rowHeight()) - 2);
    const goals: Record<string, number> = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + page,
      PageUp: current - page,
      Home: 0,
      End: rows.length - 1,
    };
    const goal = goals[event.key];
    const row = rows[current];
    if (goal !== undefined) moveTo(goal);
    else if ((event.key === 'Enter' || event.key === ' ') && row !== undefined) open(row);
    else return;
    event.preventDefault();
  }

  return (
    <section class="list" aria-labelledby="list-title">
      <header class="list-head">
        <h2 id="list-title">{t('list.title')}</h2>
        <p>{t('list.count', { count: rows.length, shown: formatNumber(rows.length) })}</p>
      </header>
      <div class="list-scroll" ref={scroller} onScroll={(event) => setTop(event.currentTarget.scrollTop)}>
        {loading.value === 'loading' ? (
          <Skeleton rows={10} height={rowHeight() - 8} />
        ) : rows.length === 0 ? (
          <Empty title={t(isFiltered.value ? 'list.filtered.title' : 'list.empty.title')}>
            {t(isFiltered.value ? 'list.filtered.text' : 'list.empty.text')}
            {isFiltered.value && (
              <button type="button" class="button" onClick={clearFilters}>
                {t('rail.clear')}
              </button>
            )}
          </Empty>
        ) : (
          <table aria-rowcount={rows.length + 1}>
            <caption class="visually-hidden">{t('list.caption')}</caption>
            <thead>
              <tr aria-rowindex={1}>
                {columns.map((name) => (
                  <ColumnHead key={name} name={name} />
                ))}
              </tr>
            </thead>
            <tbody>
              {first > 0 && <tr style={{ height: `${first * rowHeight()}px` }} />}
              {rows.slice(first, last).map((row, index) => (
                <Row
                  key={row.entity.id}
                  row={row}
                  index={first + index}
                  isActive={first + index === current}
                  onFocus={setActive}
                  onKeyDown={onKeyDown}
                />
              ))}
              {last < rows.length && <tr style={{ height: `${(rows.length - last) * rowHeight()}px` }} />}
            </tbody>
          </table>
        )}
      </div>
    </section>
  );
}

function open({ entity }: Situation): void {
  select(entity.id, pointOf(entity));
}

function ColumnHead({ name }: { name: Column }) {
  const { column, isDescending } = order.value;
  const isSorted = column === name;
  return (
    <th
      scope="col"
      class={`col-${name}`}
      aria-sort={isSorted ? (isDescending ? 'descending' : 'ascending') : undefined}
    >
      <button
        type="button"
        onClick={() => {
          order.value = { column: name, isDescending: isSorted ? !isDescending : false };
        }}
      >
        {t(`list.column.${name}`)}
        {isSorted && <Icon name={isDescending ? 'down' : 'up'} size={14} />}
      </button>
    </th>
  );
}

function Row({
  row,
  index,
  isActive,
  onFocus,
  onKeyDown,
}: {
  row: Situation;
  index: number;
  isActive: boolean;
  onFocus: (index: number) => void;
  onKeyDown: (event: KeyboardEvent) => void;
}) {
  const { entity, type, condition } = row;
  const main = headline(type, entity);
  return (
    <tr
      data-row={index}
      aria-rowindex={index + 2}
      tabIndex={isActive ? 0 : -1}
      aria-selected={selectedId.value === entity.id}
      class={selectedId.value === entity.id ? 'is-selected' : ''}
      style={{ height: `${rowHeight()}px` }}
      onClick={() => open(row)}
      onFocus={() => onFocus(index)}
      onKeyDown={onKeyDown}
      onPointerEnter={() => {
        hoveredId.value = entity.id;
      }}
      onPointerLeave={() => {
        if (hoveredId.value === entity.id) hoveredId.value = undefined;
      }}
    >
      <td class={`col-condition hue-${condition}`}>
        <ConditionMark condition={condition} />
        <span class="condition-word">{t(`condition.${condition}`)}</span>
      </td>
      <td class="col-name">
        <span class="cell-name">{nameOf(entity)}</span>
        <small>
          {typeLabel(type)}
          {entity.commune !== undefined && ` · ${entity.commune}`}
        </small>
      </td>
      <td class="col-theme">
        <ThemeMark theme={type.theme} size={18} />
        {typeLabel(type)}
      </td>
      <td class="col-commune">{entity.commune ?? '–'}</td>
      <td class={`col-value ${condition === 'stale' ? 'is-stale' : ''}`}>
        {main === undefined ? '–' : valueWithUnit(main.property, main.value)}
      </td>
      <td class="col-heard">{entity.heardAtMs === undefined ? t('list.never') : <Age sinceMs={entity.heardAtMs} />}</td>
    </tr>
  );
}
