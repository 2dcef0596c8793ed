import type { StatusName } from './response-status.ts';

/**
 * A refusal the originator can act on, by the standard's name; the text becomes `m2m:dbg`. Anything else that is thrown
 * is a defect of ours.
 */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: StatusName;

  /** @param message which attribute, parameter or rule, what was found, what is expected; never a secret */
  constructor(status: StatusName, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** Shorthand for the commonest refusal, 4000. */
export const badRequest = (message: string): Refused => new Refused('BAD_REQUEST', message);
