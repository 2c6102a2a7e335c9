// The Merkle tree over the history (RFC 6962 §2.1): hashed as far as somebody asks, by slices if need be, from the
// rows of the book. So placing a bet costs nothing for it, and what waits to be hashed takes no memory.

import { invariant } from "../errors.ts";
import { hashBytes, HASH_WORDS, hashPair, type HashWords, sha256, wordsOf } from "../hash/sha256.ts";
import { betViewAsPlaced } from "../queries/bet-view.ts";
import type { BookState } from "../state/book-state.ts";
import { NODE_PREFIX, RUN_LEAVES } from "../state/history-table.ts";
import { encodeBetLeaf } from "./leaf.ts";

/** First byte of what is hashed for a leaf. */
const LEAF_PREFIX = 0;

/** Leaves so far: commands that changed the book. */
export function historySize({ bets, history }: BookState): number {
  return bets.count + history.count;
}

/** Hashes up to so many more leaves. @returns how many still wait */
export function hashHistory(state: BookState, leavesMax: number): number {
  const { history } = state;
  const size = historySize(state);
  const end = Math.min(size, history.hashed + leavesMax);
  for (let place = history.hashed; place < end; place++) history.addHashed(leafHash(state, place));
  return size - end;
}

/** MTH(D[0:size]); of no leaves at all, the hash of nothing. */
export function historyRoot(state: BookState, size: number): HashWords {
  invariant(size <= historySize(state), () => `the history has fewer than ${size} leaves`);
  return size === 0 ? wordsOf(sha256(new Uint8Array(0))) : subtree(state, 0, size);
}

/** PATH(m, D[0:size]): what a leaf's hash must be combined with, from the leaf up, to give the root. */
export function inclusionPath(state: BookState, place: number, size: number): HashWords[] {
  const path: HashWords[] = [];
  let start = 0;
  let count = size;
  while (count > 1) {
    const left = splitOf(count);
    if (place < start + left) {
      path.push(subtree(state, start + left, count - left));
      count = left;
    } else {
      path.push(subtree(state, start, left));
      start += left;
      count -= left;
    }
  }
  return path.reverse();
}

/** PROOF(from, D[0:size]), §2.1.2: that the tree of `from` leaves is the beginning of the tree of `size`. */
export function consistencyPath(state: BookState, from: number, size: number): HashWords[] {
  const path: HashWords[] = [];
  let start = 0;
  let count = size;
  let old = from;
  // Whether the old tree is still one whole subtree here, whose root the verifier has.
  let known = true;
  while (old !== count) {
    const left = splitOf(count);
    if (old <= left) {
      path.push(subtree(state, start + left, count - left));
      count = left;
    } else {
      path.push(subtree(state, start, left));
      start += left;
      count -= left;
      old -= left;
      known = false;
    }
  }
  if (!known) path.push(subtree(state, start, count));
  return path.reverse();
}

/** Bytes of a bet's leaf. */
export function betLeaf(state: BookState, bet: number): Uint8Array {
  const { id, userId, gameId, outcome, stake, odds, potentialPayout, placedAt, index } = betViewAsPlaced(
    state,
    bet,
  );
  const agreed = {
    betId: id,
    userId,
    gameId,
    outcome,
    stake,
    odds,
    payout: potentialPayout,
    placedAt,
    index,
  };
  return encodeBetLeaf(agreed, state.bets.outcome.get(bet));
}

export function placeOfBet({ history }: BookState, bet: number): number {
  return bet - 1 + history.rowsBeforeBet(bet);
}

export function leafHashOf(leaf: Uint8Array): HashWords {
  const hash = new Int32Array(HASH_WORDS);
  hashBytes(leaf, hash, LEAF_PREFIX);
  return hash;
}

/** Root of a whole run, from its leaves. */
export function recomputedRun(state: BookState, run: number): HashWords {
  return subtree(state, (run - 1) * RUN_LEAVES, RUN_LEAVES, false);
}

function subtree(state: BookState, start: number, count: number, mayUseKept = true): HashWords {
  if (count === 1) return state.history.tailHash(start) ?? leafHash(state, start);
  const left = splitOf(count);
  if (mayUseKept && left * 2 === count && count >= RUN_LEAVES) {
    const kept = state.history.keptRoot(start, count);
    if (kept !== undefined) return kept;
  }
  const root = new Int32Array(HASH_WORDS);
  hashPair(NODE_PREFIX, subtree(state, start, left), subtree(state, start + left, count - left), root);
  return root;
}

/** The largest power of two below the count. */
function splitOf(count: number): number {
  let left = 1;
  while (left * 2 < count) left *= 2;
  return left;
}

function leafHash(state: BookState, place: number): HashWords {
  const { history } = state;
  const rows = history.rowsBefore(place);
  const next = rows + 1;
  if (next <= history.count && history.placeOf(next) === place) return history.hash.get(next);
  return leafHashOf(betLeaf(state, place - rows + 1));
}
