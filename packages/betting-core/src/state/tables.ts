// Which columns there are, in the order in which snapshots number them. Append only.

import type { Column } from "../columns/page.ts";
import { PAGE_BITS } from "../columns/page.ts";
import { RECORD_PAGE_BITS } from "../columns/record-column.ts";
import type { RequestRows } from "../requests/request-rows.ts";
import type { BookState } from "./book-state.ts";

export interface Table {
  readonly columns: readonly Column[];
  /** Numbers of the pages that hold rows. */
  readonly pages: readonly number[];
}

export function tablesOf(state: BookState): readonly Table[] {
  const { accounts, bets, ledger, requests, history } = state;
  return [
    {
      columns: [accounts.records],
      pages: pagesUpTo(accounts.count, RECORD_PAGE_BITS),
    },
    {
      columns: [bets.game, bets.outcome, bets.stake, bets.odds, bets.posting, bets.previousOfGame],
      pages: pagesUpTo(bets.count),
    },
    {
      columns: [
        ledger.account,
        ledger.cause,
        ledger.reference,
        ledger.balance,
        ledger.previous,
        ledger.at,
        ledger.index,
      ],
      pages: pagesUpTo(ledger.count),
    },
    requestTable(requests.kept),
    requestTable(requests.day),
    requestTable(requests.hour),
    { columns: [history.betsBefore, ...history.hash.words], pages: pagesUpTo(history.count) },
    { columns: history.runs.words, pages: pagesUpTo(history.runCount) },
  ];
}

function requestTable(rows: RequestRows): Table {
  return { columns: rows.columns(), pages: rows.pages() };
}

/** Rows are 1 … count; row 0 is never used, but has its place. */
function pagesUpTo(count: number, pageBits: number = PAGE_BITS): number[] {
  return count === 0 ? [] : Array.from({ length: (count >>> pageBits) + 1 }, (_, page) => page);
}
