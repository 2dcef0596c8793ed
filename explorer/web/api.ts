/** Requests to the CSE through our own server. */
import { ApiProblem, postJson, send } from '#platform/browser';
import type { PageRequest, PageResponse, WatchLine } from '../contract.ts';

/** What the CSE has to do may take longer than what our own server has. */
export const requestTimeoutMs = 30_000;
const firstRefusal = 3000;

/** Carries out a request whatever the CSE answers. @throws ApiProblem when there is no answer */
export const ask = (request: PageRequest, signal?: AbortSignal): Promise<PageResponse> =>
  postJson<PageResponse>('/api/cse/requests', request, { signal, timeoutMs: requestTimeoutMs });

/** Carries out a request. @throws ApiProblem with the status code's name as `code` also when the CSE refuses */
export async function demand(request: PageRequest, signal?: AbortSignal): Promise<PageResponse> {
  const response = await ask(request, signal);
  if (response.rsc < firstRefusal) return response;
  throw new ApiProblem(200, response.status, String(response.pc?.['m2m:dbg'] ?? response.status));
}

/** Hears what happens to a resource until `signal` ends it, or the server does. @throws ApiProblem */
export async function watch(to: string, signal: AbortSignal, hear: (line: WatchLine) => void): Promise<void> {
  const { body } = await send('/api/cse/watches', { content: { to } }, { signal, timeoutMs: Number.POSITIVE_INFINITY });
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (let read = await reader?.read(); read !== undefined && !read.done; read = await reader?.read()) {
    const lines = (rest + read.value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') hear(JSON.parse(line) as WatchLine);
  }
}
