import { ApiProblem } from '#platform/browser';
import { t } from '../text/messages.ts';
import { problemText } from '../text/problems.ts';

/** What happened, what it means, what to do now. */
export function Failed({ what, error, retry }: { what: string; error: unknown; retry: () => void }) {
  return (
    <div class="failed" role="alert">
      <p class="failed-title">{what}</p>
      <p>{error instanceof ApiProblem ? problemText(error) : t('problem.server')}</p>
      <button type="button" class="button" onClick={retry}>
        {t('state.retry')}
      </button>
    </div>
  );
}
