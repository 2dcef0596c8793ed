import type { ApiProblem } from '#platform/browser';
import { t } from './messages.ts';

/** What went wrong and what to do now, for a person. */
export function problemText({ status }: ApiProblem): string {
  if (status === 0) return t('problem.unreachable');
  if (status === 401) return t('problem.signedOut');
  if (status === 403) return t('problem.notAllowed');
  if (status === 404) return t('problem.gone');
  if (status === 409) return t('problem.alreadyDone');
  if (status === 422 || status === 400) return t('problem.refused');
  if (status === 429 || status === 503) return t('problem.busy');
  return t('problem.server');
}
