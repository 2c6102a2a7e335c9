// The counters of a book as the first chunk of its snapshot has them.

import type { StoredSettlement } from "../settlements/pending-settlements.ts";
import type { BookState } from "../state/book-state.ts";

/** Plain data, written as JSON with its fields in this order. */
export interface SnapshotHeader {
  readonly index: number;
  readonly at: number;
  readonly counters: BookState["counters"];
  readonly rows: {
    readonly accounts: number;
    readonly games: number;
    readonly bets: number;
    readonly ledger: number;
    readonly audit: number;
    readonly history: number;
    readonly runs: number;
    readonly voids: number;
  };
  readonly settlements: readonly StoredSettlement[];
  /** Log time up to which they were given their turns; not there where nothing is pending, or before version 9. */
  readonly settledUpTo?: number;
  /** First row and the one after the last: kept, a day, an hour. */
  readonly requests: readonly (readonly [number, number])[];
}

export function headerOf(state: BookState): SnapshotHeader {
  const { accounts, games, bets, ledger, audit, history, requests, settlements } = state;
  return {
    index: state.index,
    at: state.at,
    counters: { ...state.counters },
    rows: {
      accounts: accounts.count,
      games: games.count,
      bets: bets.count,
      ledger: ledger.count,
      audit: audit.count,
      history: history.count,
      runs: history.runCount,
      voids: state.departures.count,
    },
    settlements: settlements.stored(),
    ...(settlements.isEmpty ? {} : { settledUpTo: settlements.since }),
    requests: [requests.kept, requests.day, requests.hour].map(({ first, next }) => [first, next] as const),
  };
}

/** Kinds of chunks. */
export const SECTION = {
  /** JSON of a {@link SnapshotHeader}. */
  header: 1,
  /** Table, column and page (a byte, a byte, four bytes), then the page's bytes. */
  page: 2,
  /** Lists of JSON texts, a whole list to a run of chunks. */
  names: 3,
  games: 4,
  limits: 5,
  audit: 6,
  /** JSON of the digest parts. */
  end: 7,
  draws: 8,
  voids: 9,
} as const;
