// An account's ledger from the newest row backwards, with the rows that are still to be written where they will be.

import { type ComingRow, comingRows } from "../settlements/coming-rows.ts";
import type { PendingSettlement } from "../settlements/pending-settlements.ts";
import { lastRowOf, placeOfRow } from "../settlements/settlement.ts";
import { accountNow } from "../settlements/unwritten-rows.ts";
import type { BookState } from "../state/book-state.ts";

/** Good until the next entry. */
export class Statement {
  /** Written or not; 0 for none. */
  readonly newest: number;
  readonly #state: BookState;
  readonly #account: number;
  /** Rows of a settlement, from the first that was asked for on. */
  readonly #running = new Map<PendingSettlement, Generator<ComingRow>>();
  readonly #found = new Map<number, ComingRow>();

  constructor(state: BookState, account: number) {
    this.#state = state;
    this.#account = account;
    this.newest = accountNow(state, account).seq;
  }

  /** The row as it will be, where it is not written yet or stands for rows that are not. */
  coming(row: number): ComingRow | undefined {
    const { settlements } = this.#state;
    const settlement = settlements.list.find((each) => row > each.base && row <= lastRowOf(each));
    if (settlement === undefined || this.#isWhole(settlement, row)) return undefined;
    const rows = this.#running.get(settlement) ?? this.#begin(settlement, row);
    for (let found = this.#found.get(row); ; found = this.#found.get(row)) {
      if (found !== undefined) return found;
      const { value, done } = rows.next();
      if (done === true || value.owed.row < row) return undefined;
      this.#found.set(value.owed.row, value);
    }
  }

  /** The account's row before one of its rows; 0 for none. */
  before(row: number): number {
    return this.coming(row)?.previous ?? this.#state.ledger.previous.get(row);
  }

  /** Whether it is a row of this account. */
  isOwn(row: number): boolean {
    const { ledger } = this.#state;
    return (
      row <= this.newest && (ledger.account.peek(row) === this.#account || this.coming(row) !== undefined)
    );
  }

  /** Whether the row is written and stands for itself. */
  #isWhole({ credited }: PendingSettlement, row: number): boolean {
    return this.#state.ledger.has(row) && credited.get(this.#account) !== row;
  }

  #begin(settlement: PendingSettlement, row: number): Generator<ComingRow> {
    const upTo = this.#state.order.betAt(settlement.game, placeOfRow(settlement, row));
    const rows = comingRows(this.#state, this.#account, settlement, upTo);
    this.#running.set(settlement, rows);
    return rows;
  }
}
