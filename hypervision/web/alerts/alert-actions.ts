import { signal } from '@preact/signals';
import { ApiProblem, postJson } from '#platform/browser';
import type { Alert } from '../../contract.ts';
import { learnAlert } from '../state/store.ts';

/** Alerts an answer is awaited for. */
export const waiting = signal<ReadonlySet<string>>(new Set());
/** What went wrong with the last action on an alert. */
export const failures = signal<ReadonlyMap<string, ApiProblem>>(new Map());

export const acknowledge = (alert: Alert): Promise<void> => act(alert, 'acknowledge');
export const close = (alert: Alert): Promise<void> => act(alert, 'close');

async function act(alert: Alert, action: 'acknowledge' | 'close'): Promise<void> {
  if (waiting.value.has(alert.id)) return;
  waiting.value = new Set(waiting.value).add(alert.id);
  const failed = new Map(failures.value);
  failed.delete(alert.id);
  try {
    learnAlert(await postJson<Alert>(`/api/territory/alerts/${encodeURIComponent(alert.id)}/${action}`, {}));
  } catch (error) {
    failed.set(alert.id, error instanceof ApiProblem ? error : new ApiProblem(0, 'unknown', String(error)));
  }
  failures.value = failed;
  const rest = new Set(waiting.value);
  rest.delete(alert.id);
  waiting.value = rest;
}
