// Small numbers that stand for words in columns and on disk. Append only: a number is never given another meaning.

import type { CommandType } from "../commands.ts";
import type { RejectionCode } from "../rejections.ts";
import type { BetStatus, TransactionCause } from "../views.ts";

/** Causes of ledger rows. `settled` marks a user who only lost: no money moved, but the open stake did. */
export type LedgerCause = TransactionCause | "settled";

export const LEDGER_CAUSES = [
  "welcome",
  "deposit",
  "withdrawal",
  "stake",
  "payout",
  "refund",
  "adjustment",
  "settled",
] as const satisfies readonly LedgerCause[];

export const CAUSE: Readonly<Record<LedgerCause, number>> = numbered(LEDGER_CAUSES);

export const BET_STATUSES = [
  "open",
  "won",
  "lost",
  "void",
  "cashedOut",
] as const satisfies readonly BetStatus[];

export const BET: Readonly<Record<BetStatus, number>> = numbered(BET_STATUSES);

export const COMMAND_TYPES = [
  "openBook",
  "openAccount",
  "deposit",
  "withdraw",
  "createGame",
  "placeBet",
  "suspendGame",
  "resumeGame",
  "closeGame",
  "settleGame",
  "resettleGame",
  "voidGame",
  "setLimits",
  "addBankroll",
  "expire",
  "revealSeed",
  "voidBet",
  "withdrawOutcome",
  "cashOut",
] as const satisfies readonly CommandType[];

/** Type byte of commands on the wire and in request records. */
export const COMMAND: Readonly<Record<CommandType, number>> = numbered(COMMAND_TYPES);

/** 0 stands for "accepted". */
export const REQUEST_RESULTS = [
  "accepted",
  "idempotency_conflict",
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
  "wrong_status",
  "already_settled",
  "preview_stale",
  "house_underfunded",
  "invalid_request",
  "drawn_game",
  "unknown_seed",
  "reveal_too_late",
  "bet_not_found",
  "margin_exceeded",
  "outcome_withdrawn",
  "bet_closed",
  "no_cash_out",
  "price_changed",
] as const satisfies readonly ("accepted" | RejectionCode)[];

export const RESULT: Readonly<Record<"accepted" | RejectionCode, number>> = numbered(REQUEST_RESULTS);

/** Words to their positions. The types above make the compiler complain about a word that is missing. */
function numbered<Word extends string>(words: readonly Word[]): Record<Word, number> {
  const numbers: Partial<Record<Word, number>> = {};
  words.forEach((word, position) => {
    numbers[word] = position;
  });
  return numbers as Record<Word, number>;
}
