import type { LocalizedText } from '#ontologies';
import type { Connection } from '../connection/connection.ts';
import { bothLanguages } from '../connection/territory-api.ts';
import { RequestRefused } from '../http/json-client.ts';
import type { Node, Red } from '../node-red.ts';
import type { House } from '../runtime/house.ts';
import { FlowFailure } from '../settlement/failure.ts';
import { onInput, registerConnected } from './connected-node.ts';
import { type Change, changeOf } from './feed-message.ts';

/** What the adapter has made of an uplink it was asked to read again. */
type Outcome =
  | { readonly status: 'stored' | 'duplicate'; readonly resource: string }
  | { readonly status: 'nothing-measured' }
  | { readonly status: 'refused'; readonly reason: LocalizedText };

/** Registers the node that shows operators the uplinks nobody could decode, and has replayed ones decoded again. */
export default function lorawanRaw(RED: Red<House>): void {
  registerConnected(RED, 'lorawan raw', (node, _properties, connection) => start(RED, node, connection));
}

function start(RED: Red<House>, node: Node, connection: Connection): void {
  const counts = { undecoded: 0, decoded: 0 };
  const show = (): void =>
    node.status({
      fill: counts.undecoded > 0 ? 'yellow' : 'green',
      shape: 'dot',
      text: RED._('lorawan-raw.counts', counts),
    });
  onInput(node, connection, RED.settings.alzette, async (message, send) => {
    const { payload } = message;
    const wrong = wrongWith(payload);
    if (wrong === undefined) return; // a join, a status, a settings report: understood, and nothing was measured
    const change = changeOf(message);
    try {
      if (change?.replayOf === undefined) throw undecoded(wrong);
      const outcome = await readAgain(connection, change, payload);
      if (outcome.status === 'refused') throw undecoded(outcome.reason);
      counts.decoded += 1;
      send({ ...message, payload: outcome });
    } catch (error) {
      if (error instanceof FlowFailure) counts.undecoded += 1;
      throw error;
    } finally {
      show();
    }
  });
}

/** What the adapter found wrong when the message came. */
function wrongWith(content: unknown): LocalizedText | undefined {
  if (typeof content !== 'object' || content === null || !('message' in content)) return undefined;
  return bothLanguages(content.message as LocalizedText | string);
}

const undecoded = ({ fr, en }: LocalizedText): FlowFailure =>
  new FlowFailure('decode', {
    fr: `Message LoRaWAN non décodé : ${fr}`,
    en: `LoRaWAN message not decoded: ${en}`,
  });

async function readAgain({ territory, signal }: Connection, { to }: Change, content: unknown): Promise<Outcome> {
  try {
    return await territory.persist<Outcome>({
      method: 'POST',
      path: '/api/adapters/lorawan/read-again',
      body: { resource: to, content },
      signal,
    });
  } catch (error) {
    if (!(error instanceof RequestRefused)) throw error;
    return { status: 'refused', reason: bothLanguages(error.message) };
  }
}
