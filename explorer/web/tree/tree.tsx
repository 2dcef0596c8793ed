import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '#platform/browser';
import { bootstrap, typeByNumber } from '../bootstrap.ts';
import {
  branches,
  collapse,
  expand,
  expanded,
  isDetailShown,
  loadChildren,
  type Reference,
  selected,
  show,
} from '../state.ts';
import { t } from '../text/messages.ts';
import './tree.css';

/** One line of the tree: a resource, or a word about the children of one. */
type Row =
  | { readonly kind: 'resource'; readonly level: number; readonly reference: Reference }
  | { readonly kind: 'more'; readonly level: number; readonly of: Reference }
  | { readonly kind: 'note'; readonly level: number; readonly of: Reference; readonly text: string };

const rootType = 5;

function rowsBelow(reference: Reference, level: number): Row[] {
  const rows: Row[] = [{ kind: 'resource', level, reference }];
  if (!expanded.value.has(reference.val)) return rows;
  const branch = branches.value.get(reference.val);
  for (const child of branch?.children ?? []) rows.push(...rowsBelow(child, level + 1));
  const of = reference;
  if (branch === undefined || branch.state === 'loading')
    rows.push({ kind: 'note', level: level + 1, of, text: t('state.loading') });
  else if (branch.state === 'failed')
    rows.push({ kind: 'note', level: level + 1, of, text: t('tree.failed', { problem: branch.problem ?? '' }) });
  else if (branch.next !== undefined) rows.push({ kind: 'more', level: level + 1, of });
  else if (branch.children.length === 0) rows.push({ kind: 'note', level: level + 1, of, text: t('tree.empty') });
  return rows;
}

const keyOf = (row: Row): string => (row.kind === 'resource' ? row.reference.val : `${row.kind} ${row.of.val}`);

/** The resource tree, read as it is opened; arrows walk it as in every tree (WAI-ARIA tree pattern). */
export function Tree() {
  const { name } = bootstrap().cse;
  const element = useRef<HTMLDivElement>(null);
  const rows = rowsBelow({ nm: name, typ: rootType, val: name }, 1);
  const isThere = rows.some((row) => keyOf(row) === selected.value);
  const focusable = isThere ? selected.value : name;

  useEffect(() => {
    const chosen = element.current?.querySelector('[aria-selected="true"]');
    chosen?.scrollIntoView({ block: 'nearest' });
  }, [selected.value, isThere, rows.length]);

  function onKeyDown(event: KeyboardEvent): void {
    const items = [...(element.current?.querySelectorAll<HTMLElement>('[role="treeitem"]') ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const row = rows[at];
    if (row === undefined) return;
    const go = (index: number): void => items[Math.max(0, Math.min(items.length - 1, index))]?.focus();
    const isOpen = row.kind === 'resource' && expanded.value.has(row.reference.val);
    switch (event.key) {
      case 'ArrowDown':
        go(at + 1);
        break;
      case 'ArrowUp':
        go(at - 1);
        break;
      case 'Home':
        go(0);
        break;
      case 'End':
        go(items.length - 1);
        break;
      case 'ArrowRight':
        if (row.kind === 'resource' && !isOpen) void expand(row.reference.val, row.reference.typ);
        else go(at + 1);
        break;
      case 'ArrowLeft':
        if (row.kind === 'resource' && isOpen) collapse(row.reference.val);
        else go(rows.findLastIndex((other, index) => index < at && other.level < row.level));
        break;
      case 'Enter':
      case ' ':
        activate(row);
        break;
      default:
        return;
    }
    event.preventDefault();
  }

  return (
    <div ref={element} class="tree" role="tree" aria-label={t('tree.label')} onKeyDown={onKeyDown}>
      {rows.map((row) => (
        <TreeRow key={keyOf(row)} row={row} isFocusable={keyOf(row) === focusable} />
      ))}
    </div>
  );
}

function activate(row: Row): void {
  if (row.kind === 'resource') show(row.reference.val);
  else if (row.kind === 'more') void loadChildren(row.of.val, row.of.typ, true);
}

function TreeRow({ row, isFocusable }: { row: Row; isFocusable: boolean }) {
  const tabIndex = isFocusable ? 0 : -1;
  const common = {
    'aria-level': row.level,
    style: { '--level': row.level },
  };
  if (row.kind === 'note')
    return (
      <div role="treeitem" {...common} tabIndex={tabIndex} class="tree-row is-note" aria-selected={false}>
        {row.text}
      </div>
    );
  if (row.kind === 'more')
    return (
      // biome-ignore lint/a11y/useKeyWithClickEvents: the tree hears the keys
      <div
        role="treeitem"
        {...common}
        tabIndex={tabIndex}
        class="tree-row is-more"
        aria-selected={false}
        onClick={() => activate(row)}
      >
        {t('tree.more')}
      </div>
    );
  const { nm, typ, val } = row.reference;
  const isOpen = expanded.value.has(val);
  const type = typeByNumber(typ)?.longName ?? String(typ);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree hears the keys
    <div
      role="treeitem"
      {...common}
      tabIndex={tabIndex}
      class="tree-row"
      aria-selected={val === selected.value}
      aria-expanded={isOpen}
      onClick={() => {
        activate(row);
        if (!isOpen && matchMedia('(min-width: 760px)').matches) void expand(val, typ);
      }}
      title={`${val} (${type})`}
    >
      <span
        class="tree-switch"
        aria-hidden="true"
        onClick={(event) => {
          event.stopPropagation();
          if (isOpen) collapse(val);
          else void expand(val, typ);
          isDetailShown.value = false;
        }}
      >
        <Icon name={isOpen ? 'down' : 'right'} size={16} />
      </span>
      <span class="tree-name">{nm}</span> <span class="tree-type">{type}</span>
    </div>
  );
}
