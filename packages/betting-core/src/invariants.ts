// What must always hold of a book, as code. The cheap checks may run after every command in production; the full
// one reads every row and is for tests, simulations and a node that has just restored a snapshot.

import type { Book } from "./book.ts";
import { hexOf, partsHex, recomputedParts } from "./digest/book-digest.ts";
import { invariant } from "./errors.ts";
import { reprice, strategyOf } from "./games/market-prices.ts";
import { payoutUnder, promiseOf } from "./games/payout-rule.ts";
import { heldStakes, isWithdrawn, keptOf } from "./games/standing.ts";
import { recomputedRun } from "./history/tree.ts";
import { houseAtFirst } from "./queries/house-statement.ts";
import { fateOf } from "./queries/bet-view.ts";
import { slackOf, worstCaseOf } from "./risk.ts";
import type { BookState } from "./state/book-state.ts";
import { type ComingRow, comingRows } from "./settlements/coming-rows.ts";
import { accountNow } from "./settlements/unwritten-rows.ts";
import { CAUSE } from "./state/codes.ts";
import type { CashOutRecord } from "./state/departures-table.ts";
import { copyGame, type GameRecord } from "./state/game-record.ts";
import { stateOf } from "./state/state-of.ts";
import type { GameId } from "./units.ts";

/**
 * All money is somewhere: balances + escrow + house = openingBankroll + deposits − withdrawals. O(1).
 *
 * @throws InvariantError with the numbers
 */
export function checkConservation(book: Book): void {
  const { house, escrow, balances, openingBankroll, deposits, withdrawals } = book.totals();
  invariant(
    balances + escrow + house === openingBankroll + deposits - withdrawals,
    () =>
      `balances ${balances} + escrow ${escrow} + house ${house} are not what came in: ${openingBankroll} + ${deposits} − ${withdrawals}`,
  );
  invariant(escrow >= 0, () => `escrow is ${escrow}`);
}

/**
 * No outcome of the game can cost the house more than the margin. O(outcomes).
 *
 * @throws InvariantError with the numbers
 */
export function checkExposure(book: Book, id: GameId): void {
  const game = internals(book).games.get(id);
  invariant(game !== undefined, `there is no game ${id}`);
  checkSlack(internals(book), game);
}

/**
 * Everything at once, from nothing but the rows: sums, chains, prices, digests. O(rows).
 *
 * @throws InvariantError naming what does not hold
 */
export function checkBook(book: Book): void {
  const state = internals(book);
  checkConservation(book);
  checkAccounts(state);
  checkLedger(state);
  checkPaid(state);
  const bets = sumsOfBets(state);
  let escrow = 0;
  let exposure = 0;
  let openGames = 0;
  for (let id = 1; id <= state.games.count; id++) {
    const game = state.games.get(id);
    invariant(game !== undefined, `game ${id} is missing`);
    checkGame(state, game, bets.get(id) ?? emptySums(game));
    if (game.status === "settled" || game.status === "voided") {
      invariant(game.worstCase === 0, `game ${id} is done, but exposed`);
      continue;
    }
    escrow += heldStakes(game) + game.text.pricing.margin;
    invariant(
      keptOf(game) + game.text.pricing.margin >= 0,
      () => `cash-outs of game ${id} would cost ${-keptOf(game)} if its stakes went back`,
    );
    exposure += worstCaseOf(game.totalStaked, game.liabilities);
    openGames++;
  }
  checkHistory(state);
  const { counters } = state;
  same(houseAtFirst(state), 0, "the house's money before its first movement");
  same(counters.escrow, escrow, "escrow");
  same(counters.exposure, exposure, "exposure");
  same(counters.openGames, openGames, "open games");
  const kept = partsHex(state);
  const found = hexOf(recomputedParts(state));
  for (const part of Object.keys(kept) as (keyof typeof kept)[]) {
    invariant(
      kept[part] === found[part],
      () => `digest of ${part}: kept ${kept[part]}, found ${found[part]}`,
    );
  }
}

function internals(book: Book): BookState {
  const state = stateOf.get(book);
  invariant(state !== undefined, "not a book of this library");
  return state;
}

function checkAccounts(state: BookState): void {
  const { accounts, bets } = state;
  let balances = 0;
  let owed = 0;
  for (let row = 1; row <= accounts.count; row++) {
    const now = accountNow(state, row);
    balances += now.balance;
    owed += now.balance - accounts.balance.get(row);
    let openStake = 0;
    for (let bet = state.newestBetOf(row); bet !== 0; bet = state.betBefore(bet)) {
      same(state.ownerOf(bet), row, `account of bet ${bet}`);
      if (fateOf(state, bet) === null) openStake += bets.stake.get(bet);
    }
    same(now.openStake, openStake, `open stake of account ${row}`);
    same(accounts.find(accounts.nameOf(row)), row, `the account called ${accounts.nameOf(row)}`);
  }
  same(state.counters.balances, balances, "balances");
  same(state.counters.owed, owed, "what is owed");
}

