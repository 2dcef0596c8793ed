/** Bytes to primitives and back, for every binding; nothing here knows a transport. */
export { type Format, isFormat, type Serialization, serializations } from './format.ts';
export { type Limits, requestLimits, resultLimits } from './limits.ts';
export { Malformed } from './malformed.ts';
export { type MediaType, mediaType, negotiateFormat, readMediaType, type Use } from './media-type.ts';
export { asRequest, asResponse, readRequest, readResponse, writePrimitive } from './primitives.ts';
