import { performance } from 'node:perf_hooks';
import { Feed, messageOf } from '#platform';
import { Access, type Asker } from './access/access.ts';
import { ClaimsVerifier } from './access/claims.ts';
import { Consultation } from './access/consultation.ts';
import { CredentialStore } from './access/credentials.ts';
import { Delegation } from './access/delegation.ts';
import { FurtherAuthorization } from './access/further-authorization.ts';
import { Referenced } from './access/referenced.ts';
import { TokenVerifier } from './access/token.ts';
import type { Names } from './address.ts';
import { Announcements } from './announcement/announcements.ts';
import { createAutomation } from './automation.ts';
import { createHttpBinding } from './bindings/http/index.ts';
import { layFoundation, operatorPolicyName } from './foundation.ts';
import { GroupRequests } from './groups/group-requests.ts';
import type { Cse, CseOptions, Load } from './interface.ts';
import { CseMetrics } from './metrics.ts';
import { Delivery } from './notifications/delivery.ts';
import { heedAnswer } from './notifications/removal.ts';
import { Statistics } from './notifications/statistics.ts';
import { Targets } from './notifications/targets.ts';
import { tell } from './notifications/tell.ts';
import { Turns } from './notifications/turns.ts';
import { Windows } from './notifications/windows.ts';
import { PendingRequests } from './pending.ts';
import { PollingChannels } from './polling/channels.ts';
import type { RequestPrimitive, ResponsePrimitive, Session } from './primitive.ts';
import type { Context } from './procedures/context.ts';
import { countDown } from './procedures/count-down.ts';
import { handle, perform, transact } from './procedures/handle.ts';
import { changeResource } from './procedures/own-change.ts';
import { deleteResource } from './procedures/own-delete.ts';
import { RegistrationPoints } from './registration/registration-points.ts';
import { Deliveries } from './remote/deliveries.ts';
import { createRemote } from './remote/index.ts';
import { NonBlockingRequests } from './requests/non-blocking.ts';
import { RatePerOriginator } from './requests/rate.ts';
import { loadFlexContainers } from './resources/flex-container-folder.ts';
import { responseStatus } from './response-status.ts';
import { Semantics } from './semantics/semantics.ts';
import { SparqlEngine } from './semantics/sparql-engine.ts';
import { Committer } from './store/committer.ts';
import { Numbers } from './store/numbers.ts';
import { changeTable } from './store/schema.ts';
import { Store } from './store/store.ts';
import { Sweep } from './store/sweep.ts';
import type { ChangeElsewhere, CommittedChange } from './store/write.ts';
import { Timetable } from './timetable.ts';
import { Locks } from './transactions/locks.ts';

const retryAfterSeconds = 2;

