/** Who asks, as far as it is established. */
export interface Asker {
  readonly originator: string;
  readonly authenticated: boolean;
  readonly registered: boolean;
  readonly remoteAddress?: string | undefined;
}
