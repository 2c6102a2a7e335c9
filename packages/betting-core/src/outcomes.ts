// What `apply` answers: accepted with what the asker must know, or rejected with a reason.

import type { CommandType } from "./commands.ts";
import type { BookEvent } from "./events.ts";
import type { Rejection } from "./rejections.ts";
import type { BetId, GameId, LogIndex, MinorUnits, Sequence } from "./units.ts";
import type { BetView, LimitsView, SettlementView } from "./views.ts";

/** Balance and sequence right after the command: the same again when it is repeated. */
interface Booked {
  readonly balance: MinorUnits;
  readonly seq: Sequence;
}

interface GameChanged {
  readonly gameId: GameId;
  /** False where the game already was as asked. */
  readonly changed: boolean;
}

/** What an accepted command of each type tells. */
export interface AcceptedFacts {
  /** `changed` is false where the book was open already. */
  readonly openBook: { readonly changed: boolean };
  /** `changed` is false where the account was open already. */
  readonly openAccount: Booked & { readonly changed: boolean };
  readonly deposit: Booked;
  readonly withdraw: Booked;
  readonly createGame: { readonly gameId: GameId };
  /** The bet as it was accepted, whatever became of it since. */
  readonly placeBet: Booked & { readonly bet: BetView };
  readonly suspendGame: GameChanged;
  readonly resumeGame: GameChanged;
  readonly closeGame: GameChanged;
  readonly settleGame: GameChanged & SettlementView;
  readonly resettleGame: GameChanged & SettlementView;
  readonly voidGame: GameChanged;
  readonly setLimits: { readonly limits: LimitsView };
  readonly addBankroll: { readonly house: MinorUnits };
  readonly revealSeed: GameChanged;
  /** `changed` is false where it was voided before. */
  readonly voidBet: { readonly betId: BetId; readonly changed: boolean };
  /** `changed` is false where it was withdrawn before. */
  readonly withdrawOutcome: GameChanged;
  readonly cashOut: Booked & { readonly betId: BetId; readonly price: MinorUnits };
  readonly expire: { readonly closedGames: number; readonly droppedRequests: number };
}

/** The command took effect, and these are the facts. */
export type AcceptedOutcome<Type extends CommandType = CommandType> = {
  [Each in Type]: { readonly status: "accepted"; readonly type: Each } & AcceptedFacts[Each];
}[Type];

/** The command changed nothing, and why. */
export interface RejectedOutcome {
  readonly status: "rejected";
  readonly rejection: Rejection;
}

/** What became of a command: the same whenever it is repeated. */
export type Outcome<Type extends CommandType = CommandType> = AcceptedOutcome<Type> | RejectedOutcome;

/** The answer of `book.apply`. */
export interface Applied<Type extends CommandType = CommandType> {
  readonly outcome: Outcome<Type>;
  /** Whether the outcome is that of an earlier command with the same key; then there are no events. */
  readonly replayed: boolean;
  /** Log index of the entry that decided: this one, or the first one when repeated. */
  readonly commandIndex: LogIndex;
  readonly events: readonly BookEvent[];
}
