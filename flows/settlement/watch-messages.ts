import type { LogRecord, Message, Node, Runtime } from '../node-red.ts';
import type { Deployment } from '../runtime/deployment.ts';
import { failureOf } from './failure.ts';
import { isSilent, type Ledger } from './ledger.ts';

/** A node whose input handler is running right now. */
interface Handling {
  readonly message: Message;
  readonly node: Node;
  error: unknown;
  isCaught: boolean;
}

/**
 * Tells the ledger what Node-RED does with messages.
 *
 * A node that throws is only logged: an error logged by a node while it handles a message, without completion by the time
 * the handler returns, is its failure.
 */
export function watchMessages(
  { hooks, log }: Pick<Runtime, 'hooks' | 'log'>,
  ledger: Ledger,
  deployment: Deployment,
): void {
  const handling: Handling[] = [];

  // The router drops what is sent to a node that does not run: right when the node is disabled, not when it is about to.
  hooks.add('preRoute.alzette', ({ msg, source, destination }) => {
    const isReachable = Boolean(source.node._flow.getNode(destination.id));
    if (!isReachable && (deployment.isUnderWay || deployment.hasReplaced(source.node))) ledger.interrupt(msg);
  });

  hooks.add('preDeliver.alzette', ({ msg, source }) => ledger.delivering(msg, source.node));

  hooks.add('onReceive.alzette', ({ msg, destination: { node } }) => {
    const isFollowed = ledger.received(msg, node);
    if (!isFollowed) return;
    const isClosed = !node._inputCallback && !node._inputCallbacks;
    if (isClosed && (deployment.isUnderWay || deployment.hasReplaced(node))) {
      ledger.interrupt(msg);
      ledger.completed(msg, node);
      return;
    }
    if (node.type === 'catch') {
      ledger.caught(msg);
      const source = sourceOfError(msg);
      const thrower = handling.findLast((one) => one.node.id === source);
      if (thrower !== undefined) thrower.isCaught = true;
    }
    handling.push({ message: msg, node, error: undefined, isCaught: false });
  });

  hooks.add('postReceive.alzette', ({ msg, destination: { node } }) => {
    const place = handling.findLastIndex((one) => one.message === msg && one.node === node);
    if (place < 0) return;
    const [ended] = handling.splice(place);
    if (ended?.isCaught === true) ledger.completed(msg, node);
    else if (ended?.error !== undefined) ledger.completed(msg, node, failureOf(ended.error, node));
    else if (isSilent(node)) ledger.handledInSilence(msg, node);
  });

  hooks.add('onComplete.alzette', ({ msg, error, node: { node } }) => {
    ledger.completed(msg, node, error === undefined || error === null ? undefined : failureOf(error, node));
  });

  deployment.onOver(() => ledger.replaced((node) => deployment.hasReplaced(node)));

  log.addHandler({
    emit(_event, record: LogRecord) {
      if (record.level !== log.ERROR) return;
      const current = handling.at(-1);
      if (current !== undefined && current.node.id === record.id) current.error = record.msg;
    },
  });
}

function sourceOfError({ error }: Message): unknown {
  if (typeof error !== 'object' || error === null || !('source' in error)) return undefined;
  const { source } = error;
  return typeof source === 'object' && source !== null && 'id' in source ? source.id : undefined;
}
