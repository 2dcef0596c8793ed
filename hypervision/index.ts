/** The hypervision console: its pages, its live link, and what it reads when it opens. */
import type { IncomingMessage } from 'node:http';
import express, { type Request, type Router } from 'express';
import type { Identity, Principal } from '#identity';
import {
  builtPages,
  type Config,
  type Log,
  Refusal,
  type Registry,
  sendJson,
  type TerritoryProfile,
  type WebServer,
} from '#platform';
import type { Territory } from '#territory';
import { consoleApplication } from './build.ts';
import { type Bootstrap, LIVE_PATH, type LiveRefusal, type Person } from './contract.ts';
import { createLive } from './live.ts';
import { sharedSnapshot } from './snapshot.ts';

export { buildConsole } from './build.ts';
export type { Bootstrap, Communes, EntityView, LiveBatch, Snapshot } from './contract.ts';

export interface Hypervision {
  /** `/hypervision/` and `/api/hypervision/`; to be mounted at the root, behind `identity.session`. */
  readonly router: Router;
  /** Takes the WebSocket upgrades of the live link. */
  attach(web: Pick<WebServer, 'onUpgrade'>): void;
  stop(): Promise<void>;
}

/** Builds nothing: `buildConsole` comes first, at start-up or by `npm run build`. */
export async function createHypervision(options: {
  readonly config: Config;
  readonly territory: Territory;
  readonly identity: Pick<Identity, 'principalOf' | 'require'>;
  readonly log: Log;
  readonly metrics: Registry;
  readonly profile: TerritoryProfile;
  /** How often an open console is checked against its session. */
  readonly sessionCheckMs?: number;
}): Promise<Hypervision> {
  const { config, territory, identity, log, metrics, profile } = options;
  const live = await createLive({
    territory,
    log,
    metrics,
    admit: (request) => admit(identity, request),
    ...(options.sessionCheckMs !== undefined && { sessionCheckMs: options.sessionCheckMs }),
  });
  const snapshot = sharedSnapshot(territory);

  const router = express.Router();
  const operator = identity.require('operator');
  const pages = builtPages(consoleApplication);
  // The page itself needs a session, so that a stranger sees the sign-in page; its scripts and typeface are public.
  router.get(['/hypervision', '/hypervision/'], operator);
  router.use('/hypervision', pages);
  router.get('/api/hypervision/bootstrap', operator, (request, response) => {
    const { baseMapUrl, baseMapAttribution } = config.web;
    const bootstrap: Bootstrap = {
      territory: profile,
      types: territory.types(),
      me: personOf(principal(request)),
      silenceFactor: config.alerts.silenceFactor,
      baseMap: baseMapUrl === null ? null : { url: baseMapUrl, attribution: baseMapAttribution },
    };
    return sendJson(request, response, bootstrap);
  });
  router.get('/api/hypervision/snapshot', operator, async (request, response) => {
    await sendJson(request, response, await snapshot());
  });

  return {
    router,
    attach(web) {
      web.onUpgrade(LIVE_PATH, live.handleUpgrade);
    },
    stop: () => live.stop(),
  };
}

async function admit(identity: Pick<Identity, 'principalOf'>, request: IncomingMessage): Promise<Person | LiveRefusal> {
  const found = await identity.principalOf(request);
  if (found === undefined) return 'signed-out';
  return found.roles.length === 0 ? 'not-allowed' : personOf(found);
}

function principal(request: Request): Principal {
  if (request.principal === undefined) throw new Refusal(401, 'sign-in-needed', 'sign in first');
  return request.principal;
}

const personOf = ({ id, name, roles, language }: Principal): Person => ({ id, name, roles, language });
