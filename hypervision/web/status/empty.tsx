import type { ComponentChildren } from 'preact';

/** What would be here and how to get it. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <svg viewBox="0 0 96 48" width="96" height="48" aria-hidden="true" focusable="false">
        <path
          d="M4 34c16 0 16-14 34-14s18-12 34-12 20-4 20-4"
          fill="none"
          stroke="var(--line)"
          stroke-width="3"
          stroke-linecap="round"
        />
        <circle cx="62" cy="32" r="6" fill="none" stroke="var(--line)" stroke-width="3" />
      </svg>
      <p class="empty-title">{title}</p>
      {children !== undefined && <p class="empty-text">{children}</p>}
    </div>
  );
}
