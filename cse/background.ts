/** A part of the CSE that works without being asked. */
export interface Background {
  start(): Promise<void>;
  /** Resolves when nothing is under way any more. */
  stop(): Promise<void>;
}
