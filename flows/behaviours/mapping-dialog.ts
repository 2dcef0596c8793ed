import {
  applyCommandMapping,
  applyMapping,
  type CommandInput,
  compileMapping,
  ExpressionError,
  type JsonValue,
  type Mapping,
  mappingName,
  mappings,
} from '#ontologies';
import type { AdminRequest, Red } from '../node-red.ts';
import type { House } from '../runtime/house.ts';
import { type LastInput, lastInputs } from './last-inputs.ts';
import { textOf } from './text.ts';

/** What the dialog of « map to ontology » asks the process. */
export function publishMappings(RED: Red<House>): void {
  const mayRead = RED.auth.needsPermission('flows.read');
  RED.httpAdmin.get('/alzette/mappings', mayRead, (_request, response) => {
    response.json(
      mappings.map((mapping) => ({
        id: mapping.id,
        name: mappingName(mapping),
        title: mapping.title,
        kind: mapping.kind,
        target: mapping.target,
        expression: mapping.expression.trim(),
      })),
    );
  });
  RED.httpAdmin.post('/alzette/mappings/try', mayRead, (request, response, next) => {
    tryMapping(request).then((answer) => response.json(answer), next);
  });
}

/** What becomes of an expression: `problem` says what is wrong with it; `result` what it makes of `input`. */
interface Trial {
  readonly problem?: { readonly fr: string; readonly en: string; readonly position?: number };
  /** The last message the node has seen, or else a sample of the mapping. */
  readonly input?: unknown;
  readonly result?: unknown;
}

async function tryMapping({ body }: AdminRequest): Promise<Trial> {
  const given = (body ?? {}) as { mapping?: unknown; expression?: unknown; node?: unknown };
  const shipped = mappings.find(({ id }) => id === given.mapping);
  if (shipped === undefined)
    return { problem: { fr: 'Choisissez une mise en correspondance.', en: 'Choose a mapping.' } };
  const expression = textOf(given.expression);
  const mapping: Mapping = expression === '' ? shipped : { ...shipped, expression };
  try {
    compileMapping(mapping);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return {
      problem: {
        fr: error.message,
        en: error.message,
        ...(error.position === undefined ? {} : { position: error.position }),
      },
    };
  }
  return tryOn(mapping, lastInputs.get(textOf(given.node)));
}

async function tryOn(mapping: Mapping, last: LastInput | undefined): Promise<Trial> {
  if (mapping.kind === 'command') {
    const input = (last?.payload as CommandInput | undefined) ?? mapping.samples[0]?.command;
    if (input === undefined) return {};
    const outcome = await applyCommandMapping({ ...compileMapping(mapping), mapping }, input);
    return 'quarantine' in outcome ? { input, problem: outcome.quarantine.reason } : { input, result: outcome.request };
  }
  const input =
    last?.change === undefined
      ? mapping.samples[0]?.input
      : { change: last.change, content: last.payload as JsonValue, labels: last.change.labels };
  if (input === undefined) return {};
  const outcome = await applyMapping({ ...compileMapping(mapping), mapping }, input);
  return 'quarantine' in outcome
    ? { input: input.content, problem: outcome.quarantine.reason }
    : { input: input.content, result: outcome.entity };
}
