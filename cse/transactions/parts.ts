import { randomUUID } from 'node:crypto';
import { readAddress } from '../address.ts';
import { inParallel } from '../groups/in-parallel.ts';
import { type JsonObject, operation, type RequestPrimitive } from '../primitive.ts';
import type { Answer, Context } from '../procedures/context.ts';
import { transactionState } from '../resources/enumerations.ts';
import { transaction } from '../resources/transaction.ts';
import { responseStatus } from '../response-status.ts';
import type { Resource } from '../store/resource.ts';
import { creatorOf } from './execution.ts';

const state = transactionState.of;
const { ILLEGAL_TRANSACTION_STATE_TRANSITION_ATTEMPTED, NOT_FOUND } = responseStatus;

/** What one <transaction> of a <transactionMgmt> has come to. */
export interface Part {
  readonly trst: number;
  readonly response?: JsonObject;
  /** Why it could not even be asked. */
  readonly rsc?: number;
}

/** The requests a <transactionMgmt> holds together; each becomes a <transaction> below its target. */
export class Parts {
  readonly #context: Context;
  readonly #management: Resource;
  readonly #requests: readonly JsonObject[];

  constructor(context: Context, management: Resource) {
    this.#context = context;
    this.#management = management;
    this.#requests = (management.attributes.rqps as { req: JsonObject[] }).req;
  }

  /** Makes the <transaction> resources, which lock their targets. @param et when the locks end at the latest */
  lock(et: string): Promise<Part[]> {
    const { names } = this.#context;
    const { ri, attributes } = this.#management;
    return this.#each((request, place) => {
      const { mi, ...others } = request;
      const to = String(request.to);
      // Another CSE knows our AEs by their whole name.
      const fr = readAddress(to, names).local ? attributes.cr : `${names.cseId}/${String(attributes.cr)}`;
      const rqp = { ...(mi as JsonObject | undefined), ...others, fr: fr ?? null };
      return this.#perform(operation.create, to, {
        rn: this.#name(place),
        tid: `${names.cseId}/${ri}`,
        et,
        tltp: attributes.tltp ?? null,
        'm2m:rqp': rqp,
      });
    });
  }

  async tell(control: number): Promise<Part[]> {
    return this.#each(async (request, place) => {
      const address = this.#address(request, place);
      const answer = await this.#perform(operation.update, address, { tctl: control });
      // Asked once more after the answer was lost, it has done already what it is told.
      return answer.rsc === ILLEGAL_TRANSACTION_STATE_TRANSITION_ATTEMPTED.rsc
        ? this.#perform(operation.retrieve, address)
        : answer;
    });
  }

  /** Takes away the <transaction> resources; those that are gone already are not missed. */
  async remove(): Promise<void> {
    await this.#each((request, place) => this.#perform(operation.delete, this.#address(request, place)));
  }

  #each(ask: (request: JsonObject, place: number) => Promise<Answer>): Promise<Part[]> {
    const parts: Part[] = [];
    return inParallel(this.#requests, this.#context.settings.fanOutParallelMax, async (request, place) => {
      parts[place] = partOf(await ask(request, place), request);
    }).then(() => parts);
  }

  #perform(op: RequestPrimitive['op'], to: string, content?: JsonObject): Promise<Answer> {
    const asker = creatorOf(this.#management.attributes);
    const request: RequestPrimitive = {
      op,
      to,
      fr: asker.originator,
      rqi: randomUUID(),
      rvi: '3',
      ...(op === operation.create ? { ty: transaction.type } : {}),
      ...(content === undefined ? {} : { pc: { [transaction.element]: content } }),
    };
    return this.#context.perform(request, asker);
  }

  /** Known beforehand, so that they are found again after a restart. */
  #name(place: number): string {
    return `${this.#management.ri}-${place}`;
  }

  #address({ to }: JsonObject, place: number): string {
    return `${String(to)}/${this.#name(place)}`;
  }
}

function partOf({ rsc, pc }: Answer, { op }: JsonObject): Part {
  const shown = pc?.[transaction.element] as JsonObject | undefined;
  if (typeof shown?.trst === 'number') {
    const response = shown['m2m:rsp'] as JsonObject | undefined;
    return { trst: shown.trst, ...(response === undefined ? {} : { response }) };
  }
  if (rsc !== NOT_FOUND.rsc) return { trst: state.error, rsc };
  // A DELETE that was committed has taken it along; any other that is not there changes nothing any more.
  return { trst: op === operation.delete ? state.committed : state.aborted, rsc };
}
