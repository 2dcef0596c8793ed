import type { EntityFragment } from '#ontologies';
import type { Connection } from '../connection/connection.ts';
import { bothLanguages, type Origin, type Update } from '../connection/territory-api.ts';
import type { Message, Node, Red } from '../node-red.ts';
import type { House } from '../runtime/house.ts';
import { FlowFailure } from '../settlement/failure.ts';
import { onInput, registerConnected } from './connected-node.ts';
import { changeOf } from './feed-message.ts';

const statusEveryMs = 2_000;

/** Registers the node that stores entities in the territory. */
export default function territoryOut(RED: Red<House>): void {
  registerConnected(RED, 'territory out', (node, _properties, connection) => start(RED, node, connection));
}

function start(RED: Red<House>, node: Node, connection: Connection): void {
  const results = { stored: 0, duplicate: 0, refused: 0 };
  onInput(node, connection, RED.settings.alzette, async (message, send) => {
    try {
      results[await store(connection, message)] += 1;
    } catch (error) {
      if (error instanceof FlowFailure) results.refused += 1;
      throw error;
    }
    send(message);
  });
  let shown = '';
  const timer = setInterval(() => {
    const parts = (['stored', 'duplicate', 'refused'] as const).filter(
      (name) => name === 'stored' || results[name] > 0,
    );
    const text = parts.map((name) => RED._(`territory-out.${name}`, { count: results[name] })).join(', ');
    if (text === shown || (shown === '' && results.stored + results.duplicate + results.refused === 0)) return;
    shown = text;
    node.status({ fill: results.refused > 0 ? 'yellow' : 'green', shape: 'dot', text });
  }, statusEveryMs);
  node.on('close', (_removed, done) => {
    clearInterval(timer);
    done();
  });
}

/** @throws FlowFailure when the message holds no entity, or the territory refuses it */
async function store(connection: Connection, message: Message): Promise<'stored' | 'duplicate'> {
  const update = updateOf(message);
  const { status, reason } = await connection.updates.add(update);
  if (status === 'refused') throw new FlowFailure('store', bothLanguages(reason), update.origin.mapping);
  return status;
}

function updateOf(message: Message): Update {
  const { payload } = message;
  const isEntity = typeof payload === 'object' && payload !== null && 'id' in payload && 'type' in payload;
  if (!isEntity) {
    throw new FlowFailure('store', {
      fr: 'msg.payload n’est pas une entité NGSI-LD (id et type attendus).',
      en: 'msg.payload is not an NGSI-LD entity (id and type are expected).',
    });
  }
  return { entity: payload as EntityFragment, origin: originOf(message) };
}

/** Where the message came from; one made in the editor says so. */
export function originOf(message: Message): Origin {
  const change = changeOf(message);
  const mapping = typeof message.mapping === 'string' ? { mapping: message.mapping } : {};
  return change === undefined
    ? { resource: 'flows/editor', ...mapping }
    : { resource: change.to, sequence: change.seq, ...mapping };
}
