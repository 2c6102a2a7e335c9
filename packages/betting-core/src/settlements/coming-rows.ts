// An account's ledger rows as they will be once a pending settlement is written: from the newest backwards, each made when
// it is asked for, since a user may have a hundred thousand of them and a page of a statement shows some fifty.

import type { BookState } from "../state/book-state.ts";
import { CAUSE } from "../state/codes.ts";
import type { PendingSettlement } from "./pending-settlements.ts";
import { type OwedRow, owedRows, type Settlement } from "./settlement.ts";
import { accountNow, rowsOf } from "./unwritten-rows.ts";

export interface ComingRow {
  readonly owed: OwedRow;
  readonly settlement: Settlement;
  /** The account's row before it, written or not. */
  readonly previous: number;
  /** After the row. */
  readonly balance: number;
}

/**
 * The account's rows of all bets that had no turn yet in that settlement, newest first: those that are owed to it, or that
 * it was credited with, and then the written one that stands for the others.
 *
 * @param upTo the newest bet to look at; what others bring is summed up
 */
export function* comingRows(
  state: BookState,
  account: number,
  settlement: PendingSettlement,
  upTo = Number.POSITIVE_INFINITY,
): Generator<ComingRow> {
  const { accounts, bets, ledger, order } = state;
  const { game, done, effects } = settlement;
  const end = settlement.credited.get(account);
  const from = order.betAt(game, done + 1);
  const oldest = bets.posting.get(from);
  const limits = limitsOf(state, account, settlement);
  let { balance } = limits;
  let held: Omit<ComingRow, "previous"> | undefined;
  for (let row = accounts.lastPosting.get(account); row >= oldest; row = ledger.previous.get(row)) {
    if (ledger.cause.get(row) !== CAUSE.stake) continue;
    const bet = ledger.reference.get(row);
    if (bets.game.get(bet) !== game || bet < from) continue;
    if (bet > upTo) {
      for (const { gain } of owedRows(state, settlement, effects, bet, 0)) balance -= gain;
      continue;
    }
    for (const owed of rowsOf(state, settlement, bet).reverse()) {
      if (owed.row !== end && ledger.has(owed.row)) continue;
      if (held !== undefined) yield { ...held, previous: owed.row };
      held = { owed, settlement, balance };
      balance -= owed.gain;
    }
  }
  if (held !== undefined) yield { ...held, previous: limits.previous };
}

/** The account's balance after the last row of a settlement, and the row before the first that had no turn. */
function limitsOf(
  state: BookState,
  account: number,
  settlement: PendingSettlement,
): { readonly balance: number; readonly previous: number } {
  const { accounts, ledger } = state;
  const end = settlement.credited.get(account);
  if (end !== undefined) return { balance: ledger.balance.get(end), previous: ledger.previous.get(end) };
  const { owed, balance } = accountNow(state, account);
  const at = owed.findIndex((each) => each.settlement === settlement);
  // Of those that come later nothing is written yet.
  const later = owed.slice(at + 1).reduce((sum, { gain }) => sum + gain, 0);
  const previous = Math.max(accounts.lastPosting.get(account), owed[at - 1]?.last.row ?? 0);
  return { balance: balance - later, previous };
}
