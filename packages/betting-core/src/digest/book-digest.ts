// The digest of a whole book: the parts' sums, and one hash over them.

import type { DigestParts } from "../book.ts";
import type { BookState } from "../state/book-state.ts";
import { TAG } from "../state/tags.ts";
import type { DigestSum } from "./digest-sum.ts";

export function partsOf(state: BookState): Readonly<Record<keyof DigestParts, DigestSum>> {
  return {
    accounts: state.accounts.digest,
    games: state.games.digest,
    bets: state.bets.digest,
    ledger: state.ledger.digest,
    counters: state.countersDigest(),
    requests: state.requests.digest,
    audit: state.audit.digest,
    history: state.history.digest,
    draws: state.draws.digest,
    voids: state.departures.digest,
  };
}

/** The same from nothing but the rows. O(rows): for restoring and for checks. */
export function recomputedParts(state: BookState): Readonly<Record<keyof DigestParts, DigestSum>> {
  return {
    accounts: state.accounts.recomputeDigest(),
    games: state.games.recomputeDigest(),
    bets: state.bets.recomputeDigest(),
    ledger: state.ledger.recomputeDigest(),
    counters: state.countersDigest(),
    requests: state.requests.recomputeDigest(),
    audit: state.audit.recomputeDigest(),
    history: state.history.recomputeDigest(),
    draws: state.draws.recomputeDigest(state.games.count),
    voids: state.departures.recomputeDigest(),
  };
}

/** Gives a restored state the digests of its rows. */
export function restoreDigests(state: BookState): DigestParts {
  const recomputed = recomputedParts(state);
  const current = partsOf(state);
  for (const part of Object.keys(current) as (keyof DigestParts)[]) current[part].become(recomputed[part]);
  return hexOf(recomputed);
}

export function partsHex(state: BookState): DigestParts {
  return hexOf(partsOf(state));
}

export function wholeHex(state: BookState): string {
  const parts = partsOf(state);
  const hasher = state.hasher.start(TAG.whole);
  for (const { low, high } of Object.values(parts)) hasher.word(low).word(high);
  return hasher.finish().hex();
}

export function hexOf(parts: Readonly<Record<keyof DigestParts, DigestSum>>): DigestParts {
  const { accounts, games, bets, ledger, counters, requests, audit, history, draws, voids } = parts;
  return {
    accounts: accounts.hex(),
    games: games.hex(),
    bets: bets.hex(),
    ledger: ledger.hex(),
    counters: counters.hex(),
    requests: requests.hex(),
    audit: audit.hex(),
    history: history.hex(),
    draws: draws.hex(),
    voids: voids.hex(),
  };
}