/** Ledger rows of one account, in order of their sequence, reproduce its balance; only a resettle takes it below 0. */
function checkLedger(state: BookState): void {
  const { ledger, accounts } = state;
  const balances = new Map<number, number>();
  const newest = new Map<number, number>();
  for (let row = 1; row <= ledger.count; row++) {
    if (!ledger.has(row)) continue;
    const account = ledger.account.get(row);
    const amount = ledger.amountOf(row);
    const balance = (balances.get(account) ?? 0) + amount;
    same(ledger.balance.get(row), balance, `balance after ledger row ${row}`);
    same(ledger.previous.get(row), newest.get(account) ?? 0, `row before ledger row ${row}`);
    const taken = amount < 0 && ledger.cause.get(row) !== CAUSE.adjustment;
    invariant(!taken || balance >= 0, () => `ledger row ${row} takes account ${account} to ${balance}`);
    balances.set(account, balance);
    newest.set(account, row);
  }
  for (let row = 1; row <= accounts.count; row++) {
    same(accounts.balance.get(row), balances.get(row) ?? 0, `balance of account ${row}`);
    same(accounts.lastPosting.get(row), newest.get(row) ?? 0, `newest ledger row of account ${row}`);
  }
}

/** What is kept of the tree is what its leaves give. */
function checkHistory(state: BookState): void {
  const { history } = state;
  for (let run = 1; run <= history.runCount; run++) {
    const found = recomputedRun(state, run);
    invariant(
      history.runs.get(run).every((word, at) => word === found[at]),
      () => `root of run ${run} of the history`,
    );
  }
}

/** Rows, written or not, close each settled bet once and pay it what its game's result says; none pays an open one. */
function checkPaid(state: BookState): void {
  const { accounts, bets, games, ledger, settlements } = state;
  const paid = new Float64Array(bets.count + 1);
  const closed = new Uint8Array(bets.count + 1);
  const take = (cause: number, bet: number, amount: number): void => {
    if (
      cause !== CAUSE.payout &&
      cause !== CAUSE.refund &&
      cause !== CAUSE.settled &&
      cause !== CAUSE.adjustment
    )
      return;
    paid[bet] = (paid[bet] as number) + amount;
    if (cause !== CAUSE.adjustment) closed[bet] = (closed[bet] as number) + 1;
  };
  const coming = new Set<number>();
  for (let account = 1; account <= accounts.count; account++) {
    for (const settlement of settlements.list) {
      const end = settlement.credited.get(account);
      let before: ComingRow | undefined;
      let gain = 0;
      let released = 0;
      for (const row of comingRows(state, account, settlement)) {
        const { owed, previous, balance } = row;
        invariant(
          owed.row === end || !ledger.has(owed.row),
          () => `ledger row ${owed.row} is written and owed`,
        );
        if (before !== undefined) same(before.previous, owed.row, `row before ledger row ${before.owed.row}`);
        if (owed.row === end) same(ledger.balance.get(end), balance, `balance after ledger row ${end}`);
        before = row;
        coming.add(owed.row);
        take(owed.cause, owed.bet, owed.gain);
        gain += owed.gain;
        released += owed.released;
        if (ledger.has(previous))
          same(ledger.balance.get(previous), balance - owed.gain, `balance after ledger row ${previous}`);
      }
      const { swept } = settlement;
      if (end !== undefined || swept?.isWhole(settlement) !== true) continue;
      same(swept.gain[account] ?? 0, gain, `what settlement ${settlement.base} brings to account ${account}`);
      same(swept.released[account] ?? 0, released, `what it releases of account ${account}`);
    }
  }
  for (let row = 1; row <= ledger.count; row++) {
    if (!ledger.has(row) || coming.has(row)) continue;
    take(ledger.cause.get(row), ledger.reference.get(row), ledger.amountOf(row));
  }
  for (let bet = 1; bet <= bets.count; bet++) {
    const game = games.get(bets.game.get(bet)) as GameRecord;
    const fate = fateOf(state, bet);
    const payout = payoutUnder(game, fate, bets.outcome.get(bet), bets.stake.get(bet), bets.odds.get(bet));
    same(paid[bet], payout, `paid to bet ${bet}`);
    same(closed[bet], fate === null ? 0 : 1, `closing rows of bet ${bet}`);
  }
}

interface BetSums {
  readonly staked: number[];
  readonly liabilities: number[];
  readonly betCounts: number[];
  /** By position, then by how many outcomes share a dead heat: what it pays. */
  readonly heats: number[][];
  /** What cash-outs are of these. */
  readonly sold: number[];
  promised: number;
}

function emptySums(game: GameRecord): BetSums {
  const zeros = (): number[] => game.staked.map(() => 0);
  return {
    staked: zeros(),
    liabilities: zeros(),
    betCounts: zeros(),
    heats: game.staked.map(zeros),
    sold: zeros(),
    promised: 0,
  };
}

