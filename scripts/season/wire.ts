// What the season sends and reads of the public interface (docs/api.md), as far as it uses it.

/** Decimal odds, `1.85`. */
type Odds = number;
/** Minor units: 1250 is 12.50. */
type Money = number;

export interface OutcomeView {
  readonly key: string;
  readonly odds: Odds | null;
  readonly cap: Money;
  readonly staked: Money;
}

export interface GameView {
  readonly id: number;
  readonly version: number;
  readonly status: string;
  readonly outcomes: readonly OutcomeView[];
}

export interface BetView {
  readonly id: number;
  readonly gameId: number;
  readonly outcome: string;
  readonly stake: Money;
  readonly odds: Odds;
  readonly potentialPayout: Money;
  readonly status: "open" | "won" | "lost" | "void" | "cashedOut";
  readonly payout: Money | null;
  readonly placedAt: string;
  readonly index: number;
}

/** The body of POST /api/bets; with `type` and `requestId` also the message `placeBet`. */
export interface BetRequest {
  readonly gameId: number;
  readonly outcome: string;
  readonly stake: Money;
  readonly odds: Odds;
  readonly accept?: "exact" | "better" | "any";
  readonly minOdds?: Odds;
}

/** An accepted bet as it was first answered; every repeat must say the same. */
export interface Acceptance {
  readonly bet: BetView;
  readonly balance: Money;
  readonly seq: number;
  /** The log index that decided. */
  readonly index: number;
}

export interface BookView {
  readonly index: number;
  readonly house: Money;
  readonly escrow: Money;
  readonly balances: Money;
  readonly openingBankroll: Money;
  readonly deposits: Money;
  readonly withdrawals: Money;
}

export interface SettleView {
  readonly winners: number;
  readonly paid: Money;
  readonly bookResult: Money;
}

/** Odds in ten-thousandths, the form in which they are compared and calculated with. */
export function oddsUnits(odds: Odds): number {
  return Math.round(odds * 10_000);
}
