import type { Answer, Context } from '../procedures/context.ts';
import { represent } from '../procedures/result.ts';
import { Refused } from '../refusal.ts';
import { attributesOf } from '../representation.ts';
import { responseStatus } from '../response-status.ts';
import type { Store } from '../store/store.ts';
import type { Write } from '../store/write.ts';

/** Thrown in place of storing: the request has come as far as it can without changing anything. */
class Rehearsed extends Error {
  override readonly name = 'Rehearsed';
  readonly answer: Answer;

  constructor(answer: Answer) {
    super('nothing is stored in a rehearsal');
    this.answer = answer;
  }
}

/**
 * Carries a request out up to the point where it would be stored. A transaction keeps its results to itself until it is
 * committed; so there is nothing to be seen before, and nothing to be taken back when it is aborted (TS-0001 §10.2.18.1).
 *
 * @param carryOut with the context it is given
 * @returns the answer to be expected; without what is only known once a resource is stored
 */
export async function rehearse(context: Context, carryOut: (rehearsing: Context) => Promise<Answer>): Promise<Answer> {
  const committer: Context['committer'] = {
    async submit(write) {
      throw new Rehearsed(await expected(context.store, write));
    },
  };
  try {
    return await carryOut({ ...context, committer });
  } catch (error) {
    if (error instanceof Rehearsed) return error.answer;
    throw error;
  }
}

async function expected(store: Store, write: Write): Promise<Answer> {
  const { CREATED, UPDATED, DELETED, OK } = responseStatus;
  switch (write.kind) {
    case 'create':
      await refuseTaken(store, write.resource.path);
      return { rsc: CREATED.rsc };
    case 'append':
      if (write.rn !== null) await refuseTaken(store, `${write.container.path}/${write.rn}`);
      return { rsc: CREATED.rsc };
    case 'update':
      return { rsc: UPDATED.rsc, pc: represent(write.resource, attributesOf(write.resource)) };
    case 'delete':
    case 'remove':
      return { rsc: DELETED.rsc };
    case 'tell':
      return { rsc: OK.rsc };
  }
}

async function refuseTaken(store: Store, path: string): Promise<void> {
  if ((await store.byPath(path)) !== undefined) throw new Refused('CONFLICT', `rn: ${path} exists already`);
}