function sumsOfBets(state: BookState): Map<number, BetSums> {
  const { bets } = state;
  const sums = new Map<number, BetSums>();
  const places = new Map<number, number>();
  for (let bet = 1; bet <= bets.count; bet++) {
    const game = state.games.get(bets.game.get(bet));
    invariant(game !== undefined, `bet ${bet} is on no game`);
    const sum = sums.get(game.text.id) ?? emptySums(game);
    sums.set(game.text.id, sum);
    const position = bets.outcome.get(bet);
    const stake = bets.stake.get(bet);
    const promise = promiseOf(game, stake, bets.odds.get(bet));
    const place = (places.get(game.text.id) ?? 0) + 1;
    places.set(game.text.id, place);
    same(state.order.placeOf(game.text.id, bet), place, `place of bet ${bet} in its game`);
    same(state.order.betAt(game.text.id, place), bet, `bet in place ${place} of game ${game.text.id}`);
    const fate = fateOf(state, bet);
    if (fate?.type === "cashOut") {
      const { hedge } = state.departures.of(bet).cashOut as CashOutRecord;
      for (const [at, added] of hedge.entries()) {
        sum.staked[at] = (sum.staked[at] as number) + added + (at === position ? stake : 0);
        sum.liabilities[at] = (sum.liabilities[at] as number) + promise;
        sum.sold[at] = (sum.sold[at] as number) + added + (at === position ? stake : 0);
      }
      sum.promised += promise;
      continue;
    }
    if (state.departures.has(bet) || isWithdrawn(game, position)) continue;
    sum.staked[position] = (sum.staked[position] as number) + stake;
    sum.liabilities[position] = (sum.liabilities[position] as number) + promise;
    sum.betCounts[position] = (sum.betCounts[position] as number) + 1;
    const heats = sum.heats[position] as number[];
    for (const [at, paid] of heats.entries()) heats[at] = paid + Math.floor(promise / (at + 1));
  }
  return sums;
}

function checkGame(state: BookState, game: GameRecord, sums: BetSums): void {
  const { id } = game.text;
  const done = game.status === "settled" || game.status === "voided";
  invariant(done === (game.result !== null), () => `game ${id} is ${game.status}, its result another`);
  invariant(
    (game.status === "voided") === (game.result?.type === "void"),
    () => `game ${id} is ${game.status}`,
  );
  let total = 0;
  for (const [position, staked] of sums.staked.entries()) {
    same(game.staked[position], staked, `stakes on outcome ${position} of game ${id}`);
    same(
      game.liabilities[position],
      sums.liabilities[position],
      `liability of outcome ${position} of game ${id}`,
    );
    same(game.betCounts[position], sums.betCounts[position], `bets on outcome ${position} of game ${id}`);
    same(game.cashedOut?.staked[position] ?? 0, sums.sold[position], `cashed out on outcome ${position}`);
    total += staked;
  }
  same(game.cashedOut?.promised ?? 0, sums.promised, `promised to cash-outs of game ${id}`);
  same(game.totalStaked, total, `stakes on game ${id}`);
  checkDeadHeats(state, game, sums);
  checkDeadHeats(state, game, sums);
  checkSlack(state, game);
  const anew = copyGame(game, game.generation);
  reprice(anew, strategyOf(anew));
  for (const position of sums.staked.keys()) {
    same(game.odds[position], anew.odds[position], `odds of outcome ${position} of game ${id}`);
    same(game.caps[position], anew.caps[position], `cap of outcome ${position} of game ${id}`);
  }
}

function checkDeadHeats(state: BookState, game: GameRecord, { heats }: BetSums): void {
  if (strategyOf(game).pool) return;
  const winners: number[] = [];
  for (const position of heats.keys()) {
    if (isWithdrawn(game, position)) continue;
    winners.push(position);
    const sharers = winners.length;
    const paid = winners.reduce((sum, winner) => sum + (heats[winner]?.[sharers - 1] as number), 0);
    if (sharers > 1)
      same(state.deadHeats.paid(game, winners), paid, `a dead heat of ${sharers} in game ${game.text.id}`);
  }
}

function checkSlack(state: BookState, game: GameRecord): void {
  if (state.departures.wasForced(game.text.id) || game.withdrawn.some(({ forced }) => forced)) return;
  const { margin } = game.text.pricing;
  for (const [position, liability] of game.liabilities.entries()) {
    const slack = slackOf(game.totalStaked, margin, liability);
    invariant(
      slack >= 0,
      () => `outcome ${position} of game ${game.text.id} would cost ${-slack} more than the margin`,
    );
  }
}

function same(kept: number | undefined, found: number | undefined, what: string): void {
  invariant(kept === found, () => `${what}: kept ${kept}, found ${found}`);
}
