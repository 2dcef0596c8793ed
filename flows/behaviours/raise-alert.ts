import { setTimeout as delay } from 'node:timers/promises';
import type { EntityFragment } from '#ontologies';
import type { Connection } from '../connection/connection.ts';
import { bothLanguages, type Severity } from '../connection/territory-api.ts';
import { RequestRefused } from '../http/json-client.ts';
import type { Message, Node, NodeProperties, Red } from '../node-red.ts';
import type { House } from '../runtime/house.ts';
import { FlowFailure } from '../settlement/failure.ts';
import { AlertRule, type Transition } from './alert-rule.ts';
import { connectionOf } from './alzette-connection.ts';
import { onInput } from './connected-node.ts';
import { inTurn } from './in-turn.ts';
import { originOf } from './territory-out.ts';
import { textOf, wholeNumber } from './text.ts';

const severities: readonly Severity[] = ['critical', 'major', 'minor', 'information'];
const refusedPauseMs = 15_000;
const alertsPerPage = 1_000;
const pagesMax = 100;

/** Registers the node that raises and clears the alerts of one rule. */
export default function raiseAlert(RED: Red<House>): void {
  RED.nodes.registerType('raise alert', function build(this: Node, properties: NodeProperties) {
    RED.nodes.createNode(this, properties);
    try {
      start(RED, this, ruleOf(properties), connectionOf(RED, properties));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.status({ fill: 'red', shape: 'ring', text: reason.slice(0, 60) });
      this.error(reason);
      const failure = new FlowFailure('alert', {
        fr: `La règle d’alerte est invalide : ${reason}`,
        en: `The alert rule is not valid: ${reason}`,
      });
      this.on('input', (_message, _send, done) => done(failure));
    }
  });
}

function ruleOf(properties: NodeProperties): AlertRule {
  const severity = severities.find((name) => name === properties.severity);
  if (severity === undefined) throw new Error(`gravité attendue : ${severities.join(', ')}`);
  const fr = textOf(properties.messageFr);
  if (fr === '') throw new Error('le message en français manque');
  return new AlertRule({
    id: textOf(properties.rule),
    raise: textOf(properties.condition),
    clear: textOf(properties.clearCondition),
    value: textOf(properties.value),
    unit: textOf(properties.unit),
    severity,
    message: { fr, en: textOf(properties.messageEn) || fr },
    consecutive: wholeNumber(properties.consecutive, 1, 1, 1_000),
  });
}

function start(RED: Red<House>, node: Node, rule: AlertRule, connection: Connection): void {
  const showCount = (): void =>
    node.status({
      fill: rule.activeCount > 0 ? 'yellow' : 'green',
      shape: 'dot',
      text: RED._('raise-alert.active', { count: rule.activeCount }),
    });
  const resumed = resume(rule, connection).then(showCount);
  resumed.catch(() => undefined); // the connection closed meanwhile
  onInput(node, connection, RED.settings.alzette, async (message, send) => {
    await resumed;
    const transition = await inTurn(() => judge(rule, message));
    if (transition === undefined) return;
    showCount();
    await report(connection, rule, message, transition);
    send({ ...message, alert: { rule: rule.declaration.id, ...transition } });
  });
}

/**
 * Learns for which entities the condition of the rule holds, also where an operator has closed the alert: it stays
 * closed until the condition has gone, which somebody has to notice. Waits however long the territory takes to answer.
 */
async function resume(rule: AlertRule, connection: Connection): Promise<void> {
  let after: string | undefined;
  for (let page = 0; page < pagesMax; page += 1) {
    const query = new URLSearchParams({ rule: rule.declaration.id, condition: 'active', limit: String(alertsPerPage) });
    if (after !== undefined) query.set('after', after);
    const { items, next } = await alerts(connection, query);
    rule.resume(items.map(({ entity }) => entity));
    if (next === undefined) return;
    after = next;
  }
}

interface AlertPage {
  readonly items: readonly { readonly entity: string }[];
  readonly next?: string;
}

async function alerts({ territory, signal }: Connection, query: URLSearchParams): Promise<AlertPage> {
  for (;;) {
    try {
      return await territory.persist<AlertPage>({ method: 'GET', path: `/api/territory/alerts?${query}`, signal });
    } catch (error) {
      if (!(error instanceof RequestRefused)) throw error;
      await delay(refusedPauseMs, undefined, { signal });
    }
  }
}

async function judge(rule: AlertRule, { payload }: Message): Promise<Transition | undefined> {
  if (typeof payload !== 'object' || payload === null || !('id' in payload) || typeof payload.id !== 'string') {
    throw new FlowFailure('alert', {
      fr: 'msg.payload n’est pas une entité NGSI-LD (id attendu).',
      en: 'msg.payload is not an NGSI-LD entity (id is expected).',
    });
  }
  try {
    return await rule.judge(payload as EntityFragment);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new FlowFailure('alert', {
      fr: `La règle ${rule.declaration.id} échoue : ${said}`,
      en: `The rule ${rule.declaration.id} fails: ${said}`,
    });
  }
}

async function report(
  connection: Connection,
  rule: AlertRule,
  message: Message,
  transition: Transition,
): Promise<void> {
  const { id, severity, unit } = rule.declaration;
  const entity = (message.payload as EntityFragment).id;
  const { status, reason } = await connection.alerts.add({
    rule: id,
    entity,
    severity,
    ...transition,
    ...(unit === '' || transition.value === undefined ? {} : { unit }),
    origin: originOf(message),
  });
  if (status === 'refused') throw new FlowFailure('alert', bothLanguages(reason));
}
