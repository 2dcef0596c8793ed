import type { LocalizedText } from '#ontologies';

const reasonLengthMax = 1_000;

/** A message that cannot go on, said so that an operator understands it; it is put aside with this reason. */
export class FlowFailure extends Error {
  override readonly name = 'FlowFailure';
  /** Where it stopped: `parse`, `map`, `validate`, `store`, `send`… */
  readonly stage: string;
  readonly reason: LocalizedText;
  /** `<mapping>@<version>`, when one was at work. */
  readonly mapping: string | undefined;

  constructor(stage: string, reason: LocalizedText, mapping?: string) {
    super(reason.fr);
    this.stage = stage;
    this.reason = { fr: reason.fr.slice(0, reasonLengthMax), en: reason.en.slice(0, reasonLengthMax) };
    this.mapping = mapping;
  }
}

/** A failure of any node, with the node named. */
export function failureOf(
  error: unknown,
  node: { readonly type: string; readonly name?: string | undefined },
): FlowFailure {
  if (error instanceof FlowFailure) return error;
  const said = error instanceof Error ? error.message : String(error);
  const who = node.name === undefined ? node.type : `${node.name} (${node.type})`;
  return new FlowFailure('flow', { fr: `Le nœud ${who} a échoué : ${said}`, en: `The node ${who} failed: ${said}` });
}
