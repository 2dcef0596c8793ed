/** Requests to our own server. One file knows how to fetch, and what a refusal looks like. */

/** RFC 9457 problem, the network's silence (`status` 0), or what a page makes of an answer that refuses. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, detail: string) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

const requestTimeoutMs = 20_000;

export interface SendOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the request is given up; Infinity for one that stays open. */
  readonly timeoutMs?: number;
}

/** Comes back to this page afterwards. */
export function signInAgain(): void {
  location.replace(`/sign-in?next=${encodeURIComponent(location.pathname + location.search + location.hash)}`);
}

/** @throws ApiProblem */
export const getJson = async <T>(path: string, options?: SendOptions): Promise<T> =>
  (await send(path, {}, options)).json() as Promise<T>;

/** @throws ApiProblem */
export const postJson = async <T>(path: string, content: unknown, options?: SendOptions): Promise<T> =>
  (await send(path, { content }, options)).json() as Promise<T>;

/**
 * GET, or POST where there is `content`: same-origin JSON, since the server refuses the form posts that another site
 * could forge.
 * @throws ApiProblem unless the answer is 2xx
 */
export async function send(
  path: string,
  { content }: { readonly content?: unknown },
  { signal, timeoutMs = requestTimeoutMs }: SendOptions = {},
): Promise<Response> {
  const signals = [
    ...(signal === undefined ? [] : [signal]),
    ...(timeoutMs === Number.POSITIVE_INFINITY ? [] : [AbortSignal.timeout(timeoutMs)]),
  ];
  const posted =
    content === undefined
      ? { headers: { Accept: 'application/json' } }
      : {
          method: 'POST',
          headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
          body: JSON.stringify(content),
        };
  let response: Response;
  try {
    response = await fetch(path, { ...posted, credentials: 'same-origin', signal: AbortSignal.any(signals) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiProblem(0, 'unreachable', 'the server did not answer');
  }
  if (response.ok) return response;
  const problem: { code?: string; detail?: string } = await response.json().catch(() => ({}));
  throw new ApiProblem(response.status, problem.code ?? 'unknown', problem.detail ?? response.statusText);
}
