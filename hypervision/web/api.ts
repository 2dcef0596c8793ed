/** Requests to our own server. One file knows how to fetch, and what a refusal looks like. */

/** RFC 9457 problem, or the network's silence (`status` 0). */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, detail: string) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

const REQUEST_TIMEOUT_MS = 20_000;

/** @throws ApiProblem */
export const getJson = <T>(path: string, signal?: AbortSignal): Promise<T> => request<T>(path, {}, signal);

/** Same-origin JSON: the server refuses the form posts that another site could forge. @throws ApiProblem */
export const postJson = <T>(path: string, content: unknown): Promise<T> =>
  request<T>(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(content),
  });

async function request<T>(path: string, init: RequestInit, signal?: AbortSignal): Promise<T> {
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  let response: Response;
  try {
    response = await fetch(path, {
      ...init,
      credentials: 'same-origin',
      headers: { Accept: 'application/json', ...init.headers },
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiProblem(0, 'unreachable', 'the server did not answer');
  }
  if (response.ok) return response.json();
  const problem: { code?: string; detail?: string } = await response.json().catch(() => ({}));
  throw new ApiProblem(response.status, problem.code ?? 'unknown', problem.detail ?? response.statusText);
}
