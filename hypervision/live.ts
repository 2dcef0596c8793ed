import { createServer, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Server, type Socket } from 'socket.io';
import { Counter, Gauge, type Log, messageOf, type Registry } from '#platform';
import type { Alert, ChangeBatch, Command, Entity, Territory } from '#territory';
import {
  type ConsoleToServer,
  LIVE_PATH,
  type LiveBatch,
  type LiveRefusal,
  type Person,
  type ServerToConsole,
} from './contract.ts';
import { createEntityViews, type EntityViews } from './entity-view.ts';
import { hasForeignOrigin } from './same-origin.ts';

/** Changes are gathered this long, so that a busy second is a few batches and not hundreds of messages. */
const COALESCE_MS = 150;
/** A batch is sent early when it holds this many entities. */
const BATCH_ENTITIES_MAX = 2_000;
/** Without changes, a batch still says that the link lives; consoles call the link lost after three of them are missed. */
const HEARTBEAT_MS = 3_000;
/** A console that was away longer than this many changes fetches the snapshot instead. */
const RESUME_CHANGES_MAX = 5_000;
const SESSION_CHECK_MS = 30_000;
const CONSOLES_MAX = 500;
/** A console says almost nothing; what is larger than this is not a console. */
const INBOUND_BYTES_MAX = 4_096;
/** A console resumes once per lost batch; more often than this it is broken or hostile. */
const RESUMES_PER_MINUTE_MAX = 60;

interface ConsoleData {
  person: Person;
  resuming: boolean;
  resumesThisMinute: number;
}
type ConsoleSocket = Socket<ConsoleToServer, ServerToConsole, Record<string, never>, ConsoleData>;

/** Who is behind a request, if the console is open to them. */
export type Admit = (request: IncomingMessage) => Promise<Person | LiveRefusal>;

export interface Live {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  stop(): Promise<void>;
}

/**
 * The live link of the consoles. Every batch names the change number it follows: a console that missed one (a full
 * send buffer, a lost connection, a restarted server) notices and asks for the rest, so nothing is queued for slow ones.
 */
