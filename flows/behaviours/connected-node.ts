import type { Connection } from '../connection/connection.ts';
import type { Message, Node, NodeProperties, Red } from '../node-red.ts';
import type { House } from '../runtime/house.ts';
import { connectionOf } from './alzette-connection.ts';

/** Registers a node that works over a connection; what keeps it from starting is shown on the node. */
export function registerConnected(
  RED: Red<House>,
  type: string,
  start: (node: Node, properties: NodeProperties, connection: Connection) => void,
): void {
  RED.nodes.registerType(type, function build(this: Node, properties: NodeProperties) {
    RED.nodes.createNode(this, properties);
    try {
      start(this, properties, connectionOf(RED, properties));
    } catch (error) {
      this.status({ fill: 'red', shape: 'ring', text: error instanceof Error ? error.message : String(error) });
      this.error(error);
    }
  });
}

/**
 * What a node does with each message over its connection, which stays open until the node closes. A message that was cut off
 * because the connection closed is sent again from its start.
 */
export function onInput(
  node: Node,
  connection: Connection,
  { ledger }: Pick<House, 'ledger'>,
  handle: (message: Message, send: (message: Message) => void) => Promise<void>,
): void {
  node.on('input', (message, send, done) => {
    handle(message, send).then(
      () => done(),
      (error: Error) => {
        if (connection.signal.aborted) {
          ledger.interrupt(message);
          done();
        } else done(error);
      },
    );
  });
  const release = connection.keepOpen();
  node.on('close', (_removed, done) => {
    release();
    done();
  });
}
