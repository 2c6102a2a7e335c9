// What can be asked of the book: one tagged union. A command is data; time and log position come with the
// log entry that carries it (see `Entry`), so that every replica decides alike.

import type { BetId, GameId, LogIndex, MinorUnits, Odds, UnixMillis, UserId } from "./units.ts";

/** The log entry that carries a command. */
export interface Entry {
  /** Position in the log. Must grow from one `apply` to the next. */
  readonly index: LogIndex;
  /** Stamped by the leader. Where it lies before an earlier entry's, the earlier one's counts. */
  readonly at: UnixMillis;
}

/** What every command carries. */
export interface Envelope {
  /** Who asks: the user whose account moves, the admin who decides, or `SYSTEM`. */
  readonly actor: UserId;
  /** Idempotency key, 1–64 characters, private to the actor. A repeat gives the first outcome again. */
  readonly key?: string;
}

/** Whether a game is of the real world, or drawn. */
export type Category = "real" | "virtual";

/**
 * Which current odds the bettor takes: `exact` those sent and no others, `better` also higher ones,
 * `any` all, or all that are no lower than `minOdds`.
 */
export type AcceptPolicy = "exact" | "better" | "any";

/** How a game's odds follow its stakes, and what the house risks on it. */
export interface Pricing {
  readonly strategy: PricingStrategyName;
  /** Stake that each outcome seems to hold at the start (V). Minor units; times outcomes, at most 9e11. */
  readonly virtualStake: MinorUnits;
  /** The house's cut of the odds in basis points, 0 … 9_999. */
  readonly commissionBp: number;
  /** The most that the house loses on this game whatever happens (M), escrowed at creation. May be 0. */
  readonly margin: MinorUnits;
  /** Odds are multiples of this many ten-thousandths: 100 shows two decimals. Divides 10_000. */
  readonly tick: number;
  /** Opening chances in basis points, one an outcome, summing to 10_000. Without it all are alike. */
  readonly prior?: readonly number[];
}

/** Strategies that a game can ask for. What the book cannot price it refuses with `invalid_request`. */
export type PricingStrategyName = "ratio/pre" | "ratio/post" | "cpmm" | "lmsr" | "tote";

/** Amounts a day (24 h), a week (7 days) and a month (30 days) of log time, each window rolling. */
export interface LimitWindows {
  readonly day?: MinorUnits;
  readonly week?: MinorUnits;
  readonly month?: MinorUnits;
}

/** A user's own limits. What is absent is unlimited. */
export interface Limits {
  /** Deposits, gross. */
  readonly deposit: LimitWindows;
  /** Stakes. */
  readonly stake: LimitWindows;
  /** Stakes less what came back of them; an open bet counts as lost until it is settled. */
  readonly loss: LimitWindows;
  /** Until then neither bets nor deposits. */
  readonly excludedUntil?: UnixMillis;
}

/** Opens the book: money and rules that all replicas must share. The first one counts, later ones do nothing. */
export interface OpenBook extends Envelope {
  readonly type: "openBook";
  /** House money to begin with; 0 … 2^53 − 1, in practice a bankroll. */
  readonly openingBankroll: MinorUnits;
  /** What a new account is given by the house. 0 for none. */
  readonly welcomeBalance: MinorUnits;
  /** Refuse games whose pricing is known to allow a sure win, instead of warning. */
  readonly refuseUnsafePricing: boolean;
}

/** Opens the actor's account. Any other command of a new user does so implicitly, if it is accepted. */
export interface OpenAccount extends Envelope {
  readonly type: "openAccount";
}

export interface Deposit extends Envelope {
  readonly type: "deposit";
  readonly amount: MinorUnits;
}

export interface Withdraw extends Envelope {
  readonly type: "withdraw";
  readonly amount: MinorUnits;
}

export interface CreateGame extends Envelope {
  readonly type: "createGame";
  /** 1–200 characters of text. */
  readonly question: string;
  readonly category: Category;
  /** Labels of 2–32 outcomes, each 1–200 characters of text. */
  readonly outcomes: readonly string[];
  readonly startsAt?: UnixMillis;
  /** From then on no bets; the leader's next tick closes the game. */
  readonly closesAt?: UnixMillis;
  readonly pricing: Pricing;
  /** Virtual games only: the result is drawn, not chosen. Absent: an admin settles it. */
  readonly draw?: Draw;
}

/** Who takes part in a draw, and until when each must have shown its seed. */
export interface Draw {
  /**
   * SHA-256 of each party's seed of 32 bytes, 64 lower-case hexadecimal digits: the house's, and those of one to three
   * others. As long as one party keeps its seed to itself until betting has ended, nobody can know or steer the result.
   */
  readonly commitments: readonly string[];
  /** A seed not revealed by then voids the game. After `closesAt`. */
  readonly revealBy: UnixMillis;
}

