import type { StatusName } from '../response-status.ts';

/** Bytes or members that are not what the standard's serialization allows; the message is for the originator. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
  /** What to answer. */
  readonly status: StatusName;
  /** Request identifier, when it could be read, so that the refusal can be matched to its request. */
  readonly rqi: string | undefined;

  constructor(message: string, options: { status?: StatusName; rqi?: string | undefined } & ErrorOptions = {}) {
    super(message, options);
    this.status = options.status ?? 'BAD_REQUEST';
    this.rqi = options.rqi;
  }
}
