// What a settlement was to one user: the same whenever it is asked for, before its rows are written and long after.

import type { BalanceChanged, BetSettled } from "../events.ts";
import { betViewUnder } from "../queries/bet-view.ts";
import type { BookState } from "../state/book-state.ts";
import { CAUSE } from "../state/codes.ts";
import { type BetId, type MinorUnits, type Sequence, trusted, type UserId } from "../units.ts";
import { comingRows } from "./coming-rows.ts";
import { ownBets } from "./own-bets.ts";
import type { Owed } from "./pending-settlements.ts";
import { balanceCauseOf, effectsOf, firstRowOf, owedRows, type Settlement } from "./settlement.ts";
import { owedTo } from "./unwritten-rows.ts";

/**
 * @param settlements oldest first
 * @param betsMax    of the user in all of them
 * @returns one list a settlement: each bet of the user that it settled, oldest first, then the balance after the whole
 * entry; empty where the user had none; undefined where the user's bets are more than `betsMax`. O(ledger rows of
 * the user since the games' first bets)
 */
export function settledFor(
  state: BookState,
  userId: UserId,
  settlements: readonly Settlement[],
  betsMax: number,
): (BetSettled | BalanceChanged)[][] | undefined {
  const account = state.accounts.find(userId);
  if (account === 0) return settlements.map(() => []);
  const { order } = state;
  const own = ownBets(state, account, settlements);
  if (settlements.reduce((sum, { game }) => sum + (own.get(game)?.length ?? 0), 0) > betsMax)
    return undefined;
  const history = new BalanceHistory(state, account);
  const events: (BetSettled | BalanceChanged)[][] = [];
  // From the newest on: the history goes backwards.
  for (let at = settlements.length - 1; at >= 0; at--) {
    const settlement = settlements[at] as Settlement;
    const list: (BetSettled | BalanceChanged)[] = [];
    events.push(list);
    const effects = effectsOf(state, settlement);
    let seq = 0;
    for (const bet of (own.get(settlement.game) ?? []).toReversed()) {
      const first = firstRowOf(settlement, order.placeOf(settlement.game, bet));
      const rows = owedRows(state, settlement, effects, bet, first);
      const last = rows.at(-1);
      if (last === undefined) continue;
      seq = last.row;
      const view = betViewUnder(state, bet, settlement.after);
      list.push({ type: "betSettled", userId, betId: trusted<BetId>(bet), bet: view });
    }
    if (seq === 0) continue;
    const { balance, openStake } = history.goBackTo(seq);
    list.push({
      type: "balanceChanged",
      userId,
      balance: trusted<MinorUnits>(balance),
      openStake: trusted<MinorUnits>(openStake),
      seq: trusted<Sequence>(seq),
      cause: balanceCauseOf(settlement),
    });
  }
  return events.reverse();
}

/** An account's balance and open stake after the last rows of its settlements, from the newest backwards. */
class BalanceHistory {
  readonly #state: BookState;
  /** What is still to be written, oldest first. */
  readonly #owed: Owed[];
  /** By rows that stand for others: what of the open stake those others release. */
  readonly #released = new Map<number, number>();
  #row: number;
  #balance: number;
  #openStake: number;

  constructor(state: BookState, account: number) {
    this.#state = state;
    const { accounts, settlements } = state;
    this.#row = accounts.lastPosting.get(account);
    this.#balance = accounts.balance.get(account);
    this.#openStake = accounts.openStake.get(account);
    this.#owed = [...owedTo(state, account)];
    for (const { gain, released } of this.#owed) {
      this.#balance += gain;
      this.#openStake -= released;
    }
    for (const settlement of settlements.list) {
      const end = settlement.credited.get(account);
      if (end === undefined) continue;
      let released = 0;
      for (const { owed } of comingRows(state, account, settlement)) {
        if (owed.row !== end) released += owed.released;
      }
      this.#released.set(end, released);
    }
  }

  /** @param seq the account's last row of a settlement, not newer than the one asked for before */
  goBackTo(seq: number): { readonly balance: number; readonly openStake: number } {
    for (
      let newest = this.#owed.at(-1);
      newest !== undefined && newest.last.row > seq;
      newest = this.#owed.at(-1)
    ) {
      this.#balance -= newest.gain;
      this.#openStake += newest.released;
      this.#owed.pop();
    }
    const { ledger } = this.#state;
    while (this.#row > seq) {
      this.#balance -= ledger.amountOf(this.#row);
      this.#openStake -= this.#openStakeChangeOf(this.#row) - (this.#released.get(this.#row) ?? 0);
      this.#row = ledger.previous.get(this.#row);
    }
    return { balance: this.#balance, openStake: this.#openStake };
  }

  #openStakeChangeOf(row: number): number {
    const { ledger, bets } = this.#state;
    switch (ledger.cause.get(row)) {
      case CAUSE.stake:
        return bets.stake.get(ledger.reference.get(row));
      case CAUSE.payout:
      case CAUSE.refund:
      case CAUSE.settled:
        return 0 - bets.stake.get(ledger.reference.get(row));
      default:
        return 0;
    }
  }
}
