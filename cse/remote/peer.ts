import type { Session } from '../primitive.ts';

/** CSE-ID of the neighbour a session belongs to: its credential is for exactly one CSE. */
export const peerOf = ({ originatorPattern }: Session): string | undefined =>
  originatorPattern !== undefined && /^\/[^/*]+$/.test(originatorPattern) ? originatorPattern : undefined;
