import { useEffect, useState } from 'preact/hooks';
import { getJson } from '#platform/browser';

export type Loaded<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly content: T }
  | { readonly state: 'failed'; readonly error: unknown };

/** Reads a JSON document while the component is shown. A new path starts anew; `refresh` changing reads it again quietly. */
export function useLoaded<T>(path: string, refresh: number = 0): Loaded<T> & { retry(): void } {
  const [loaded, setLoaded] = useState<{ path: string; result: Loaded<T> }>({ path, result: { state: 'loading' } });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const aborter = new AbortController();
    getJson<T>(path, { signal: aborter.signal }).then(
      (content) => setLoaded({ path, result: { state: 'ready', content } }),
      (error: unknown) => {
        if (aborter.signal.aborted) return;
        // What was read before stays: a failed refresh is not a reason to take it away.
        setLoaded((before) =>
          before.path === path && before.result.state === 'ready'
            ? before
            : { path, result: { state: 'failed', error } },
        );
      },
    );
    return () => aborter.abort();
  }, [path, refresh, attempt]);
  const current: Loaded<T> = loaded.path === path ? loaded.result : { state: 'loading' };
  return {
    ...current,
    retry() {
      setLoaded({ path, result: { state: 'loading' } });
      setAttempt((count) => count + 1);
    },
  };
}
