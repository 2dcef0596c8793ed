import type { Resource } from '../store/resource.ts';
import type { Outgoing } from '../store/write.ts';

/**
 * Notice that a subscription is gone, or has left a cross-resource subscription (TS-0004 §7.5.1.2.4). It is filed under no
 * subscription, since no policy of one applies to it.
 */
export const deletionNotice = ({ no, ri }: Resource, target: string, cseId: string): Outgoing => ({
  subscription: -no,
  target,
  body: JSON.stringify({ 'm2m:sgn': { sud: true, sur: `${cseId}/${ri}` } }),
});
