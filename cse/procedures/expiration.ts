import type { Json } from '../primitive.ts';
import { badRequest } from '../refusal.ts';
import type { Resource } from '../store/resource.ts';
import { nowTimestamp, toTimestamp } from '../timestamp.ts';

/** Resources that nobody wants to expire. */
const never = '99991231T235959';

/**
 * Expiration time a resource gets: what was asked for, at most the parent's, and for an instance at most `mia` seconds
 * from now (TS-0001 §9.6.1.3.1, §9.6.6).
 *
 * @throws Refused BAD_REQUEST for a time in the past
 */
export function expirationTime(asked: Json | undefined, parent: Resource | undefined, ageSecondsMax?: number): string {
  const now = nowTimestamp();
  if (typeof asked === 'string' && asked <= now) throw badRequest(`et (expirationTime): ${asked} is in the past`);
  let et = typeof asked === 'string' ? asked : never;
  const ofParent = parent?.attributes.et;
  if (typeof ofParent === 'string' && ofParent < et) et = ofParent;
  if (ageSecondsMax !== undefined) {
    const oldest = toTimestamp(Math.min(Date.now() + ageSecondsMax * 1000, 253_402_300_799_000));
    if (oldest < et) et = oldest;
  }
  return et;
}
