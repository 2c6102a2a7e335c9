// What the server pushes. Messages of the log carry its index; `replay` marks what a resumed stream catches up on.
import type {
  Balance,
  Bet,
  BetGame,
  BetListing,
  Book,
  Cluster,
  ClusterFigures,
  Game,
  OutcomePrice,
  TakenBet,
} from "./types.ts";

interface Logged {
  readonly index: number;
  readonly replay?: true;
}

interface GameMoved extends Logged {
  readonly gameId: number;
  readonly version: number;
}

export interface OddsChanged extends GameMoved {
  readonly type: "oddsChanged";
  readonly outcomes: readonly OutcomePrice[];
  readonly totalStaked: number;
}

export interface GameStatusChanged extends GameMoved {
  readonly type: "gameSuspended" | "gameResumed" | "gameClosed" | "gameVoided";
  /** Where the server tells them along: the prices that hold from here on. */
  readonly outcomes?: readonly OutcomePrice[];
  /** Why it was suspended, where that was said. */
  readonly reason?: string;
}

/** Games, to everyone. */
export type PublicMessage =
  | OddsChanged
  | GameStatusChanged
  | (GameMoved & { readonly type: "outcomeWithdrawn"; readonly outcome: string })
  | (Logged & { readonly type: "gameCreated"; readonly game: Game })
  | (GameMoved & { readonly type: "gameSettled" } & Pick<Game, "winner" | "winners" | "push">)
  | (Logged & { readonly type: "snapshot"; readonly games: readonly Game[] });

export interface BetConfirmed extends Logged {
  readonly type: "betConfirmed";
  readonly requestId?: string;
  readonly bet: Bet;
  readonly balance: number;
  readonly seq: number;
  /** The game right after the bet; null where the node does not have it. */
  readonly game: BetGame | null;
}

export interface PersonalSnapshot extends Logged, Omit<Balance, "userId"> {
  readonly type: "personalSnapshot";
  /** The newest 1000. */
  readonly openBets: readonly BetListing[];
}

/** Own bets and money. */
export type PersonalMessage =
  | BetConfirmed
  | (Logged & { readonly type: "betSettled"; readonly bet: Bet })
  | (Logged & Omit<Balance, "userId"> & { readonly type: "balanceChanged"; readonly cause: string })
  | PersonalSnapshot;

/** State of the moment: pushed when it changes, never replayed. */
export type StateMessage =
  | ({ readonly type: "bookChanged" } & Pick<Book, "index" | "house" | "escrow" | "exposure">)
  | ({ readonly type: "clusterChanged" } & Omit<Cluster, "nodeId">)
  | ({ readonly type: "clusterFigures" } & ClusterFigures)
  /**
   * `left` counts the bets since the last message that had no room in it; `ended` says which bets, also earlier
   * ones, were voided or sold since, each by itself. What a game's result made of its bets follows from the game.
   */
  | {
      readonly type: "betsTaken";
      readonly index: number;
      readonly bets: readonly TakenBet[];
      readonly left: number;
      readonly ended: readonly Pick<TakenBet, "id" | "status">[];
    };

/** An answer to the asking connection; the facts of the refusal stand beside. */
export interface BetRejected {
  readonly type: "betRejected";
  readonly requestId: string;
  readonly code: string;
  readonly detail: string;
  readonly index?: number;
  readonly retryAfter?: number;
  readonly replay?: true;
}

/** Answers on this connection. */
export type ConnectionMessage =
  | { readonly type: "welcome"; readonly nodeId: string; readonly index: number; readonly serverTime: string }
  | { readonly type: "subscribed"; readonly index: number }
  | { readonly type: "authenticated"; readonly userId: string; readonly index: number }
  | { readonly type: "authExpired" }
  | { readonly type: "unsubscribed" }
  | { readonly type: "watching" }
  | { readonly type: "pong" }
  | BetRejected
  | {
      readonly type: "error";
      readonly code: string;
      readonly detail: string;
      readonly requestId?: string;
    };

export type ServerMessage = PublicMessage | PersonalMessage | StateMessage | ConnectionMessage;
