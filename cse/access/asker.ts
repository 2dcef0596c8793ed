import type { Resource } from '../store/resource.ts';
import type { Claims } from './claims.ts';

/** Who asks, as far as it is established. */
export interface Asker {
  readonly originator: string;
  /** Whether the originator itself has proved who it is. */
  readonly authenticated: boolean;
  readonly registered: boolean;
  readonly remoteAddress?: string | undefined;
  /** Resource by which a CSE is known here; that of an AE is found by its identifier. */
  readonly registration?: Resource;
  /** Roles and tokens it has shown. */
  readonly claims?: Claims;
}
