/** Reads the configuration, composes the rooms, starts them in order and stops them in reverse. Knows every room. */
import { randomBytes } from 'node:crypto';
import type { Request } from 'express';
import { createAdapters } from '#adapters';
import { type Cse, schema as cseSchema } from '#cse';
import { createClient } from '#cse/client';
import { prepareDemo } from '#demo';
import { buildExplorer, createExplorer } from '#explorer';
import { startFlows } from '#flows';
import { buildConsole, createHypervision } from '#hypervision';
import { createIdentity, holds, type Identity, schema as identitySchema } from '#identity';
import {
  type Config,
  createJobs,
  createLog,
  createMetrics,
  createWebServer,
  installationSecret,
  Lifecycle,
  type Log,
  Refusal,
  readConfig,
  readTerritoryProfile,
  StartupError,
} from '#platform';
import { type Actor, createTerritory, type Scope, schema as territorySchema } from '#territory';
import {
  administratorToken,
  connectable,
  type Foundation,
  failToStart,
  startCse,
  startDatabase,
  stopOnSignals,
  takeDataDir,
} from './composition.ts';
import { type Banner, Progress, printBanner } from './start-output.ts';

const usage = `Usage: npm start [-- --no-demo]

  --no-demo   start without the demonstration fleet
  --help      show this

Settings: docs/configuration.md
`;

const accessControl = { create: 1, retrieve: 2, update: 4, delete: 8, notify: 16, discovery: 32 } as const;

/** Whom the explorer speaks as, by the role of the person. */
const explorerOriginators = { operator: 'Cexplorer-operator', administrator: 'Cexplorer-administrator' } as const;

