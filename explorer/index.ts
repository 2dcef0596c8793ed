/** The explorer: a page to look into the CSE, and the proxy it speaks through. */
import express, { type RequestHandler, type Router } from 'express';
import { asyncApi, describedTypes, describeType, openApi } from '#cse';
import { builtPages, type Log, Refusal, sendJson } from '#platform';
import { explorerApplication } from './build.ts';
import type { Bootstrap } from './contract.ts';
import { type IdentityPort, type Originators, visitorOf } from './gate.ts';
import { carryOut, readPageRequest } from './requests.ts';
import { Watches } from './watches.ts';

export { buildExplorer } from './build.ts';
export type { Bootstrap, PageRequest, PageResponse, WatchLine } from './contract.ts';
export type { Originators } from './gate.ts';

export interface Explorer {
  /** `/cse/` and `/api/cse/`; to be mounted at the root, behind `identity.session`, which refuses cross-site requests. */
  readonly router: Router;
  stop(): Promise<void>;
}

const bodyBytesMax = 1024 * 1024;

/** Builds nothing: `buildExplorer` comes first, at start-up or by `npm run build`. */
export function createExplorer(options: {
  readonly cse: Bootstrap['cse'];
  /** Connections that can be notified (`ws:`); closed by `stop`. */
  readonly originators: Originators;
  readonly identity: IdentityPort;
  readonly log: Log;
}): Explorer {
  const { cse, originators, identity, log } = options;
  const watches = new Watches({ originators, identity, cseName: cse.name, log });
  const where = { cseId: cse.id, cseName: cse.name, httpUrl: cse.httpUrl, mqttUrl: cse.mqttUrl };
  const operator = identity.require('operator');
  const reader = identity.require('territory:read');
  const body: RequestHandler[] = [onlyJson, express.json({ limit: bodyBytesMax })];
  const router = express.Router();

  // The page itself needs a session, so that a stranger sees the sign-in page; its scripts and typeface are public.
  router.get(['/cse', '/cse/'], operator);
  router.get('/cse/openapi.json', reader, (request, response) => sendJson(request, response, openApi(where)));
  router.get('/cse/asyncapi.json', reader, (request, response) => sendJson(request, response, asyncApi(where)));
  router.get('/cse/schemas/:file', reader, (request, response) => {
    const element = /^(.{1,200})\.json$/.exec(String(request.params.file))?.[1];
    const description = element === undefined ? undefined : describeType(element);
    if (description === undefined) throw new Refusal(404, 'not-found', `no type is called ${element ?? 'so'}`);
    return sendJson(request, response, description.schema);
  });
  router.use('/cse', builtPages(explorerApplication));

  router.get('/api/cse/bootstrap', operator, (request, response) => {
    const { person, client } = visitorOf(request, originators);
    const bootstrap: Bootstrap = {
      cse,
      me: { name: person.name },
      originator: client.originator,
      types: describedTypes(),
    };
    return sendJson(request, response, bootstrap);
  });
  router.get('/api/cse/types/:element', operator, (request, response) => {
    const description = describeType(String(request.params.element));
    if (description === undefined)
      throw new Refusal(404, 'not-found', `no type is called "${String(request.params.element)}"`);
    return sendJson(request, response, description);
  });
  router.post('/api/cse/requests', operator, ...body, async (request, response) => {
    const visitor = visitorOf(request, originators);
    response.set('Cache-Control', 'no-store').json(await carryOut(visitor, readPageRequest(request.body), log));
  });
  router.post('/api/cse/watches', operator, ...body, async (request, response) => {
    const visitor = visitorOf(request, originators);
    const { to } = readPageRequest({ op: 2, ...(request.body as object) });
    await watches.watch(visitor, to, request, response);
  });
  return { router, stop: () => watches.stop() };
}

/** A form of another site can send no JSON without the browser asking us first. */
const onlyJson: RequestHandler = (request, _, next) => {
  next(request.is('application/json') ? undefined : new Refusal(415, 'json-expected', 'send application/json'));
};
