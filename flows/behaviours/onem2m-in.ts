import type { Connection } from '../connection/connection.ts';
import { putAside } from '../connection/put-aside.ts';
import { settleReplay } from '../connection/settle-replay.ts';
import type { ReplayWork } from '../connection/territory-api.ts';
import { type FeedEntry, FeedReader, type ReaderState } from '../feeds/feed-reader.ts';
import type { Node, NodeProperties, Red } from '../node-red.ts';
import type { House } from '../runtime/house.ts';
import { FlowFailure } from '../settlement/failure.ts';
import type { Outcome } from '../settlement/ledger.ts';
import { registerConnected } from './connected-node.ts';
import { type ContentFormat, messageOf } from './feed-message.ts';
import { labelsOf, textOf, wholeNumber } from './text.ts';

const windowMax = 500;
const replayWindowMax = 50;
const contentInstance = 4;
const statusEveryMs = 2_000;
const consumerPattern = /^[A-Za-z0-9._:-]{1,100}$/;

/** Consumers that are read right now: two readers of one name would acknowledge each other's messages. */
const consumersInUse = new Map<string, { readonly node: string; readonly owner: object }>();

/** Registers the node that turns changes of the CSE into messages. */
export default function onem2mIn(RED: Red<House>): void {
  registerConnected(RED, 'onem2m in', (node, properties, connection) => start(RED, node, properties, connection));
}

function start(RED: Red<House>, node: Node, properties: NodeProperties, connection: Connection): void {
  const house = RED.settings.alzette;
  const owner = {};
  const consumer = claimConsumer(textOf(properties.consumer), node, owner);
  const labels = labelsOf(properties.labels);
  const kinds = textOf(properties.kinds) === 'all' ? [] : ['created'];
  const contentOnly = textOf(properties.resources) !== 'all';
  const format: ContentFormat = textOf(properties.format) === 'text' ? 'text' : 'json';
  const timeLimitMs = wholeNumber(properties.timeLimit, 120, 1, 3_600) * 1000;
  const outputs = labelsOf(properties.sorting);
  let taken = 0;

  /** The output whose label the entry carries; undefined: none, it is not wanted. */
  const outputOf = (entry: FeedEntry): number | undefined => {
    if (contentOnly && (entry.body as { ty?: unknown }).ty !== contentInstance) return undefined;
    if (outputs.length === 0) return 0;
    const place = outputs.findIndex((label) => entry.labels.includes(label));
    return place < 0 ? undefined : place;
  };

  let isClosed = false;
  const sendAgain = (entry: FeedEntry, settled: () => void, replayOf?: string): void =>
    house.deployment.whenOver(() => {
      if (isClosed) return;
      // A deployment that overtook another can leave a node running that is no longer part of the flows.
      if (house.deployment.hasReplaced(node)) void stop();
      else emit(entry, settled, replayOf);
    });

  const emit = (entry: FeedEntry, settled: () => void, replayOf?: string): void => {
    if (house.deployment.isUnderWay) {
      sendAgain(entry, settled, replayOf);
      return;
    }
    const output = outputOf(entry);
    if (output === undefined) {
      settled();
      return;
    }
    taken += 1;
    house.counters.received += 1;
    const finish = (outcome: Outcome): void => {
      if (outcome.kind === 'done') {
        house.counters.settled += 1;
        if (replayOf === undefined) settled();
        else settleReplay(connection, replayOf).then(settled, () => undefined); // else: delivered again
      } else if (outcome.kind === 'interrupted') sendAgain(entry, settled, replayOf);
      else putAside(connection, house, entry, outcome.failure).then(settled, () => undefined); // else: delivered again
    };
    try {
      const message = { ...messageOf(entry, format, replayOf), _msgid: RED.util.generateId() };
      house.ledger.follow(message, { owner, timeLimitMs, onSettled: finish }, () =>
        node.send(output === 0 ? message : [...Array<null>(output).fill(null), message]),
      );
    } catch (error) {
      finish({ kind: 'failed', failure: error instanceof FlowFailure ? error : unreadable(error) });
    }
  };

  const showState = (state: ReaderState): void => {
    if (state.kind === 'reading') {
      showProgress();
      return;
    }
    node.status({ fill: state.kind === 'refused' ? 'red' : 'yellow', shape: 'ring', text: state.reason.slice(0, 60) });
    if (state.kind === 'refused') node.error(state.reason);
  };
  const feed = new FeedReader({
    client: connection.cse,
    door: '/.changes',
    consumer,
    labels,
    kinds,
    windowMax,
    onEntry: emit,
    onGap: ({ from, to }) => node.error(RED._('onem2m-in.gap', { from, to })),
    onState: showState,
  });
  const replays = new FeedReader({
    client: connection.territory,
    door: '/api/territory/work',
    consumer: `${consumer}.replay`,
    labels: [],
    kinds: ['replay'],
    windowMax: replayWindowMax,
    onEntry: ({ body }, settled) => {
      const { message, quarantineId } = body as ReplayWork;
      if (isEntry(message) && carries(message, labels)) emit(message, settled, quarantineId);
      else settled();
    },
    onGap: () => {},
    onState: (state) => {
      if (state.kind === 'refused') node.warn(state.reason);
    },
  });

  let shown = -1;
  const showProgress = (): void => {
    const waiting = feed.unsettled;
    node.status({ fill: 'green', shape: 'dot', text: RED._('onem2m-in.progress', { taken, waiting }) });
    shown = taken;
  };
  const statusTimer = setInterval(() => {
    if (taken !== shown) showProgress();
  }, statusEveryMs);

  const release = connection.keepOpen();
  const stop = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    clearInterval(statusTimer);
    await Promise.allSettled([feed.stop(), replays.stop()]);
    house.ledger.abandon(owner);
    if (consumersInUse.get(consumer)?.owner === owner) consumersInUse.delete(consumer);
    release();
  };
  node.on('close', (_removed, done) => void stop().finally(done));
  feed.start();
  replays.start();
}

/** @throws Error when the name cannot be used */
function claimConsumer(consumer: string, node: Node, owner: object): string {
  if (!consumerPattern.test(consumer)) {
    throw new Error('nom de lecteur attendu : 1 à 100 lettres, chiffres, « . », « _ », « : » ou « - »');
  }
  const user = consumersInUse.get(consumer);
  if (user !== undefined && user.node !== node.id) {
    throw new Error(`le nom de lecteur ${consumer} est déjà pris par un autre nœud`);
  }
  consumersInUse.set(consumer, { node: node.id, owner });
  return consumer;
}

const carries = (entry: FeedEntry, labels: readonly string[]): boolean =>
  labels.length === 0 || labels.some((label) => entry.labels.includes(label));

function isEntry(message: unknown): message is FeedEntry {
  return (
    typeof message === 'object' &&
    message !== null &&
    'labels' in message &&
    Array.isArray(message.labels) &&
    'body' in message &&
    typeof message.body === 'object' &&
    message.body !== null
  );
}

function unreadable(error: unknown): FlowFailure {
  const said = error instanceof Error ? error.message : String(error);
  return new FlowFailure('parse', {
    fr: `Le message est illisible : ${said}`,
    en: `The message cannot be read: ${said}`,
  });
}
