import type { Background } from '../background.ts';
import type { Json, JsonObject } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { changeResource } from '../procedures/own-change.ts';
import { createOwn } from '../procedures/own-create.ts';
import { Refused } from '../refusal.ts';
import { attributesOf } from '../representation.ts';
import { execModeType, execResultType, execStatusType } from '../resources/enumerations.ts';
import { execInstance } from '../resources/exec-instance.ts';
import type { Resource } from '../store/resource.ts';
import { fromDuration } from '../timestamp.ts';
import { isCancellable } from './arguments.ts';
import { command, isSuccess } from './managed-entity.ts';

/** Name of executions in the timetable. */
const kind = 'execution';
/** Shortest interval between two executions, milliseconds. */
const intervalMsMin = 100;
const { immediateRepeat, randomOnce, randomRepeat, immediateOnce } = execModeType.of;
const { initiated, pending, finished, cancelling, nonCancellable } = execStatusType.of;

/** Carries out the executions of management commands when they are due (TS-0004 §7.4.16.2.3.2). */
export class Executions implements Background {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
    context.timetable.handle(kind, (no, done) => this.#carryOut(no, done));
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {}

  async #carryOut(no: number, done: number): Promise<number | undefined> {
    const started = await changeResource(this.#context, no, ({ attributes: { exs } }) =>
      exs === initiated || exs === pending || exs === nonCancellable ? { exs: pending } : undefined,
    );
    if (started === undefined) return undefined;
    const { exm, exn, exf } = started.attributes;
    const repeats = exm === immediateRepeat || exm === randomRepeat;
    const times = repeats && typeof exn === 'number' ? exn : 1;
    const exr =
      times === 0 ? execResultType.of.success : await command(this.#context, started, 3, attributesOf(started));
    const last = done + 1 >= times;
    const changed = await changeResource(this.#context, no, ({ attributes: { exs } }) =>
      exs === pending || exs === nonCancellable ? { exs: last ? finished : initiated, exr } : undefined,
    );
    return changed === undefined || last ? undefined : Math.max(intervalMsMin, milliseconds(exf));
  }
}

/** Makes an execution of a command for one node; it is carried out when its mode says so. */
export async function execute(context: Context, mgmtCmd: Resource, node: Resource, creator: string): Promise<void> {
  const { exm = immediateOnce, exf, exy, exn, exra, acpi } = mgmtCmd.attributes;
  const attributes: JsonObject = { exs: initiated, exr: execResultType.of.notFinished, ext: node.ri, exm };
  for (const [name, value] of Object.entries({ exf, exy, exn, exra, acpi }))
    if (value !== undefined) attributes[name] = value;
  const execution = await createOwn(context, mgmtCmd, execInstance, attributes, creator);
  const delayed = exm === randomOnce || exm === randomRepeat;
  // The delay is the least; up to as much again is left to chance, so that not all begin at once.
  const delayMs = delayed ? milliseconds(exy) * (1 + Math.random()) : 0;
  await context.timetable.put(kind, execution.no, delayMs);
}

/**
 * Ends an execution that is not over. One that waits for its time just does not begin any more; one that the managed entity
 * has begun with is cancelled there, if commands of its type can be (TS-0004 §7.4.17.2.1). The caller stores that it is.
 *
 * @returns false when there was nothing left to cancel
 * @throws Refused MGMT_COMMAND_NOT_CANCELLABLE, MGMT_CANCELLATION_FAILED
 */
export async function cancel(context: Context, execution: Resource, cmt: Json | undefined): Promise<boolean> {
  const { no, path, attributes } = execution;
  const { exs } = attributes;
  if (exs !== initiated && exs !== pending && exs !== nonCancellable) return false;
  if (exs !== initiated) {
    if (!isCancellable(cmt)) {
      await changeResource(context, no, () => ({ exs: nonCancellable }));
      throw new Refused('MGMT_COMMAND_NOT_CANCELLABLE', `exd: ${path} is under way, and cannot be cancelled`);
    }
    const result = await command(context, execution, 1, { ...attributesOf(execution), exs: cancelling });
    if (!isSuccess(result)) {
      await changeResource(context, no, () => ({ exr: result }));
      throw new Refused(
        'MGMT_CANCELLATION_FAILED',
        `exd: the managed entity does not cancel ${path}; result ${result}`,
      );
    }
  }
  await context.timetable.drop(kind, no);
  return true;
}

const milliseconds = (duration: Json | undefined): number =>
  typeof duration === 'string' ? (fromDuration(duration) ?? 0) : 0;