/** Opens a commitment of a closed game's draw. Anybody may who knows the seed; the last one draws and settles. */
export interface RevealSeed extends Envelope {
  readonly type: "revealSeed";
  readonly gameId: GameId;
  /** 32 bytes in 64 lower-case hexadecimal digits. */
  readonly seed: string;
}

export interface PlaceBet extends Envelope {
  readonly type: "placeBet";
  readonly gameId: GameId;
  /** Key of the outcome; text that is no key is refused as `unknown_outcome`. */
  readonly outcome: string;
  readonly stake: MinorUnits;
  /** The odds that the bettor saw. */
  readonly odds: Odds;
  readonly accept: AcceptPolicy;
  /** With `any` only. */
  readonly minOdds?: Odds;
}

export interface SuspendGame extends Envelope {
  readonly type: "suspendGame";
  readonly gameId: GameId;
  /** Told to everybody for as long as the game is suspended. */
  readonly reason?: string;
}

export interface ResumeGame extends Envelope {
  readonly type: "resumeGame";
  readonly gameId: GameId;
  readonly reason?: string;
}

export interface CloseGame extends Envelope {
  readonly type: "closeGame";
  readonly gameId: GameId;
  readonly reason?: string;
}

/**
 * What came out of a game: one outcome won; several did (a dead heat, in which each bet on one of them gets its part of
 * what was agreed); or nothing was decided and all stakes go back (a push: unlike a void it is a result, and another
 * one may replace it).
 */
export type Verdict =
  | { readonly winner: string; readonly winners?: never; readonly push?: never }
  | { readonly winners: readonly string[]; readonly winner?: never; readonly push?: never }
  | { readonly push: true; readonly winner?: never; readonly winners?: never };

/** Settles a closed game by a verdict. */
export type SettleGame = Envelope &
  Verdict & {
    readonly type: "settleGame";
    readonly gameId: GameId;
    /** As given by `settlePreview`; settles only while it still holds. */
    readonly previewHash?: string;
  };

/** Replaces the result of a settled game. */
export type ResettleGame = Envelope &
  Verdict & {
    readonly type: "resettleGame";
    readonly gameId: GameId;
    readonly reason: string;
  };

export interface VoidGame extends Envelope {
  readonly type: "voidGame";
  readonly gameId: GameId;
  readonly reason?: string;
}

/** Voids one bet of a game that has no result yet. */
export interface VoidBet extends Envelope {
  readonly type: "voidBet";
  readonly betId: BetId;
  readonly reason: string;
  /** Also where the game may then cost the house more than its margin. */
  readonly force?: boolean;
}

/** Takes an outcome out of a game that has no result yet: bets on it are void, and at least two others must be left. */
export interface WithdrawOutcome extends Envelope {
  readonly type: "withdrawOutcome";
  readonly gameId: GameId;
  readonly outcome: string;
  readonly reason: string;
  /** Also where the game may then cost the house more than its margin. */
  readonly force?: boolean;
}

/** Sells one of the actor's bets back while its game is open, for what `cashOutPrice` says. */
export interface CashOut extends Envelope {
  readonly type: "cashOut";
  readonly betId: BetId;
  /** The price that the bettor saw. */
  readonly price: MinorUnits;
  /** As with odds: this price and no other, also a higher one, or any. */
  readonly accept: AcceptPolicy;
}

/** Replaces the actor's limits as a whole: what is tighter at once, what is looser after 24 h. */
export interface SetLimits extends Envelope {
  readonly type: "setLimits";
  readonly limits: Limits;
}

export interface AddBankroll extends Envelope {
  readonly type: "addBankroll";
  readonly amount: MinorUnits;
  readonly reason: string;
}

/** The leader's tick: closes games past `closesAt` and drops request records past their time. */
export interface Expire extends Envelope {
  readonly type: "expire";
}

/** All that can be asked of the book. */
export type Command =
  | OpenBook
  | OpenAccount
  | Deposit
  | Withdraw
  | CreateGame
  | PlaceBet
  | SuspendGame
  | ResumeGame
  | CloseGame
  | SettleGame
  | ResettleGame
  | VoidGame
  | SetLimits
  | AddBankroll
  | Expire
  | RevealSeed
  | VoidBet
  | WithdrawOutcome
  | CashOut;

/** The names of the commands. */
export type CommandType = Command["type"];
/** The command of that name. */
export type CommandOf<Type extends CommandType> = Extract<Command, { readonly type: Type }>;
