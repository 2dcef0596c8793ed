import { useEffect, useState } from 'preact/hooks';
import { t } from '../text/messages.ts';

/** Shown only to those who wait: an answer within 300 ms never flashes. */
const SHOWN_AFTER_MS = 300;

/** Grey shapes where content will stand. @param height pixels of one row */
export function Skeleton({ rows, height }: { rows: number; height: number }) {
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), SHOWN_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class="skeleton" aria-busy="true">
      <span class="visually-hidden">{t('state.loading')}</span>
      {isShown &&
        Array.from({ length: rows }, (_, row) => (
          <div key={row} class="skeleton-row" style={{ height: `${height}px` }} />
        ))}
    </div>
  );
}
