import type { ResponsePrimitive } from './primitive.ts';
import type { StatusName } from './response-status.ts';

/**
 * A refusal the originator can act on, by the standard's name; the text becomes `m2m:dbg`. Anything else that is thrown
 * is a defect of ours.
 */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: StatusName;
  /** Parameters of the response besides the status. */
  readonly parameters: Pick<ResponsePrimitive, 'tqf'>;

  /** @param message which attribute, parameter or rule, what was found, what is expected; never a secret */
  constructor(
    status: StatusName,
    message: string,
    options?: ErrorOptions & { readonly parameters?: Pick<ResponsePrimitive, 'tqf'> },
  ) {
    super(message, options);
    this.status = status;
    this.parameters = options?.parameters ?? {};
  }
}

/** Shorthand for the commonest refusal, 4000. */
export const badRequest = (message: string): Refused => new Refused('BAD_REQUEST', message);
