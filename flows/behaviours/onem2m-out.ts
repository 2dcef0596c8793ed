import { setTimeout as delay } from 'node:timers/promises';
import { type Client, ClientSaturated, CseBusy, CseUnreachable } from '#cse/client';
import { pauseMs } from '../backoff.ts';
import type { Connection } from '../connection/connection.ts';
import type { Message, Node, NodeProperties, Red } from '../node-red.ts';
import type { House } from '../runtime/house.ts';
import { FlowFailure } from '../settlement/failure.ts';
import { onInput, registerConnected } from './connected-node.ts';
import { textOf } from './text.ts';

type Operation = 'create' | 'retrieve' | 'update' | 'delete';

/** What is asked of the CSE. */
interface Order {
  readonly operation: Operation;
  readonly to: string;
  readonly ty: number;
  readonly attributes: JsonObject;
}

type JsonObject = { [name: string]: Json };
type Json = string | number | boolean | null | Json[] | JsonObject;

const operations: readonly Operation[] = ['create', 'retrieve', 'update', 'delete'];
const contentInstance = 4;
const backoff = { firstMs: 250, longestMs: 15_000 };
const attemptsMax = 20;

/** Registers the node that creates, reads, changes and deletes resources of the CSE. */
export default function onem2mOut(RED: Red<House>): void {
  registerConnected(RED, 'onem2m out', (node, properties, connection) => start(RED, node, properties, connection));
}

function start(RED: Red<House>, node: Node, properties: NodeProperties, connection: Connection): void {
  onInput(node, connection, RED.settings.alzette, async (message, send) => {
    try {
      const answer = await execute(connection, properties, message);
      node.status({ fill: 'green', shape: 'dot', text: new Date().toLocaleTimeString('fr-FR') });
      send({ ...message, payload: answer });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!connection.signal.aborted) node.status({ fill: 'red', shape: 'dot', text: reason.slice(0, 60) });
      throw error;
    }
  });
}

const execute = async (
  connection: Connection,
  properties: NodeProperties,
  message: Message,
): Promise<JsonObject | null> => carryOut(connection, orderOf(properties, message));

/**
 * The address comes from the request in the payload (as `map to ontology` makes it of a command), else from the node,
 * else from `msg.topic`.
 * @throws FlowFailure when something is missing
 */
function orderOf(properties: NodeProperties, message: Message): Order {
  const operation = operations.find((name) => name === properties.operation) ?? 'create';
  const { payload } = message;
  if (operation === 'create' && isRequest(payload)) {
    return { operation, to: payload.to, ty: payload.ty, attributes: payload.pc };
  }
  const to = textOf(properties.to) || textOf(message.topic);
  if (to === '')
    throw unsendable(
      'aucune adresse : ni dans le nœud, ni dans msg.topic',
      'no address: neither in the node nor in msg.topic',
    );
  const ty = Number(properties.ty ?? contentInstance);
  if (operation === 'create' && ty === contentInstance) {
    const con = typeof payload === 'string' ? payload : JSON.stringify(payload ?? null);
    return {
      operation,
      to,
      ty,
      attributes: { con, ...(typeof payload === 'string' ? {} : { cnf: 'application/json:0' }) },
    };
  }
  if (operation === 'create' || operation === 'update') {
    if (!isObject(payload))
      throw unsendable(
        'msg.payload : un objet d’attributs est attendu',
        'msg.payload: an object of attributes is expected',
      );
    return { operation, to, ty, attributes: payload };
  }
  return { operation, to, ty, attributes: {} };
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isRequest = (value: unknown): value is { to: string; ty: number; pc: JsonObject } =>
  isObject(value) && typeof value.to === 'string' && typeof value.ty === 'number' && isObject(value.pc);

const unsendable = (fr: string, en: string): FlowFailure =>
  new FlowFailure('send', {
    fr: `La requête oneM2M ne peut pas partir : ${fr}.`,
    en: `The oneM2M request cannot leave: ${en}.`,
  });

/**
 * Waits while the CSE is away or busy.
 * @returns what the CSE reports of the resource
 * @throws FlowFailure when the CSE refuses, or stays away
 */
async function carryOut({ resources, signal }: Connection, order: Order): Promise<JsonObject | null> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await request(resources, order, signal);
    } catch (error) {
      const isTemporary =
        error instanceof CseUnreachable || error instanceof CseBusy || error instanceof ClientSaturated;
      if (!isTemporary || failures >= attemptsMax) throw signal.aborted ? error : refused(error);
      await delay(pauseMs(failures, backoff), undefined, { signal });
    }
  }
}

async function request(
  resources: Client,
  { operation, to, ty, attributes }: Order,
  signal: AbortSignal,
): Promise<JsonObject | null> {
  switch (operation) {
    case 'create':
      return resources.create(to, ty, undefined, attributes, { signal });
    case 'retrieve':
      return resources.retrieve(to, { signal });
    case 'update':
      return resources.update(to, ty, attributes, { signal });
    case 'delete':
      await resources.delete(to, { signal });
      return null;
  }
}

function refused(error: unknown): FlowFailure {
  const said = error instanceof Error ? error.message : String(error);
  return new FlowFailure('send', {
    fr: `Le CSE refuse la requête : ${said}`,
    en: `The CSE refuses the request: ${said}`,
  });
}
