// The history against RFC 6962 word for word, over random lives: what changes the book is a leaf, nothing else is, and
// neither the slices in which it is hashed nor a snapshot in between can be told from its roots and proofs.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Book, betId, checkBook, restoreBook, verifyConsistency } from "../../src/index.ts";
import { encodeBetLeaf, encodeCommandLeaf } from "../../src/history/leaf.ts";
import { leafHashOf } from "../../src/history/tree.ts";
import { leafIsAt } from "../../src/history/verify-path.ts";
import { stateOf } from "../../src/state/state-of.ts";
import { auditPath, consistencyProof, treeHash } from "../naive-tree.ts";
import { Bench, bet } from "../fixtures.ts";
import { newBook, run, script } from "../scripts.ts";
import { budget, PATIENCE_MS } from "../support/budget.ts";

interface Lived {
  readonly book: Book;
  readonly leaves: Uint8Array[];
  /** Place of each bet's leaf, by id from 1. */
  readonly places: number[];
}

function live(life: Parameters<typeof run>[0], book: Book = newBook()): Lived {
  const leaves: Uint8Array[] = [];
  const places: number[] = [];
  run(
    life,
    {
      after: (_, { command, entry }, { outcome, replayed }) => {
        if (outcome.status === "rejected" || replayed) return;
        if ("changed" in outcome && !outcome.changed) return;
        if (outcome.type === "placeBet") {
          places.push(leaves.length);
          const { id, potentialPayout, ...agreed } = outcome.bet;
          const position = Number(outcome.bet.outcome.slice(3)) - 1;
          leaves.push(encodeBetLeaf({ ...agreed, betId: id, payout: potentialPayout }, position));
        } else {
          leaves.push(encodeCommandLeaf(command, entry.index, book.at, stateOf.get(book)?.reference ?? -1));
        }
      },
    },
    book,
  );
  return { book, leaves, places };
}

test("each command that changes the book is a leaf, in order, and roots and proofs are those of RFC 6962", {
  timeout: PATIENCE_MS,
}, () => {
  fc.assert(
    fc.property(script, fc.nat(), fc.nat(), (life, one, other) => {
      const { book, leaves, places } = live(life);
      const { history } = book;
      expect(history.size).toBe(leaves.length);
      expect(history.root()).toEqual(treeHash(leaves));
      if (leaves.length === 0) return;
      const to = 1 + (one % leaves.length);
      const from = 1 + (other % to);
      const root = treeHash(leaves.slice(0, to));
      expect(history.root(to)).toEqual(root);
      const path = history.proveConsistency(from, to);
      expect(path).toEqual(consistencyProof(from, leaves.slice(0, to)));
      expect(verifyConsistency({ size: from, root: history.root(from) }, { size: to, root }, path)).toBe(
        true,
      );
      for (const [at, place] of places.entries()) {
        const proof = history.proveBet(betId(at + 1), to);
        if (place >= to) {
          expect(proof).toBeUndefined();
          continue;
        }
        const leaf = leaves[place] as Uint8Array;
        expect(proof).toEqual({ leaf, leafIndex: place, path: auditPath(place, leaves.slice(0, to)) });
        expect(leafIsAt(leafHashOf(leaf), place, { size: to, root }, proof?.path ?? [])).toBe(true);
      }
    }),
    { numRuns: budget(60, 10_000) },
  );
});

test("it does not matter in which slices the history is hashed, nor where snapshots are taken", {
  timeout: PATIENCE_MS,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat({ max: 300 }), { maxLength: 6 }),
      fc.nat({ max: 1_500 }),
      async (slices, bets) => {
        const bench = new Bench();
        bench.accept<"deposit">({ type: "deposit", actor: bet().actor, amount: bet({}).stake });
        const id = bench.game({ price: { virtualStake: 100_000_000 as never, margin: 10_000_000 as never } });
        let { book } = bench;
        const whole = bench.book;
        for (let number = 0; number < bets; number++) {
          bench.accept<"placeBet">(
            bet({ gameId: id, outcome: `opt${1 + (number % 2)}`, stake: (1 + (number % 3) + 7) as never }),
          );
          if (number % 97 === 0)
            bench.accept<"deposit">({ type: "deposit", actor: bet().actor, amount: 5_000 as never });
          if (number % 251 === 0) book = await restoreBook(whole.snapshot().encode());
          if (number % 131 === 0) whole.history.hash(slices[number % (slices.length || 1)] ?? 0);
        }
        const copy = await restoreBook(whole.snapshot().encode());
        checkBook(copy);
        checkBook(whole);
        expect(copy.history.root()).toEqual(whole.history.root());
        if (book !== whole) expect(book.history.root()).toEqual(whole.history.root(book.history.size));
        for (const number of [1, Math.ceil(bets / 2), bets]) {
          if (number < 1 || number > bets) continue;
          expect(copy.history.proveBet(betId(number))).toEqual(whole.history.proveBet(betId(number)));
        }
      },
    ),
    { numRuns: budget(8, 10_000) },
  );
});
