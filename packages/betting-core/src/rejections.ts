// Why the book refuses: facts, not exceptions. The command is in the log, so every replica refuses alike.
// A bet that fails several tests is refused by the first one in the order of `BET_REJECTION_ORDER`.

import type { BetId, GameId, MinorUnits, Odds, UnixMillis } from "./units.ts";
import type { BetStatus, GameStatus, ResultKeys } from "./views.ts";

/** What a bettor may limit. */
export type LimitKind = "deposit" | "stake" | "loss";
/** Over which time a limit counts. */
export type LimitWindow = "day" | "week" | "month";

/** Why a command was refused, by precedence. */
export type Rejection =
  /** The key was used before by this actor with another body or for another command. */
  | { readonly code: "idempotency_conflict" }
  | { readonly code: "game_not_found"; readonly gameId: GameId }
  | { readonly code: "unknown_outcome"; readonly outcome: string }
  /** Not open, or past `closesAt` (then `gameStatus` is `closed`). */
  | { readonly code: "betting_closed"; readonly gameStatus: GameStatus }
  | { readonly code: "excluded"; readonly excludedUntil: UnixMillis }
  /** Its odds would be below 1 + tick. */
  | { readonly code: "outcome_not_offered"; readonly outcome: string }
  /** Not a multiple of the game's tick (in ten-thousandths), or below 1 + tick. */
  | { readonly code: "invalid_odds"; readonly tick: number }
  | { readonly code: "odds_changed"; readonly currentOdds: Odds | null; readonly version: number }
  /** The payout would not exceed the stake. */
  | { readonly code: "stake_too_small"; readonly stake: MinorUnits }
  /** `cap` is the largest stake that would be taken at the current odds. */
  | { readonly code: "stake_above_cap"; readonly cap: MinorUnits }
  /** `remaining` is what the limit still allows. */
  | {
      readonly code: "limit_reached";
      readonly limit: LimitKind;
      readonly window: LimitWindow;
      readonly remaining: MinorUnits;
    }
  | { readonly code: "insufficient_balance"; readonly balance: MinorUnits }
  /** The game's status does not allow the action. */
  | { readonly code: "wrong_status"; readonly gameStatus: GameStatus }
  | ({ readonly code: "already_settled" } & ResultKeys)
  /** `previewHash` is the one that holds now. */
  | { readonly code: "preview_stale"; readonly previewHash: string }
  /** The house's money does not cover the margin. */
  | { readonly code: "house_underfunded"; readonly house: MinorUnits; readonly margin: MinorUnits }
  | { readonly code: "bet_not_found"; readonly betId: BetId }
  /** The outcome cannot win any more. */
  | { readonly code: "outcome_withdrawn"; readonly outcome: string }
  /** The bet does not stand any more. */
  | { readonly code: "bet_closed"; readonly betStatus: BetStatus }
  /** There is no price for the bet: in a pool, or where some other outcome does not take the bet that it stands for. */
  | { readonly code: "no_cash_out" }
  | { readonly code: "price_changed"; readonly currentPrice: MinorUnits | null }
  /** Some outcome would then cost the house that much more than the margin. */
  | { readonly code: "margin_exceeded"; readonly excess: MinorUnits }
  /** The result of the game comes from its draw. */
  | { readonly code: "drawn_game" }
  /** No commitment of the game is of that seed. */
  | { readonly code: "unknown_seed" }
  /** The time to reveal seeds has passed; the next tick voids the game. */
  | { readonly code: "reveal_too_late"; readonly revealBy: UnixMillis }
  /** A well-formed command that no state of the book could accept; `path` names the field. */
  | { readonly code: "invalid_request"; readonly path: string; readonly message: string };

/** The codes of the refusals. */
export type RejectionCode = Rejection["code"];
/** The refusal of that code. */
export type RejectionOf<Code extends RejectionCode> = Extract<Rejection, { readonly code: Code }>;

/** In which order the tests of a bet are made; `idempotency_conflict` comes before all. */
export const BET_REJECTION_ORDER = [
  "game_not_found",
  "unknown_outcome",
  "betting_closed",
  "excluded",
  "outcome_not_offered",
  "invalid_odds",
  "odds_changed",
  "stake_too_small",
  "stake_above_cap",
  "limit_reached",
  "insufficient_balance",
] as const satisfies readonly RejectionCode[];
