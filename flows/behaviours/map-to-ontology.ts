import {
  applyCommandMapping,
  applyMapping,
  type CommandInput,
  type CompiledMapping,
  compileMapping,
  type EntityFragment,
  type JsonValue,
  type Mapping,
  mappingFor,
  mappingName,
  mappings,
  type Quarantined,
} from '#ontologies';
import type { Message, Node, NodeProperties, Red } from '../node-red.ts';
import type { House } from '../runtime/house.ts';
import { FlowFailure } from '../settlement/failure.ts';
import { changeOf } from './feed-message.ts';
import { inTurn } from './in-turn.ts';
import { lastInputs } from './last-inputs.ts';
import { publishMappings } from './mapping-dialog.ts';
import { textOf } from './text.ts';

/** Marks the provenance of what a changed expression has produced. */
const changedMark = '+local';

/** Registers the node that gives messages their meaning. */
export default function mapToOntology(RED: Red<House>): void {
  publishMappings(RED);
  RED.nodes.registerType('map to ontology', function build(this: Node, properties: NodeProperties) {
    RED.nodes.createNode(this, properties);
    try {
      const apply = mapper(textOf(properties.mapping), textOf(properties.expression));
      this.status({});
      this.on('input', (message, send, done) => {
        lastInputs.set(this.id, { change: changeOf(message), payload: message.payload });
        inTurn(() => apply(message)).then(
          () => {
            send(message);
            done();
          },
          (error: Error) => done(error),
        );
      });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.status({ fill: 'red', shape: 'ring', text: reason.slice(0, 60) });
      this.error(reason);
      // What comes meanwhile is put aside with this reason, to be played again once the mapping is mended.
      const failure = new FlowFailure('map', {
        fr: `La mise en correspondance est invalide : ${reason}`,
        en: `The mapping is not valid: ${reason}`,
      });
      this.on('input', (_message, _send, done) => done(failure));
    }
    this.on('close', (_removed, done) => {
      lastInputs.delete(this.id);
      done();
    });
  });
}

/**
 * @param id of a mapping that ships; empty: the one that fits the labels of each message
 * @param expression replaces the shipped expression; empty: as shipped
 * @throws Error when there is no such mapping, or the expression is not valid
 */
function mapper(id: string, expression: string): (message: Message) => Promise<void> {
  if (id === '') return (message) => applyFitting(message);
  const shipped = mappings.find((mapping) => mapping.id === id);
  if (shipped === undefined) throw new Error(`la mise en correspondance ${id} n’existe pas`);
  const isChanged = expression !== '' && expression !== shipped.expression.trim();
  const compiled = compileMapping(isChanged ? { ...shipped, expression } : shipped);
  const provenance = `${mappingName(shipped)}${isChanged ? changedMark : ''}`;
  return (message) => apply(compiled, provenance, message);
}

async function applyFitting(message: Message): Promise<void> {
  const labels = changeOf(message)?.labels ?? [];
  const mapping = mappingFor(labels);
  if (mapping === undefined) {
    throw new FlowFailure('select', {
      fr: `Aucune mise en correspondance pour les étiquettes ${labels.join(', ') || '(aucune)'}.`,
      en: `No mapping for the labels ${labels.join(', ') || '(none)'}.`,
    });
  }
  await apply(compileMapping(mapping), mappingName(mapping), message);
}

/** Replaces the payload by the result of the mapping. */
async function apply(
  { mapping, expression }: CompiledMapping<Mapping>,
  provenance: string,
  message: Message,
): Promise<void> {
  if (mapping.kind === 'command') {
    const outcome = await applyCommandMapping({ mapping, expression }, commandOf(message));
    if ('quarantine' in outcome) throw failureOf(outcome.quarantine, provenance);
    message.payload = outcome.request;
    return;
  }
  const change = changeOf(message);
  if (change === undefined) {
    throw new FlowFailure('map', {
      fr: 'Ce message ne vient pas d’un nœud « onem2m in » : msg.onem2m manque.',
      en: 'This message does not come from an "onem2m in" node: msg.onem2m is missing.',
    });
  }
  const outcome = await applyMapping(
    { mapping, expression },
    { change, content: message.payload as JsonValue, labels: change.labels },
  );
  if ('quarantine' in outcome) throw failureOf(outcome.quarantine, provenance);
  message.payload = outcome.entity satisfies EntityFragment;
  message.mapping = provenance;
}

const failureOf = ({ stage, reason }: Quarantined, provenance: string): FlowFailure =>
  new FlowFailure(stage, reason, provenance);

function commandOf({ payload }: Message): CommandInput {
  if (typeof payload === 'object' && payload !== null && 'action' in payload && 'parameters' in payload) {
    return payload as CommandInput;
  }
  throw new FlowFailure('map', {
    fr: 'Ce message n’est pas une commande du territoire.',
    en: 'This message is not a command of the territory.',
  });
}
