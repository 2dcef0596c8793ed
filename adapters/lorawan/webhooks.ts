import { createHash, timingSafeEqual } from 'node:crypto';
import express, { type Request, type RequestHandler, Router } from 'express';
import { type Log, type LorawanIntegration, Refusal } from '#platform';
import { readChirpStack } from './chirpstack.ts';
import type { Figures } from './figures.ts';
import type { Intake } from './intake.ts';
import type { Message, NetworkServer, Passed } from './message.ts';
import { readTheThingsStack } from './the-things-stack.ts';

/** Largest webhook body. An uplink heard by 256 gateways is about 100 kB. */
const bodySizeMax = '256kb';
/** Network servers wait ten seconds or more for an answer; we answer before they give up. */
const answerWithinMs = 8_000;

const readers: Readonly<
  Record<NetworkServer, (body: unknown, event: string, integration: string) => Message | Passed>
> = {
  'the-things-stack': (body, _, integration) => readTheThingsStack(body, integration),
  chirpstack: readChirpStack,
};

/**
 * Webhooks of LoRaWAN network servers: `POST /lorawan/<server>/<integration>`.
 *
 * 204 stored (or passed over); 400 malformed; 401 wrong token; 413 too large; 503 not stored yet, send again.
 */
export function lorawanWebhooks(options: {
  readonly integrations: readonly LorawanIntegration[];
  readonly intake: Intake;
  readonly figures: Figures;
  readonly log: Log;
}): Router {
  const { integrations, intake, figures, log } = options;
  const router = Router();
  const authenticated: RequestHandler<{ server: string; integration: string }> = (request, response, next) => {
    const { server, integration: name } = request.params;
    const integration = integrations.find((candidate) => candidate.name === name && candidate.server === server);
    if (!holds(request, integration?.webhookToken)) {
      figures.refused.inc({ integration: integration?.name ?? 'unknown', reason: 'wrong-token' });
      log.warn({ server, integration: name.slice(0, 64) }, 'a webhook was refused: wrong token or unknown integration');
      throw new Refusal(
        401,
        'wrong-token',
        'the token is not the one of this integration; send it as "Authorization: Bearer <token>"',
      );
    }
    response.locals.integration = integration;
    next();
  };
  router.post(
    '/lorawan/:server/:integration',
    authenticated,
    // Whatever Content-Type the network server announces: the body is JSON, and checked as such below.
    express.raw({ type: () => true, limit: bodySizeMax }),
    async (request, response) => {
      const { name, server } = response.locals.integration as LorawanIntegration;
      const message = counted(figures, name, () => readers[server](jsonOf(request), eventOf(request), name));
      if (message.event === 'passed') {
        figures.messages.inc({ integration: name, event: message.kind });
        response.status(204).end();
        return;
      }
      await within(answerWithinMs, intake.submit(message));
      response.status(204).end();
    },
  );
  return router;
}

/** Counts what is refused before it becomes a message. */
export function counted<T>(figures: Figures, integration: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    figures.refused.inc({ integration, reason: error instanceof Refusal ? error.code : 'defect' });
    throw error;
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compares in constant time, also when there is no such integration, so that names cannot be found out by timing. */
function holds(request: Request<never> | Request, token: string | undefined): boolean {
  const [scheme, shown] = (request.headers.authorization ?? '').split(' ', 2);
  const same = timingSafeEqual(digest(shown ?? ''), digest(token ?? 'no such integration'));
  return same && token !== undefined && scheme?.toLowerCase() === 'bearer';
}

const eventOf = (request: Request): string => (typeof request.query.event === 'string' ? request.query.event : '');

/** @throws Refusal 400 `invalid-utf-8`, `malformed-json` */
export function parseJson(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Refusal(400, 'invalid-utf-8', 'the body is not valid UTF-8');
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal(400, 'malformed-json', `the body is not JSON: ${error instanceof Error ? error.message : ''}`);
  }
}

const jsonOf = (request: Request): unknown =>
  // Without a body the parser leaves nothing to read.
  parseJson(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));

/** The message goes on waiting for the CSE after the answer; sending it again does no harm, it will be recognised. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new Refusal(
            503,
            'not-stored-yet',
            'the message waits for the CSE and is not stored yet; send it again to be sure',
          ),
        ),
      ms,
    );
  });
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined); // reported by the intake; nobody listens here any more
  }
}
