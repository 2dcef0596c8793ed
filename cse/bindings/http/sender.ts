import { Agent, request as send } from 'undici';
import type { JsonObject, NotificationSender, Peer, RequestPrimitive, ResponsePrimitive } from '../../primitive.ts';
import {
  type Format,
  isFormat,
  mediaType,
  readMediaType,
  resultLimits,
  serializations,
} from '../../serialization/index.ts';
import { httpRequestOf, responsePrimitiveOf } from './message.ts';

const connectTimeoutMs = 5_000;
const answerTimeoutMs = 10_000;
const connectionsPerOriginMax = 32;
const answerBytesMax = 64 * 1024;
/** Results that other CSEs give may hold whole subtrees. */
const resultBytesMax = 16 * 1024 * 1024;

/** Delivers notifications, and requests to other CSEs, over HTTP (TS-0009 §6.2) with kept connections. */
export class HttpSender implements NotificationSender {
  readonly #agent = new Agent({
    connections: connectionsPerOriginMax,
    pipelining: 1,
    connect: { timeout: connectTimeoutMs },
    headersTimeout: answerTimeoutMs,
    bodyTimeout: answerTimeoutMs,
    keepAliveTimeout: 30_000,
  });

  async send(
    target: URL,
    request: RequestPrimitive,
    signal: AbortSignal,
    peer?: Peer,
    serialization = 'json',
  ): Promise<ResponsePrimitive> {
    if (peer !== undefined) return this.#ask(target, request, signal, peer);
    return this.#notify(target, request, signal, isFormat(serialization) ? serialization : 'json');
  }

  async #ask(target: URL, request: RequestPrimitive, signal: AbortSignal, { token }: Peer): Promise<ResponsePrimitive> {
    const { path, ...message } = httpRequestOf(request, 'json', token);
    const prefix = target.pathname.replace(/\/$/, '');
    const { statusCode, headers, body } = await send(new URL(prefix + path, target.origin), {
      ...message,
      dispatcher: this.#agent,
      signal,
    });
    return responsePrimitiveOf(statusCode, headers, await collect(body, resultBytesMax), request);
  }

  async #notify(
    target: URL,
    { fr, rqi, rvi, ec, pc, ot, rqet, rset, vsi }: RequestPrimitive,
    signal: AbortSignal,
    format: Format,
  ): Promise<ResponsePrimitive> {
    const { statusCode, headers, body } = await send(target, {
      dispatcher: this.#agent,
      method: 'POST',
      signal,
      headers: {
        'Content-Type': mediaType(format),
        'X-M2M-RI': rqi,
        ...(fr === undefined ? {} : { 'X-M2M-Origin': fr }),
        ...(rvi === undefined ? {} : { 'X-M2M-RVI': rvi }),
        ...(ec === undefined ? {} : { 'X-M2M-EC': String(ec) }),
        ...(ot === undefined ? {} : { 'X-M2M-OT': ot }),
        ...(rqet === undefined ? {} : { 'X-M2M-RET': rqet }),
        ...(rset === undefined ? {} : { 'X-M2M-RST': rset }),
        ...(vsi === undefined ? {} : { 'X-M2M-VSI': vsi }),
      },
      body: serializations[format].encode(pc ?? {}),
    });
    const content = await readAnswer(body, headers['content-type']);
    const said = Number(headers['x-m2m-rsc']);
    return {
      rsc: Number.isInteger(said) && said >= 1000 ? said : statusOf(statusCode),
      rqi,
      ...(content === undefined ? {} : { pc: content }),
    };
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }
}

/** What a plain web server means: TS-0009 Table 6.3.2-1 read backwards, roughly. */
const statusOf = (http: number): number =>
  http < 300 ? 2000 : http === 408 || http === 429 || http >= 500 ? 5000 : 4000;

/** Content of the answer, when it is a primitive's; anything else is read to the end and dropped. */
async function readAnswer(
  body: AsyncIterable<Buffer>,
  type: string | string[] | undefined,
): Promise<JsonObject | undefined> {
  const bytes = await collect(body, answerBytesMax);
  const format = typeof type === 'string' ? readMediaType(type)?.format : undefined;
  if (bytes.length === 0 || format === undefined) return undefined;
  try {
    const content = serializations[format].decode(bytes, resultLimits);
    return typeof content === 'object' && content !== null && !Array.isArray(content) ? content : undefined;
  } catch {
    return undefined;
  }
}

async function collect(body: AsyncIterable<Buffer>, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > bytesMax) throw new Error(`the answer is larger than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
