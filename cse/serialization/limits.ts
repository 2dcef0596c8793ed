/** Bounds on what is decoded. They keep one message from taking the memory or the stack of the process. */
export interface Limits {
  /** Size of one serialized primitive or content. */
  readonly bytesMax: number;
  /** Objects and arrays within each other; a child resource in a result (`rcn` 4) adds two. */
  readonly depthMax: number;
}

/** Limits of what peers send us. Results that the client library asks for may be larger, see `resultLimits`. */
export const requestLimits: Limits = { bytesMax: 1024 * 1024, depthMax: 64 };

/** Limits of results, which hold whole subtrees and discovery lists. */
export const resultLimits: Limits = { bytesMax: 64 * 1024 * 1024, depthMax: 256 };
