import { type Request, type Response, Router } from 'express';
import { type Feed, feedBatchJson, Refusal, readFeedQuery } from '#platform';
import { messageLengthMax } from '../quarantine/quarantine.ts';
import type { Actor, Alert, Scope, Territory } from '../types.ts';
import {
  readAlertReports,
  readCommandReport,
  readCommandRequest,
  readNote,
  readQuarantineReports,
  readUpdates,
} from './bodies.ts';
import { jsonBody } from './read-body.ts';
import { given, Query } from './read-query.ts';

const mebibyte = 1024 * 1024;
const small = jsonBody(64 * 1024);
const large = jsonBody(8 * mebibyte);

/** The HTTP door, mounted at `/api/territory`; refusals become problem documents at the web server. */
export function createRouter(options: {
  readonly territory: Omit<Territory, 'router'>;
  readonly work: Feed;
  readonly authorize: (request: Request, scope: Scope) => Actor;
}): Router {
  const { territory, work, authorize } = options;
  const { entities, alerts, commands, quarantine } = territory;
  const router = Router();
  // The right is checked before the body is read: strangers do not make us parse megabytes.
  const may =
    (scope: Scope) =>
    (request: Request, response: Response, next: (error?: unknown) => void): void => {
      response.locals.actor = authorize(request, scope);
      next();
    };
  const read = may('territory:read');
  const write = may('territory:write');
  const operate = may('territory:operate');
  const actorOf = (response: Response): Actor => response.locals.actor;

  /** `GET` of a list with its parameters; any other parameter is refused. */
  const list = (path: string, known: readonly string[], answer: (query: Query) => Promise<unknown>): void => {
    router.get(path, read, async (request, response) => {
      response.json(await answer(new Query(request, known)));
    });
  };
  const one = (path: string, what: string, get: (id: string) => Promise<unknown>): void => {
    router.get(`${path}/:id`, read, async (request, response) => {
      const item = await get(parameter(request, 'id'));
      if (item === undefined) throw new Refusal(404, 'not-found', `there is no such ${what}`);
      response.json(item);
    });
  };

  router.get('/types', read, (_, response) => void response.json({ types: territory.types() }));

  router.post('/updates', write, large, async (request, response) => {
    const { updates } = readUpdates(request.body);
    response.json({ results: await entities.update(updates) });
  });

  list('/entities', ['type', 'commune', 'bbox', 'q', 'limit', 'after'], (query) =>
    entities.list(
      given({
        types: query.texts('type'),
        communes: query.texts('commune'),
        bbox: query.boundingBox('bbox'),
        q: query.text('q'),
        limit: query.count('limit', 5000),
        after: query.text('after'),
      }),
    ),
  );

  one('/entities', 'entity', entities.get);

  router.get('/entities/:id/history', read, async (request, response) => {
    const query = new Query(request, ['property', 'from', 'to', 'maxPoints']);
    response.json(
      await territory.history({
        entity: parameter(request, 'id'),
        property: query.requiredText('property'),
        ...given({ from: query.text('from', 40), to: query.text('to', 40), maxPoints: query.count('maxPoints', 5000) }),
      }),
    );
  });

  router.post('/alerts', write, large, async (request, response) => {
    const reports = readAlertReports(request.body).alerts;
    response.json({ results: await alerts.report(reports, actorOf(response)) });
  });

  list('/alerts', ['state', 'severity', 'rule', 'entity', 'condition', 'limit', 'after'], (query) =>
    alerts.list(
      given({
        states: query.choices('state', ['open', 'acknowledged', 'closed', 'cleared']),
        severities: query.choices('severity', ['critical', 'major', 'minor', 'information']),
        rules: query.texts('rule'),
        entity: query.text('entity'),
        isConditionActive: query.choices('condition', ['active']) === undefined ? undefined : true,
        limit: query.count('limit', 1000),
        after: query.text('after'),
      }),
    ),
  );

  one('/alerts', 'alert', alerts.get);

  const step =
    (take: (id: string, by: Actor, note?: string) => Promise<Alert>) =>
    async (request: Request, response: Response): Promise<void> => {
      const { note } = readNote(request.body);
      response.json(await take(parameter(request, 'id'), actorOf(response), note));
    };
  router.post('/alerts/:id/acknowledge', operate, small, step(alerts.acknowledge));
  router.post('/alerts/:id/close', operate, small, step(alerts.close));

  router.post('/commands', operate, small, async (request, response) => {
    const command = await commands.issue(readCommandRequest(request.body), actorOf(response));
    response.status(201).json(command);
  });

  list('/commands', ['entity', 'state', 'limit', 'after'], (query) =>
    commands.list(
      given({
        entity: query.text('entity'),
        states: query.choices('state', ['issued', 'sent', 'confirmed', 'failed', 'timed-out']),
        limit: query.count('limit', 500),
        after: query.text('after'),
      }),
    ),
  );

  one('/commands', 'command', commands.get);

  router.post('/commands/:id/state', write, small, async (request, response) => {
    response.json(await commands.report(parameter(request, 'id'), readCommandReport(request.body)));
  });

  router.post('/quarantine', write, large, async (request, response) => {
    const { items } = readQuarantineReports(request.body);
    items.forEach(({ message }, index) => {
      if (JSON.stringify(message).length > messageLengthMax) {
        const path = `/items/${index}/message`;
        throw new Refusal(413, 'message-too-large', `${path} is longer than ${messageLengthMax} characters`, { path });
      }
    });
    response.json({ results: await quarantine.hold(items) });
  });

  list('/quarantine', ['state', 'stage', 'mapping', 'limit', 'after'], (query) =>
    quarantine.list(
      given({
        states: query.choices('state', ['held', 'replayed', 'resolved']),
        stage: query.text('stage'),
        mapping: query.text('mapping'),
        limit: query.count('limit', 500),
        after: query.text('after'),
      }),
    ),
  );

  router.get('/quarantine/counts', read, async (_, response) => void response.json(await quarantine.counts()));
  one('/quarantine', 'quarantined message', quarantine.get);

  router.post('/quarantine/:id/replay', operate, async (request, response) => {
    response.status(202).json(await quarantine.replay(parameter(request, 'id'), actorOf(response)));
  });

  router.post('/quarantine/:id/settled', write, async (request, response) => {
    await quarantine.settle(parameter(request, 'id'));
    response.status(204).end();
  });

  router.delete('/quarantine/:id', operate, async (request, response) => {
    await quarantine.remove(parameter(request, 'id'));
    response.status(204).end();
  });

  router.get('/work', write, async (request, response) => {
    const query = readFeedQuery(new URLSearchParams(request.url.split('?')[1] ?? ''));
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const batch = await work.read({ ...query, signal: gone.signal });
    if (!response.destroyed) response.type('application/json').send(feedBatchJson(batch));
  });

  return router;
}

function parameter(request: Request, name: string): string {
  const value = request.params[name];
  return typeof value === 'string' ? value : '';
}