async function main(): Promise<void> {
  const options = new Set(process.argv.slice(2));
  if (options.has('--help')) return void process.stdout.write(usage);
  for (const option of options) {
    if (option !== '--no-demo') throw new StartupError(`The option ${option} is not known`, usage);
  }
  const config = readConfig();
  const demo = config.demo.enabled && !options.has('--no-demo');
  const log = createLog(config.log.level, config.log.file);
  const lifecycle = new Lifecycle(log);
  stopOnSignals(lifecycle, log);
  try {
    printBanner(await start(config, demo, lifecycle, log));
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}

/** Starts everything; what was started is registered with `lifecycle`, so that a failure half-way leaves nothing behind. */
async function start(config: Config, demo: boolean, lifecycle: Lifecycle, log: Log): Promise<Banner> {
  const progress = new Progress();
  const metrics = createMetrics();
  const foundation: Foundation = { config, lifecycle, log, metrics, progress };
  const profile = readTerritoryProfile(config.territory);
  takeDataDir(foundation);

  const { database, events, url } = await startDatabase(foundation, [cseSchema, territorySchema, identitySchema]);
  const jobs = await createJobs({ url, log });
  lifecycle.onStop('jobs', () => jobs.close());

  const identity = createIdentity({
    config,
    database,
    log: log.child({ room: 'identity' }),
    sessionSecret: installationSecret(config.dataDir, 'session'),
    territoryName: profile.name,
  });
  lifecycle.onStop('identity', () => identity.stop());

  const cse = await startCse(foundation, { database, events }, [
    { originators: ['Cflows'], operations: accessControl.create + accessControl.retrieve + accessControl.discovery },
    // Operators see everything and add to it; what they create is theirs to change. Administrators may do everything.
    {
      originators: [explorerOriginators.operator],
      operations: accessControl.create + accessControl.retrieve + accessControl.discovery,
    },
    {
      originators: [explorerOriginators.administrator],
      operations: Object.values(accessControl).reduce<number>((sum, right) => sum + right, 0),
    },
  ]);

  const territory = await createTerritory({
    config,
    database,
    events,
    jobs,
    log: log.child({ room: 'territory' }),
    metrics,
    authorize,
  });
  lifecycle.onStop('territory', () => territory.close());

  await progress.step('Console', async (say) => {
    await buildConsole({ progress: say });
    await buildExplorer({ progress: say });
  });
  const hypervision = await createHypervision({
    config,
    territory,
    identity,
    log: log.child({ room: 'hypervision' }),
    metrics,
    profile,
  });
  lifecycle.onStop('hypervision', () => hypervision.stop());

  const cseUrl = `http://${connectable(config.host)}:${config.cse.port}`;
  const webUrl = `http://${connectable(config.host)}:${config.web.port}`;
  const explorerClient = async (originator: string) =>
    createClient({
      url: cseUrl.replace(/^http/, 'ws'),
      originator,
      token: await cseToken(cse, originator, `explorer: ${originator}`),
      cseId: cse.id,
      log: log.child({ room: 'explorer' }),
    });
  const explorer = createExplorer({
    cse: { id: cse.id, name: cse.name, httpUrl: cseUrl, mqttUrl: mqttUrlOf(config) },
    originators: {
      operator: await explorerClient(explorerOriginators.operator),
      administrator: await explorerClient(explorerOriginators.administrator),
    },
    identity,
    log: log.child({ room: 'explorer' }),
  });
  lifecycle.onStop('explorer', () => explorer.stop());

  const web = createWebServer({
    config,
    log,
    metrics,
    readiness: {
      database: async () => void (await database.pool.query('SELECT 1')),
      flows: () => flows.check(),
    },
  });
  // Before the flows, which need it until their last message is finished.
  lifecycle.onStop('web server', () => web.stop());
  const flows = startFlows({
    config,
    cseUrl,
    cseCredential: { originator: 'Cflows', token: await cseToken(cse, 'Cflows', 'flows') },
    territoryUrl: webUrl,
    territoryToken: await identity.issueMachineToken({ name: 'flows', scopes: ['territory:read', 'territory:write'] }),
    log: log.child({ room: 'flows' }),
    metrics,
  });
  lifecycle.onStop('flows', () => flows.stop(), 20_000);

  const fleet = demo ? await prepareDemo({ config, log: log.child({ room: 'demo' }) }) : undefined;
  const adapters = createAdapters({
    config:
      fleet === undefined
        ? config
        : { ...config, adapters: { lorawan: [...config.adapters.lorawan, ...fleet.integrations] } },
    cse: createClient({
      url: cseUrl,
      originator: 'Clora-adapter',
      token: await cseToken(cse, 'Clora-*', 'LoRaWAN adapter'),
    }),
    log,
    metrics,
  });

  web.app.use('/api/adapters', adapters.router);
  web.app.use(identity.session, identity.router);
  web.app.get('/', (_, response) => response.redirect(302, '/hypervision/'));
  web.app.use('/api/adapters', identity.require('territory:write'), adapters.again);
  web.app.use('/api/territory', territory.router);
  web.app.use('/flows', identity.require('operator'), flows.proxy);
  web.app.use(hypervision.router);
  web.app.use(explorer.router);
  web.onUpgrade('/flows/', async (request, socket, head) => {
    const principal = await identity.principalOf(request).catch(() => undefined);
    if (principal !== undefined && holds(principal, 'operator')) flows.upgrade(request, socket, head);
    else socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n');
  });
  hypervision.attach(web);
  await web.start();
  await progress.step('Flows', () => flows.ready);
  if (fleet !== undefined) {
    lifecycle.onStop('demonstration fleet', () => fleet.stop());
    await progress.step('Demonstration fleet', async () =>
      fleet.start({
        lighting: await cseToken(cse, 'Clight-*', 'demonstration: street lights'),
        wind: await cseToken(cse, 'Cturbine-*', 'demonstration: wind turbines'),
        energy: await cseToken(cse, 'Cems-*', 'demonstration: buildings'),
      }),
    );
  }
  adapters.start();
  lifecycle.onStop('adapters', () => adapters.stop());
  await administratorToken(cse, config);
  const account = await operatorAccount(config, identity);
  await administratorAccount(config, identity);
  return {
    config,
    profile,
    webUrl,
    cseUrl,
    account,
    demo,
    database: config.database.url === null ? 'embedded' : 'external',
  };
}

/** A credential of ours for this run; the one of the run before is worth nothing any more. */
async function cseToken(cse: Cse, originator: string, label: string): Promise<string> {
  for (const old of await cse.credentials.list()) if (old.label === label) await cse.credentials.revoke(old.id);
  return (await cse.credentials.issue({ originator, label })).token;
}

/** The territory asks who may do something; identity knows. */
function authorize(request: Request, scope: Scope): Actor {
  const { principal } = request;
  if (principal === undefined) {
    throw new Refusal(401, 'sign-in-needed', 'sign in, or send an Authorization header with a bearer token');
  }
  if (!holds(principal, scope)) throw new Refusal(403, 'not-permitted', `this needs the right "${scope}"`);
  return { id: `${principal.kind}:${principal.id}`, name: principal.name };
}

async function operatorAccount(config: Config, identity: Identity): Promise<Banner['account']> {
  const name = 'operateur';
  const password = installationSecret(config.dataDir, 'operator-password', readablePassword);
  await identity.ensureAccount({ name, password, roles: ['operator'], language: 'fr' });
  return { name, password };
}

/** Who may change everything in the CSE with the explorer; the password lies beside the other secrets. */
async function administratorAccount(config: Config, identity: Identity): Promise<void> {
  const password = installationSecret(config.dataDir, 'administrator-password', readablePassword);
  await identity.ensureAccount({ name: 'administrateur', password, roles: ['administrator'], language: 'fr' });
}

/** Where devices reach the broker; without the user and password of an external one. */
function mqttUrlOf({ host, mqtt }: Config): string {
  if (mqtt.url === null) return `mqtt://${connectable(host)}:${mqtt.port}`;
  const { protocol, host: broker } = new URL(mqtt.url);
  return `${protocol}//${broker}`;
}

/** 100 random bits in letters and digits that nobody confuses: `k7dm-3xqa-…`. */
function readablePassword(): string {
  const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789'; // 32 characters
  const characters = [...randomBytes(20)].map((byte) => alphabet[byte % alphabet.length]);
  return characters.join('').replace(/(.{4})(?=.)/g, '$1-');
}

main().catch(failToStart);
