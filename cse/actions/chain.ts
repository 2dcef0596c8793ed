import type { Context } from '../procedures/context.ts';
import { perform } from '../procedures/handle.ts';
import type { Effects, Write } from '../store/write.ts';

/**
 * A context in which every change says that it was brought about by so many actions in a row, so that actions that trigger
 * each other, or themselves, come to an end.
 */
export function inChain(context: Context, causes: number): Context {
  const chained: Context = {
    ...context,
    committer: { submit: (write) => context.committer.submit(marked(write, causes)) },
    perform: (request, asker) => perform(chained, request, asker),
  };
  return chained;
}

function marked(write: Write, causes: number): Write {
  const effects = write.effects as (argument: unknown) => Effects;
  const withCauses = (argument: unknown): Effects => {
    const caused = effects(argument);
    return caused.committed === undefined ? caused : { ...caused, committed: { ...caused.committed, causes } };
  };
  return { ...write, effects: withCauses } as Write;
}
