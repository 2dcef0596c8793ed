import { ApiProblem } from '#platform/browser';
import { t } from './text/messages.ts';

/** What went wrong, for a person; the words of the CSE are kept, they name what it expected. */
export function problemText(error: unknown): string {
  if (!(error instanceof ApiProblem)) return t('problem.server');
  const { status, code, message } = error;
  if (status === 0) return t('problem.unreachable');
  if (status === 401) return t('problem.signedOut');
  if (status === 403) return t('problem.notAllowed');
  if (status === 429) return t('problem.tooMany');
  if (status === 503) return t('problem.busy');
  if (code === 'ORIGINATOR_HAS_NO_PRIVILEGE') return t('problem.noPrivilege');
  if (code === 'NOT_FOUND') return t('problem.gone');
  return t('problem.refused', { code, message });
}

export function Failed({ what, error, retry }: { what: string; error: unknown; retry?: () => void }) {
  return (
    <div class="failed" role="alert">
      <p class="failed-title">{what}</p>
      <p>{problemText(error)}</p>
      {retry !== undefined && (
        <button type="button" class="button" onClick={retry}>
          {t('state.retry')}
        </button>
      )}
    </div>
  );
}
