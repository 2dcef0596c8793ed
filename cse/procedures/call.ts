import type { Asker } from '../access/access.ts';
import type { RequestPrimitive, ResponsePrimitive, Session } from '../primitive.ts';

/** A request whose form is checked and whose originator is established. */
export interface Call {
  readonly request: RequestPrimitive;
  readonly session: Session;
  readonly asker: Asker;
  /** Told, each time a member of a group answers, of what a fan-out has gathered so far (TS-0004 §7.4.14.2.5). */
  readonly gathered?: (soFar: () => Answer) => void;
  /** Transaction the request belongs to. */
  readonly transaction?: string;
  /** Aborted when the request has expired: whoever waits for others ends, with what there is. */
  readonly signal?: AbortSignal;
}

/** What a procedure answers; the request identifier and release are added in one place. */
export type Answer = Omit<ResponsePrimitive, 'rqi' | 'rvi'>;