export async function createLive(options: {
  readonly territory: Territory;
  readonly admit: Admit;
  readonly log: Log;
  readonly metrics: Registry;
  /** How often an open link is checked against its session, so that signing out closes it. */
  readonly sessionCheckMs?: number;
}): Promise<Live> {
  const { territory, admit, log } = options;
  const meters = createMeters(options.metrics);
  const views = createEntityViews(territory.types());

  // socket.io closes the HTTP server it is attached to; this one never listens, upgrades are handed in.
  const io = new Server<ConsoleToServer, ServerToConsole, Record<string, never>, ConsoleData>(createServer(), {
    path: LIVE_PATH,
    serveClient: false,
    transports: ['websocket'],
    maxHttpBufferSize: INBOUND_BYTES_MAX,
    pingInterval: 10_000,
    pingTimeout: 10_000,
    connectTimeout: 10_000,
    perMessageDeflate: { threshold: 2_048, clientNoContextTakeover: true, serverNoContextTakeover: true },
  });

  let sentSeq = await territory.entities.lastSeq();
  let pending = emptyPending();
  let flushTimer: NodeJS.Timeout | undefined;

  function gather(batch: ChangeBatch): void {
    for (const entity of batch.entities) pending.entities.set(entity.id, entity);
    for (const alert of batch.alerts) pending.alerts.set(alert.id, alert);
    for (const command of batch.commands) pending.commands.set(command.id, command);
    pending.seq = Math.max(pending.seq, batch.seq);
    if (pending.entities.size >= BATCH_ENTITIES_MAX) flush();
    else flushTimer ??= setTimeout(flush, COALESCE_MS);
  }

  function flush(): void {
    clearTimeout(flushTimer);
    flushTimer = undefined;
    const to = Math.max(sentSeq, pending.seq);
    // Volatile: dropped for a console whose send buffer is busy. It sees the gap in the next batch and resumes.
    io.to('live').volatile.emit('changes', toBatch(views, sentSeq, to, pending));
    meters.batches.inc();
    sentSeq = to;
    pending = emptyPending();
    heartbeat.refresh();
  }
  const heartbeat = setInterval(flush, HEARTBEAT_MS);

  async function resume(socket: ConsoleSocket, since: number): Promise<void> {
    meters.resumes.inc();
    const changes = await territory.entities.changedSince(since, RESUME_CHANGES_MAX);
    if (changes.more || since > (await territory.entities.lastSeq())) {
      meters.resyncs.inc();
      socket.emit('resync');
    } else {
      const { seq } = changes;
      const byId = <T extends { id: string }>(items: readonly T[]): Map<string, T> =>
        new Map(items.map((item) => [item.id, item]));
      const found = {
        seq,
        entities: byId(changes.entities),
        alerts: byId(changes.alerts),
        commands: byId(changes.commands),
      };
      socket.emit('changes', toBatch(views, since, Math.max(since, seq), found));
    }
    // A batch sent between the reading and this line leaves a gap that the console sees, and it resumes again.
    await socket.join('live');
  }

  function announcePresence(): void {
    const people = new Map<string, Pick<Person, 'id' | 'name'>>();
    for (const socket of io.sockets.sockets.values()) {
      const { id, name } = socket.data.person;
      people.set(id, { id, name });
    }
    meters.consoles.set(io.sockets.sockets.size);
    io.emit('presence', [...people.values()]);
  }

  io.use(async (socket, next) => {
    if (io.sockets.sockets.size >= CONSOLES_MAX) return next(refusal('not-allowed'));
    try {
      const admitted = await admit(unread(socket.request));
      if (typeof admitted === 'string') {
        meters.refused.inc();
        return next(refusal(admitted));
      }
      socket.data.person = admitted;
      socket.data.resuming = false;
      socket.data.resumesThisMinute = 0;
      next();
    } catch (error) {
      log.error({ reason: messageOf(error) }, 'a console could not be admitted');
      next(new Error('the session could not be checked'));
    }
  });

  io.on('connection', (socket) => {
    log.info({ person: socket.data.person.id }, 'a console opened');
    announcePresence();
    socket.on('resume', (seq) => {
      socket.data.resumesThisMinute += 1;
      const isSane = Number.isSafeInteger(seq) && seq >= 0 && socket.data.resumesThisMinute <= RESUMES_PER_MINUTE_MAX;
      if (!isSane) return void socket.disconnect(true);
      if (socket.data.resuming) return;
      socket.data.resuming = true;
      resume(socket, seq)
        .catch((error: unknown) => {
          log.error({ reason: messageOf(error) }, 'a console could not resume');
          socket.disconnect(true); // it reconnects and asks again
        })
        .finally(() => {
          socket.data.resuming = false;
        });
    });
    socket.on('disconnect', (reason) => {
      log.info({ person: socket.data.person.id, reason }, 'a console closed');
      announcePresence();
    });
  });

  async function checkSessions(): Promise<void> {
    for (const socket of io.sockets.sockets.values()) {
      const admitted = await admit(unread(socket.request)).catch((): LiveRefusal => 'not-allowed');
      if (typeof admitted === 'string') socket.disconnect(true);
    }
  }
  const sessionCheck = setInterval(() => void checkSessions(), options.sessionCheckMs ?? SESSION_CHECK_MS);
  const minute = setInterval(() => {
    for (const socket of io.sockets.sockets.values()) socket.data.resumesThisMinute = 0;
  }, 60_000);

  const stopListening = territory.onChange(gather);

  return {
    handleUpgrade(request, socket, head) {
      // A page of another site may open a WebSocket with the operator's cookie; only its Origin gives it away.
      if (hasForeignOrigin(request)) {
        meters.refused.inc();
        socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
        return;
      }
      io.engine.handleUpgrade(request, socket, head);
    },
    async stop() {
      stopListening();
      for (const timer of [heartbeat, sessionCheck, minute]) clearInterval(timer);
      clearTimeout(flushTimer);
      io.disconnectSockets(true);
      io.engine.close();
    },
  };
}

interface Pending {
  seq: number;
  readonly entities: Map<string, Entity>;
  readonly alerts: Map<string, Alert>;
  readonly commands: Map<string, Command>;
}

const emptyPending = (): Pending => ({ seq: 0, entities: new Map(), alerts: new Map(), commands: new Map() });

const toBatch = (views: EntityViews, from: number, to: number, { entities, alerts, commands }: Pending): LiveBatch => ({
  from,
  to,
  at: new Date().toISOString(),
  entities: Array.from(entities.values(), views.live),
  alerts: [...alerts.values()],
  commands: [...commands.values()],
});

/** The handshake as it came, without the session that an earlier look attached to it: it may be over since. */
const unread = (request: IncomingMessage): IncomingMessage =>
  Object.create(request, { session: { value: undefined, writable: true, configurable: true } });

const refusal = (code: LiveRefusal): Error => Object.assign(new Error(code), { data: { code } });

function createMeters(metrics: Registry) {
  const registers = [metrics];
  return {
    consoles: new Gauge({ name: 'alzette_console_open', help: 'Consoles with an open live link.', registers }),
    batches: new Counter({
      name: 'alzette_console_batches_total',
      help: 'Batches of changes sent to the consoles.',
      registers,
    }),
    resumes: new Counter({
      name: 'alzette_console_resumes_total',
      help: 'Times a console asked for what it had missed.',
      registers,
    }),
    resyncs: new Counter({
      name: 'alzette_console_resyncs_total',
      help: 'Times a console had missed too much and fetched everything.',
      registers,
    }),
    refused: new Counter({
      name: 'alzette_console_refused_total',
      help: 'Live links refused: no session, no right, another site.',
      registers,
    }),
  };
}
