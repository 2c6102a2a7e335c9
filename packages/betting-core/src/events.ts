// What happened, for those who tell others: past tense, tagged, cheap to make. All events of one `apply` have
// that entry's log index and time: first what happened to the game, then to bets, then one `balanceChanged` a user,
// and `bookChanged` last. A settlement tells of a game's bets as one: `book.settledFor` gives each user its own part.

import type { Settlement } from "./settlements/settlement.ts";
import type { BetId, GameId, MinorUnits, Odds, OutcomeKey, Sequence, UserId } from "./units.ts";
import type { BetView, GameStatus, ResultKeys } from "./views.ts";

/** A game is there, with its first odds. */
export interface GameCreated {
  readonly type: "gameCreated";
  readonly gameId: GameId;
  readonly version: number;
}

/** The game as it stands after the bet, by position of the outcome. The arrays never change afterwards. */
export interface OddsChanged {
  readonly type: "oddsChanged";
  readonly gameId: GameId;
  readonly version: number;
  /** 0 where the outcome is not offered. */
  readonly odds: readonly Odds[];
  readonly caps: readonly MinorUnits[];
  readonly staked: readonly MinorUnits[];
  readonly totalStaked: MinorUnits;
}

/** A game was suspended, opened again, or closed. */
export interface GameStatusChanged {
  readonly type: "gameSuspended" | "gameResumed" | "gameClosed" | "gameVoided";
  readonly gameId: GameId;
  readonly version: number;
  readonly status: GameStatus;
  /** Why a game was suspended, where that was said. */
  readonly reason?: string;
}

/** A game was settled, settled anew, or voided. */
export interface GameSettled extends ResultKeys {
  readonly type: "gameSettled";
  readonly gameId: GameId;
  readonly version: number;
  /** True where an earlier result was replaced. */
  readonly resettled: boolean;
}

/** An outcome cannot win any more; an `oddsChanged` without it follows. */
export interface OutcomeWithdrawn {
  readonly type: "outcomeWithdrawn";
  readonly gameId: GameId;
  readonly version: number;
  readonly outcome: OutcomeKey;
}

/** A bet was accepted. */
export interface BetPlaced {
  readonly type: "betPlaced";
  readonly userId: UserId;
  readonly bet: BetView;
  readonly balance: MinorUnits;
  readonly seq: Sequence;
}

/**
 * All bets of the game were won, lost, voided, or settled anew. What that is to a user is made when it is asked for:
 * see `book.settledFor`.
 */
export interface BetsSettled {
  readonly type: "betsSettled";
  readonly gameId: GameId;
  readonly cause: BalanceCause;
  /** The book's own note of what was decided. Plain data, good as long as the book lives. */
  readonly settlement: Settlement;
}

/**
 * The bet was won, lost, voided, or settled anew: part of a {@link BetsSettled}, and then as it was right after it; or
 * an event of its own where a bet was voided alone, or cashed out.
 */
export interface BetSettled {
  readonly type: "betSettled";
  readonly userId: UserId;
  readonly betId: BetId;
  readonly bet: BetView;
}

/** Why a balance has changed. */
export type BalanceCause =
  | "welcome"
  | "deposit"
  | "withdrawal"
  | "stake"
  | "settlement"
  | "refund"
  | "adjustment";

/** State after the whole entry, also for a user who only lost (cause `settlement`). */
export interface BalanceChanged {
  readonly type: "balanceChanged";
  readonly userId: UserId;
  readonly balance: MinorUnits;
  readonly openStake: MinorUnits;
  readonly seq: Sequence;
  readonly cause: BalanceCause;
}

/** What concerns the house alone has changed. */
export interface BookChanged {
  readonly type: "bookChanged";
  readonly house: MinorUnits;
  readonly escrow: MinorUnits;
  readonly exposure: MinorUnits;
}

/** Everything that the book tells, in the order in which it happened. */
export type BookEvent =
  | GameCreated
  | OddsChanged
  | GameStatusChanged
  | GameSettled
  | OutcomeWithdrawn
  | BetPlaced
  | BetsSettled
  | BetSettled
  | BalanceChanged
  | BookChanged;

/** The names of the events. */
export type BookEventType = BookEvent["type"];