/** Puts the parts of a CSE together and starts what runs in the background. It listens once it is told to. */
export async function createCse(options: CseOptions): Promise<Cse> {
  const { config, database, events, operatorRules = [] } = options;
  const log = options.log.child({ room: 'cse' });
  const names: Names = { cseId: `/${config.cse.id}`, cseName: config.cse.name, spId: `//${config.cse.spId}` };
  const { admin, security } = config.cse;
  const { pool } = database;

  loadFlexContainers(config);

  const verifier = await TokenVerifier.open(names, config.cse.tokenIssuers);
  const metrics = new CseMetrics(options.metrics);
  const store = new Store(pool, (cache, hit) => metrics.cacheSeen(cache, hit));
  const numbers = new Numbers(pool);
  await layFoundation({ store, numbers, names, config, operatorRules });
  const feed = await Feed.open({
    pool,
    events,
    log,
    table: changeTable,
    retentionHours: config.cse.feedRetentionHours,
  });
  const credentials = new CredentialStore(pool, events);
  const operatorPolicyPath = `${names.cseName}/${operatorPolicyName}`;
  const itself: Asker = { originator: names.cseId, authenticated: true, registered: true };
  const claims = new ClaimsVerifier({
    store,
    names,
    admin,
    verifier,
  });
  const ownRequest = (request: RequestPrimitive) => perform(context, request, itself);
  const referenced = new Referenced({ store, names, perform: ownRequest });
  const access = new Access({
    store,
    names,
    admin,
    operatorPolicy: operatorPolicyPath,
    referenced,
  });
  const polling = new PollingChannels(store, {
    queueMax: config.cse.pollingQueueMax,
    pollsMax: config.cse.pollsMax,
    repeatMs: config.cse.pollingRepeatSeconds * 1000,
    pollMs: config.cse.pollSeconds * 1000,
    pollMsMax: config.cse.pollSecondsMax * 1000,
  });
  const requests = new NonBlockingRequests({
    context: () => context,
    pool,
    carryOut: (request, asker, gathered) => perform(context, request, asker, gathered),
    limits: {
      pendingMax: config.cse.requestsPendingMax,
      pendingPerOriginatorMax: config.cse.requestsPerOriginatorMax,
      persistenceMs: config.cse.requestResultSeconds * 1000,
      lifetimeMsMax: config.cse.requestSecondsMax * 1000,
    },
    log,
  });
  const targets = new Targets({
    store,
    names,
    polling,
    perform: (request) => perform(context, request, itself),
  });

  const base = await store.byPath(names.cseName);
  const windows = new Windows(store, names, base?.no ?? 0);
  const delivery = new Delivery({
    pool,
    store,
    targets,
    windows,
    log,
    batchMs: config.cse.batchSeconds * 1000,
    perTargetMax: config.cse.notificationsMax,
    attempted: (subscription, target, events, answered) => statistics.count(subscription, target, events, answered),
    async delivered(subscription, target, { pc }) {
      await countDown(context, subscription);
      await heedAnswer(context, subscription, target, pc);
    },
    observe: (outcome, count) => metrics.notification(outcome, count),
  });
  const observers = new Set<(change: CommittedChange) => void>();
  const requestObservers = new Set<(request: RequestPrimitive, response: ResponsePrimitive) => void>();
  const observersElsewhere = new Set<(change: ChangeElsewhere | undefined) => void>();
  const committer = new Committer({
    databaseUrl: database.url,
    store,
    feed,
    events,
    log,
    notificationsStored(notifications, more) {
      delivery.enqueue(notifications);
      if (more)
        delivery.takeUpStored().catch((error) => log.warn({ reason: messageOf(error) }, 'notices of deletion wait'));
    },
    changed(changes) {
      for (const change of changes) for (const observer of observers) observer(change);
    },
    changedElsewhere(change) {
      for (const observer of observersElsewhere) observer(change);
    },
    observeBatch: (size, seconds) => metrics.batch(size, seconds),
  });
  const observe: Context['observe'] = (observer) => {
    observers.add(observer);
    return () => observers.delete(observer);
  };
  const remote = createRemote({
    config,
    names,
    store,
    targets,
    log,
    perform: (request, asker) => perform(context, request, asker),
    observe,
    setInfrastructureCse: async (ici) => {
      const base = await store.byPath(names.cseName);
      if (base === undefined) return;
      await changeResource(context, base.no, ({ attributes }) => (attributes.ici === ici ? undefined : { ici }));
    },
  });
  const sparql = new SparqlEngine({ timeMs: config.cse.semanticsTimeMsMax, bytesMax: config.cse.semanticsBytesMax });
  const semantics = new Semantics(sparql);
  const furtherAuthorization = new FurtherAuthorization({
    store,
    access,
    referenced,
    consultation: new Consultation({ names, targets, claims }),
    delegation: new Delegation({ names, perform: ownRequest }),
    timeMsMax: config.cse.consultationSecondsMax * 1000,
    underWayMax: config.cse.consultationsMax,
  });
  const context: Context = {
    names,
    admin,
    security,
    store,
    committer,
    numbers,
    access,
    claims,
    furtherAuthorization,
    targets,
    timetable: new Timetable({ pool, log }),
    windows,
    locks: new Locks(),
    groupRequests: new GroupRequests(config.cse.fanOutRequestsMax),
    remote,
    turns: new Turns(),
    requests,
    polling,
    get registrationPoints() {
      return registrationPoints;
    },
    get deliveries() {
      return deliveries;
    },
    get announcements() {
      return announcements;
    },
    log,
    semantics,
    settings: config.cse,
    perform: (request, asker) => perform(context, request, asker),
    clockSeen: (originator, time) => automation.beacons.clockSeen(originator, time),
    transact: (...given) => transact(context, ...given),
    tell: (event) => tell(context, event),
    observe,
    observeRequests(observer) {
      requestObservers.add(observer);
      return () => requestObservers.delete(observer);
    },
    observeElsewhere(observer) {
      observersElsewhere.add(observer);
      return () => observersElsewhere.delete(observer);
    },
  };
  const automation = createAutomation(context);
  const statistics = new Statistics(context);
  context.observe((change) => delivery.changed(change));
  for (const part of [access, claims]) {
    context.observe((change) => part.changed(change));
    context.observeElsewhere((change) => part.changedElsewhere(change));
  }
  context.observe((change) => requests.changed(change));
  context.observe((change) => polling.changed(change));
  const registrationPoints: RegistrationPoints = new RegistrationPoints(context);
  const deliveries: Deliveries = new Deliveries(context);
  const announcements: Announcements = new Announcements(context);
  const sweep = new Sweep({
    pool,
    store,
    log,
    expire: (resource) => deleteResource(context, resource, names.cseId),
  });

  const pending = new PendingRequests();
  let stopping = false;
  const load: Load = {
    get saturated() {
      return committer.saturated;
    },
    retryAfterSeconds,
    rate: new RatePerOriginator(config.cse.ratePerOriginatorMax),
    room: () => committer.room(),
  };

  async function answer(received: RequestPrimitive, session: Session): Promise<ResponsePrimitive> {
    const started = performance.now();
    const request = automation.profiles.adapt(received);
    const response = await handle(context, request, session);
    for (const observer of requestObservers) observer(request, response);
    metrics.request(request, response, session, (performance.now() - started) / 1000);
    return response;
  }

  const cse: Omit<Cse, 'http' | 'join' | 'stop'> = {
    id: names.cseId,
    name: names.cseName,
    spId: names.spId,
    admin,
    load,
    credentials,
    notifications: targets,
    async handle(request, session) {
      if (stopping) {
        const { rsc } = responseStatus.INTERNAL_SERVER_ERROR;
        return { rsc, rqi: request.rqi, pc: { 'm2m:dbg': 'this CSE is being stopped; try again' } };
      }
      const response = pending.run(request, () => answer(request, session));
      if (response !== undefined) return response;
      const { rsc } = responseStatus.BAD_REQUEST;
      return { rsc, rqi: request.rqi, pc: { 'm2m:dbg': `rqi: a different request "${request.rqi}" is under way` } };
    },
    async authenticate(proof) {
      const session = await credentials.authenticate(proof);
      return session ?? (security === 'open' ? {} : undefined);
    },
    onRevoked: (listener) => credentials.onRevoked(listener),
  };
  const http = createHttpBinding({ cse, feed, access, store, names, config, log });
  targets.register('http', http.sender);
  targets.register('https', http.sender);

  metrics.watch(options.metrics, {
    writesWaiting: () => committer.depth,
    notificationsWaiting: () => delivery.depth,
    notificationQueues: () => delivery.queues,
    requestsPending: () => requests.depth,
    polls: () => polling.polls,
    polledRequests: () => polling.depth,
    feedLags: () => feed.lags(),
  });
  await delivery.start();
  await announcements.start();
  await deliveries.start();
  await registrationPoints.start();
  await automation.start();
  statistics.start();
  await requests.start();
  sweep.start();

  return {
    ...cse,
    load,
    http,
    join: () => remote.registration.start(),
    async stop() {
      await remote.registration.stop();
      requests.close();
      polling.close();
      await http.close();
      stopping = true;
      await sweep.stop();
      await automation.stop();
      await pending.drained();
      await requests.drained();
      await sparql.close();
      await announcements.stop();
      await deliveries.stop();
      await registrationPoints.stop();
      await delivery.stop();
      await statistics.stop();
      await committer.close();
      await feed.close();
      await credentials.close();
      await http.sender.close();
    },
  };
}
