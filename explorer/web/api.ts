/** Requests to our own server. One file knows how to fetch, and what a refusal looks like. */
import type { PageRequest, PageResponse, WatchLine } from '../contract.ts';

/** RFC 9457 problem, the network's silence (`status` 0), or a refusal of the CSE (`rsc`). */
export class ApiProblem extends Error {
  readonly status: number;
  /** Name of the response status code, when the CSE refused. */
  readonly code: string;

  constructor(status: number, code: string, detail: string) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

const requestTimeoutMs = 30_000;
const firstRefusal = 3000;

export function signInAgain(): void {
  location.replace(`/sign-in?next=${encodeURIComponent(location.pathname + location.search + location.hash)}`);
}

/** @throws ApiProblem */
export const getJson = async <T>(path: string, signal?: AbortSignal): Promise<T> =>
  (await send(path, {}, signal)).json() as Promise<T>;

/** Carries out a request whatever the CSE answers. @throws ApiProblem when there is no answer */
export const ask = async (request: PageRequest, signal?: AbortSignal): Promise<PageResponse> =>
  (await send('/api/cse/requests', posted(request), signal)).json() as Promise<PageResponse>;

/** Carries out a request. @throws ApiProblem also when the CSE refuses */
export async function demand(request: PageRequest, signal?: AbortSignal): Promise<PageResponse> {
  const response = await ask(request, signal);
  if (response.rsc < firstRefusal) return response;
  throw new ApiProblem(200, response.status, String(response.pc?.['m2m:dbg'] ?? response.status));
}

/** Hears what happens to a resource until `signal` ends it, or the server does. @throws ApiProblem */
export async function watch(to: string, signal: AbortSignal, hear: (line: WatchLine) => void): Promise<void> {
  const { body } = await send('/api/cse/watches', posted({ to }), signal, false);
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (let read = await reader?.read(); read !== undefined && !read.done; read = await reader?.read()) {
    const lines = (rest + read.value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') hear(JSON.parse(line) as WatchLine);
  }
}

const posted = (content: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(content),
});

async function send(path: string, init: RequestInit, signal?: AbortSignal, isTimed = true): Promise<Response> {
  const signals = [
    ...(signal === undefined ? [] : [signal]),
    ...(isTimed ? [AbortSignal.timeout(requestTimeoutMs)] : []),
  ];
  let response: Response;
  try {
    response = await fetch(path, { ...init, credentials: 'same-origin', signal: AbortSignal.any(signals) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiProblem(0, 'unreachable', 'the server did not answer');
  }
  if (response.ok) return response;
  const problem: { code?: string; detail?: string } = await response.json().catch(() => ({}));
  throw new ApiProblem(response.status, problem.code ?? 'unknown', problem.detail ?? response.statusText);
}
