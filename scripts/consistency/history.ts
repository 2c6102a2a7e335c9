// What was observed, by clients alone: what each asked when, and what each was told. The checks see nothing else.

/** Milliseconds on one monotonic clock. */
export interface Span {
  readonly invokedAt: number;
  readonly returnedAt: number;
}

export type Outcome =
  /** The book took it, at log index `commandIndex`; `index` is what the answering node vouched for. */
  | {
      readonly type: "accepted";
      readonly index: number;
      readonly commandIndex: number;
      readonly balance: number;
      readonly seq: number;
    }
  /** The book refused it, at that index. */
  | { readonly type: "refused"; readonly code: string; readonly commandIndex: number }
  /** Refused before the log: this attempt did and will do nothing. */
  | { readonly type: "nothing"; readonly code: string }
  /** Nothing is known. */
  | { readonly type: "open"; readonly code: string };

export type Move = "deposit" | "withdrawal" | "stake";

/** One attempt at a write. Several may have one key. */
export interface Write extends Span {
  readonly type: "write";
  readonly client: string;
  readonly node: string;
  readonly key: string;
  readonly move: Move;
  /** A client uses each amount once for a key, so that a row of its ledger tells which key made it. */
  readonly amount: number;
  readonly gameId?: number;
  readonly outcome: Outcome;
}

/** A read that was answered. */
export interface Read extends Span {
  readonly type: "read";
  readonly client: string;
  readonly node: string;
  /** What the client asked for at least; 0 for nothing. */
  readonly minIndex: number;
  readonly linearizable: boolean;
  /** What the answer is of. */
  readonly index: number;
  readonly saw:
    | { readonly type: "balance"; readonly balance: number; readonly seq: number }
    | { readonly type: "game"; readonly gameId: number; readonly totalStaked: number; readonly text: string };
}

export type Operation = Write | Read;

/** A row of a client's ledger as a node tells it at the end, oldest first. */
export interface Row {
  readonly seq: number;
  readonly index: number;
  readonly cause: string;
  /** Signed. */
  readonly amount: number;
  readonly balance: number;
  readonly gameId?: number;
}

/** What one connection was told of one stream, in order, from a resume point on. */
export interface Segment {
  readonly node: string;
  /** Of whom, or `public` without changes of odds, which are merged. */
  readonly stream: string;
  /** Messages of higher indexes were asked for. */
  readonly from: number;
  /** Up to here the connection is known to have been told everything; it may have been cut in the middle of more. */
  readonly through: number;
  readonly messages: readonly { readonly index: number; readonly text: string }[];
}

/** Odds as one connection was told of them: one version of a game has one price list. */
export interface Quote {
  readonly node: string;
  readonly gameId: number;
  readonly version: number;
  readonly text: string;
}

export interface History {
  readonly operations: readonly Operation[];
  /** By client, then by node. */
  readonly ledgers: ReadonlyMap<string, ReadonlyMap<string, readonly Row[]>>;
  readonly segments: readonly Segment[];
  readonly quotes: readonly Quote[];
}
