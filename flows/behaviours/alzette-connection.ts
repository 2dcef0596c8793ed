import { Connection } from '../connection/connection.ts';
import type { Node, NodeProperties, Red } from '../node-red.ts';
import type { House } from '../runtime/house.ts';
import { textOf } from './text.ts';

const typeName = 'alzette connection';

/** A configuration node with the connection it stands for. */
type ConnectionNode = Node & { alzette?: Connection; readonly credentials?: Readonly<Record<string, unknown>> };

/** Registers the configuration node that other nodes name to reach a CSE and a territory. */
export default function alzetteConnection(RED: Red<House>): void {
  RED.nodes.registerType(
    typeName,
    function build(this: ConnectionNode, properties: NodeProperties) {
      RED.nodes.createNode(this, properties);
      const connection = new Connection(
        {
          cseUrl: textOf(properties.cseUrl),
          territoryUrl: textOf(properties.territoryUrl),
          originator: textOf(properties.originator),
          cseToken: textOf(this.credentials?.cseToken),
          territoryToken: textOf(this.credentials?.territoryToken),
        },
        RED.settings.alzette,
      );
      this.alzette = connection;
      this.on('close', (_removed, done) => {
        void connection.close().finally(done);
      });
    },
    { credentials: { cseToken: { type: 'password' }, territoryToken: { type: 'password' } } },
  );
}

/**
 * The connection a node names.
 * @throws Error, for the editor, when it names none
 */
export function connectionOf(RED: Red<House>, properties: NodeProperties): Connection {
  const node = RED.nodes.getNode(properties.connection) as ConnectionNode | null;
  if (node?.alzette === undefined)
    throw new Error('ce nœud n’a pas de connexion : choisissez-en une dans ses propriétés');
  return node.alzette;
}
