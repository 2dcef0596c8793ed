/** What the parent and the flows process say to each other over IPC. Secrets travel here and nowhere else. */

/** Where a flow reaches the CSE, and as whom. */
export interface CseAccess {
  readonly url: string;
  /** AE-ID: `Cflows`. */
  readonly originator: string;
  readonly token: string;
}

/** Where a flow reaches the territory, and as whom. */
export interface TerritoryAccess {
  /** Up to and without `/api/territory`: `http://127.0.0.1:3000`. */
  readonly url: string;
  readonly token: string;
}

/** First and only message to the process: everything it may know. */
export interface StartOrder {
  readonly kind: 'start';
  /** What a request must carry to be let in; new at every start. */
  readonly secret: string;
  /** Own folder of the process: flows, encrypted credentials, their key. */
  readonly userDir: string;
  /** Path under which the editor is published: `/flows`. */
  readonly publicPath: string;
  readonly cse: CseAccess;
  readonly territory: TerritoryAccess;
  readonly logLevel: string;
}

/** Counters since the process started; gauges as they are now. */
export interface Figures {
  /** Messages taken from the feeds. */
  readonly received: number;
  /** Messages whose every branch is finished. */
  readonly settled: number;
  /** Messages put aside with a reason. */
  readonly quarantined: number;
  /** Requests to the CSE or the territory that were tried again. */
  readonly retries: number;
  /** Messages on their way through the flows. */
  readonly inFlight: number;
  readonly rssBytes: number;
}

export type Report =
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'alive'; readonly figures: Figures };

/** Header that carries the secret of this start. Never reaches a browser. */
export const secretHeader = 'x-alzette-flows-secret';
/** Header that says who edits, percent-encoded; believed because it comes with the secret. */
export const operatorHeader = 'x-alzette-operator';
/** How often the process says that it is alive. */
export const aliveEveryMs = 2_000;
