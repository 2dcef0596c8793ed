import type { Connection } from '../connection/connection.ts';
import type { CommandWork } from '../connection/territory-api.ts';
import { type FeedEntry, FeedReader } from '../feeds/feed-reader.ts';
import { RequestRefused } from '../http/json-client.ts';
import type { Node, NodeProperties, Red } from '../node-red.ts';
import type { House } from '../runtime/house.ts';
import { FlowFailure } from '../settlement/failure.ts';
import type { Outcome } from '../settlement/ledger.ts';
import { registerConnected } from './connected-node.ts';
import { textOf, wholeNumber } from './text.ts';

const windowMax = 100;

/** Registers the node that receives what operators ask of entities of one type. */
export default function command(RED: Red<House>): void {
  registerConnected(RED, 'command', (node, properties, connection) => start(RED, node, properties, connection));
}

function start(RED: Red<House>, node: Node, properties: NodeProperties, connection: Connection): void {
  const house = RED.settings.alzette;
  const type = textOf(properties.entityType);
  const action = textOf(properties.action);
  const staleAfterMs = wholeNumber(properties.staleAfter, 120, 1, 86_400) * 1000;
  const timeLimitMs = wholeNumber(properties.timeLimit, 60, 1, 3_600) * 1000;
  const owner = {};
  let handled = 0;

  let isClosed = false;
  const sendAgain = (entry: FeedEntry, settled: () => void): void =>
    house.deployment.whenOver(() => {
      if (isClosed) return;
      if (house.deployment.hasReplaced(node)) void stop();
      else onEntry(entry, settled);
    });

  const onEntry = (entry: FeedEntry, settled: () => void): void => {
    if (house.deployment.isUnderWay) {
      sendAgain(entry, settled);
      return;
    }
    const work = entry.body as CommandWork;
    const isOurs = (type === '' || work.type === type) && (action === '' || work.action === action);
    if (!isOurs) {
      settled();
      return;
    }
    const finish = (outcome: Outcome): void => {
      if (outcome.kind === 'interrupted') {
        sendAgain(entry, settled);
        return;
      }
      const failure = outcome.kind === 'failed' ? outcome.failure : undefined;
      handled += 1;
      node.status({
        fill: failure === undefined ? 'green' : 'red',
        shape: 'dot',
        text: failure === undefined ? RED._('command.sent', { count: handled }) : failure.message.slice(0, 60),
      });
      const state = failure === undefined ? { state: 'sent' } : { state: 'failed', reason: failure.reason.fr };
      report(connection, work.id, state).then(settled, (error: unknown) => {
        if (connection.signal.aborted) return;
        node.warn(error instanceof Error ? error.message : String(error));
        settled();
      });
    };
    if (Date.now() - Date.parse(work.issuedAt) > staleAfterMs) {
      finish({
        kind: 'failed',
        failure: new FlowFailure('command', {
          fr: 'La commande est arrivée trop tard et n’a pas été envoyée.',
          en: 'The command arrived too late and was not sent.',
        }),
      });
      return;
    }
    const message = { _msgid: RED.util.generateId(), topic: work.action, payload: work, command: { id: work.id } };
    house.ledger.follow(message, { owner, timeLimitMs, onSettled: finish }, () => node.send(message));
  };

  const feed = new FeedReader({
    client: connection.territory,
    door: '/api/territory/work',
    consumer: `command.${node.id}`,
    labels: [],
    kinds: ['command'],
    windowMax,
    onEntry,
    onGap: () => {},
    onState: (state) =>
      node.status(
        state.kind === 'reading'
          ? { fill: 'green', shape: 'ring', text: RED._('command.ready') }
          : { fill: state.kind === 'refused' ? 'red' : 'yellow', shape: 'ring', text: state.reason.slice(0, 60) },
      ),
  });
  const release = connection.keepOpen();
  const stop = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    await feed.stop();
    house.ledger.abandon(owner);
    release();
  };
  node.on('close', (_removed, done) => void stop().finally(done));
  feed.start();
}

/** @throws RequestRefused when the territory knows better: the command is over already */
async function report({ territory, signal }: Connection, id: string, body: object): Promise<void> {
  try {
    await territory.persist({
      method: 'POST',
      path: `/api/territory/commands/${encodeURIComponent(id)}/state`,
      body,
      signal,
    });
  } catch (error) {
    const isOver = error instanceof RequestRefused && [404, 409].includes(error.status);
    if (!isOver) throw error;
  }
}
