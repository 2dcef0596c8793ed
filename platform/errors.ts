/**
 * Two kinds of failure a person can act on. Everything else that is thrown is a defect: reported in full to the log,
 * and to the outside only as "internal error".
 */

/** A request that is refused. Becomes an RFC 9457 problem document at the HTTP edge. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** HTTP status, 400–599. */
  readonly status: number;
  /** Stable, kebab-case name of the cause, for programs. */
  readonly code: string;
  /** Further facts for programs, such as the path of each invalid member; never secrets. */
  readonly details: unknown;

  /**
   * @param status HTTP status
   * @param code kebab-case name of the cause
   * @param message one sentence: what was wrong and what was expected
   */
  constructor(status: number, code: string, message: string, details?: unknown) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** Something on this machine prevents the start. Printed to the person without a stack; the process exits with 1. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
  /** What to do now. */
  readonly hint: string;

  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.hint = hint;
  }
}

/** Code of a Node.js system error (`EADDRINUSE`, `ENOENT`), if it is one. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Text of anything that was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
