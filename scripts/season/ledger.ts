import { type Acceptance, type BetRequest, oddsUnits } from "./wire.ts";

/**
 * What one bettor knows from the answers it got: the other side of the account that the nodes keep. Nothing here is
 * read from a node's books, so the two can be compared.
 */
export interface Ledger {
  readonly username: string;
  /** What the account was opened with, in minor units. */
  readonly welcome: number;
  readonly deposits: readonly number[];
  readonly accepted: readonly AcceptedBet[];
  /** Attempts that were refused, so that no node may have a bet of theirs. */
  readonly refused: readonly BetRequest[];
}

export interface AcceptedBet {
  readonly request: BetRequest;
  readonly acceptance: Acceptance;
}

/** Which outcome won each settled game. */
export type Winners = ReadonlyMap<number, string>;

/** What a winning bet pays: stake × odds, rounded down. In BigInt: a second opinion on the book's arithmetic. */
export function payoutOf(stake: number, odds: number): number {
  return Number((BigInt(stake) * BigInt(oddsUnits(odds))) / 10_000n);
}

/** The balance that the answers add up to: welcome + deposits − stakes + payouts. */
export function balanceOf(ledger: Ledger, winners: Winners): number {
  let balance = ledger.welcome;
  for (const amount of ledger.deposits) balance += amount;
  for (const { acceptance } of ledger.accepted) {
    const { stake, odds, gameId, outcome } = acceptance.bet;
    balance -= stake;
    if (winners.get(gameId) === outcome) balance += payoutOf(stake, odds);
  }
  return balance;
}

/** What an acceptance must be, given the request; each difference as a sentence. */
export function acceptanceFaults(request: BetRequest, { bet }: Acceptance): string[] {
  const faults: string[] = [];
  const expect = (holds: boolean, what: string) => {
    if (!holds) faults.push(`bet ${bet.id}: ${what}`);
  };
  expect(
    bet.gameId === request.gameId && bet.outcome === request.outcome && bet.stake === request.stake,
    `is not what was asked for: ${JSON.stringify(bet)} for ${JSON.stringify(request)}`,
  );
  expect(bet.potentialPayout === payoutOf(bet.stake, bet.odds), `${bet.potentialPayout} is not stake × odds`);
  const asked = oddsUnits(request.odds);
  const got = oddsUnits(bet.odds);
  const accept = request.accept ?? "exact";
  switch (accept) {
    case "exact":
      expect(got === asked, `got odds ${bet.odds} where ${request.odds} were locked`);
      break;
    case "better":
      expect(got >= asked, `got odds ${bet.odds}, worse than ${request.odds}`);
      break;
    case "any":
      expect(
        request.minOdds === undefined || got >= oddsUnits(request.minOdds),
        `got odds ${bet.odds}, below ${request.minOdds}`,
      );
      break;
    default:
      return accept satisfies never;
  }
  return faults;
}
