import { balanceOf, type Ledger, payoutOf, type Winners } from "./ledger.ts";
import { type BetRequest, type BetView, type BookView, oddsUnits } from "./wire.ts";

/** What a node says about one bettor. */
export interface NodeAccount {
  readonly balance: number;
  readonly bets: readonly BetView[];
}

/** Everything that was found wrong; all counts 0 and no faults is a pass. */
export interface Findings {
  /** Acknowledged bets that a node does not have. */
  lost: number;
  /** Bets that a node has beside the acknowledged one of the same request. */
  doubled: number;
  /** Bets that a node has although their request was refused. */
  refusedButPresent: number;
  /** Whether every sum of money came out to the minor unit. */
  conserved: boolean;
  /** Each fault in a sentence. */
  readonly faults: string[];
}

export function noFindings(): Findings {
  return { lost: 0, doubled: 0, refusedButPresent: 0, conserved: true, faults: [] };
}

/**
 * Compares one bettor's own books with what one node has of it. A bettor never uses the same stake twice in a game, so
 * game and stake tell which request a bet belongs to, also where its id is unknown.
 */
export function checkAccount(
  node: string,
  ledger: Ledger,
  account: NodeAccount,
  winners: Winners,
  findings: Findings,
): void {
  const where = `${node}, ${ledger.username}`;
  const timesSeen = new Map<number, number>();
  const present = new Map<number, BetView>();
  for (const bet of account.bets) {
    timesSeen.set(bet.id, (timesSeen.get(bet.id) ?? 0) + 1);
    present.set(bet.id, bet);
  }
  for (const [id, times] of timesSeen) {
    if (times === 1) continue;
    findings.doubled += times - 1;
    findings.faults.push(`${where}: bet ${id} is listed ${times} times`);
  }
  for (const { acceptance } of ledger.accepted) {
    const bet = present.get(acceptance.bet.id);
    present.delete(acceptance.bet.id);
    if (bet === undefined) {
      findings.lost += 1;
      findings.faults.push(`${where}: the acknowledged bet ${acceptance.bet.id} is not there`);
      continue;
    }
    const difference = betDifference(acceptance.bet, bet, winners);
    if (difference === undefined) continue;
    // A bet under another stake or other odds is not the one that was acknowledged.
    findings.lost += 1;
    findings.faults.push(`${where}: the acknowledged bet ${bet.id} has ${difference}`);
  }
  const acceptedRequests = new Set(ledger.accepted.map(({ request }) => requestIdentity(request)));
  const refusedRequests = new Set(ledger.refused.map(requestIdentity));
  for (const extra of present.values()) {
    const identity = requestIdentity(extra);
    const isDouble = acceptedRequests.has(identity);
    if (isDouble) findings.doubled += 1;
    else findings.refusedButPresent += 1;
    const what = isDouble
      ? "a second time for one request"
      : refusedRequests.has(identity)
        ? "though it was refused"
        : "though nobody has asked for it";
    findings.faults.push(`${where}: bet ${extra.id} is there ${what}`);
  }
  const wanted = balanceOf(ledger, winners);
  if (account.balance !== wanted) {
    findings.conserved = false;
    findings.faults.push(`${where}: the balance is ${account.balance}, the answers add up to ${wanted}`);
  }
}

function requestIdentity({ gameId, stake }: Pick<BetRequest, "gameId" | "stake">): string {
  return `${gameId}:${stake}`;
}

/** How a bet at a node differs from what was acknowledged and what the result makes of it. */
function betDifference(acknowledged: BetView, bet: BetView, winners: Winners): string | undefined {
  const { gameId, outcome, stake, odds, potentialPayout, index, placedAt } = acknowledged;
  if (bet.gameId !== gameId) return `game ${bet.gameId}, not ${gameId}`;
  if (bet.outcome !== outcome) return `outcome ${bet.outcome}, not ${outcome}`;
  if (bet.stake !== stake) return `stake ${bet.stake}, not ${stake}`;
  if (oddsUnits(bet.odds) !== oddsUnits(odds)) return `odds ${bet.odds}, not ${odds}`;
  if (bet.potentialPayout !== potentialPayout) {
    return `a potential payout of ${bet.potentialPayout}, not ${potentialPayout}`;
  }
  if (bet.index !== index) return `index ${bet.index}, not ${index}`;
  if (bet.placedAt !== placedAt) return `time ${bet.placedAt}, not ${placedAt}`;
  const winner = winners.get(gameId);
  if (winner === undefined) return bet.status === "open" ? undefined : `status ${bet.status}, not open`;
  const won = winner === outcome;
  const status = won ? "won" : "lost";
  if (bet.status !== status) return `status ${bet.status}, not ${status}`;
  const payout = won ? payoutOf(stake, odds) : 0;
  return bet.payout === payout ? undefined : `payout ${bet.payout}, not ${payout}`;
}

/** Whether a node's whole book adds up: what is in it is what came in less what went out. */
export function checkBook(node: string, book: BookView, findings: Findings): void {
  const held = BigInt(book.balances) + BigInt(book.escrow) + BigInt(book.house);
  const brought = BigInt(book.openingBankroll) + BigInt(book.deposits) - BigInt(book.withdrawals);
  if (held === brought) return;
  findings.conserved = false;
  findings.faults.push(
    `${node}: balances + escrow + house = ${held}, but opening bankroll + deposits − withdrawals = ${brought}`,
  );
}

/** Compares digests taken at one common index. */
export function checkDigests(
  digests: readonly { readonly node: string; readonly index: number; readonly value: string }[],
  findings: Findings,
): boolean {
  const [first, ...others] = digests;
  if (first === undefined) {
    findings.faults.push("there are no digests to compare");
    return false;
  }
  let equal = true;
  for (const other of others) {
    if (other.index === first.index && other.value === first.value) continue;
    equal = false;
    findings.faults.push(
      `${other.node} has digest ${other.value} at ${other.index}, ${first.node} has ${first.value} at ${first.index}`,
    );
  }
  return equal;
}
