import type { Config, Feed, Log } from '#platform';
import type { Access } from '../../access/access.ts';
import type { Names } from '../../address.ts';
import type { Cse } from '../../interface.ts';
import type { Store } from '../../store/store.ts';

/** What the HTTP binding and the doors beside it work with. */
export interface HttpBindingOptions {
  readonly cse: Omit<Cse, 'http' | 'join' | 'stop'>;
  readonly feed: Feed;
  readonly access: Access;
  readonly store: Store;
  readonly names: Names;
  readonly config: Config;
  readonly log: Log;
}
