// Snapshots as bytes: chunks of bounded size, however cut on their way; damage is always noticed. And books of many
// pages, which random lives are too short for.

import { describe, expect, test } from "vitest";
import {
  amount,
  type Book,
  checkBook,
  CodecError,
  createBook,
  gameId,
  logIndex,
  minorUnits,
  restoreBook,
  unixMillis,
  userId,
} from "../../src/index.ts";
import { ADMIN, ALICE, Bench, bet, collect, createGame, HOUR, START } from "../fixtures.ts";

/** Three pages of bets and ledger rows, more than one of accounts and of refusals. */
function grown(): Bench {
  const bench = new Bench(createBook({ openingBankroll: minorUnits(1_000_000_000_000) }));
  bench.game({ price: { margin: minorUnits(1_000_000) } });
  bench.game({ outcomes: ["a", "b", "c"], price: { margin: minorUnits(1_000_000) } });
  for (let number = 0; number < 9_000; number++) {
    bench.apply(
      bet({
        actor: userId(`user-${number % 5_000}`),
        key: `bet-${number}`,
        gameId: gameId(1 + (number % 2)),
        outcome: `opt${1 + (number % 3)}`,
        stake: amount(1 + (number % 50)),
      }),
    );
  }
  return bench;
}

describe("a book of many pages", () => {
  test("is whole, and the same after snapshot and restore, to the last command", async () => {
    const bench = grown();
    checkBook(bench.book);
    const chunks = await collect(bench.book.snapshot().encode());
    for (const chunk of chunks) expect(chunk.length).toBeLessThanOrEqual(65_536);
    const copy = await restoreBook(chunks);
    checkBook(copy);
    expect(copy.digestParts()).toEqual(bench.book.digestParts());
    const entry = { index: logIndex(bench.index + 1), at: unixMillis(bench.now + 1) };
    const repeat = bet({
      actor: userId("user-3"),
      key: "bet-3",
      gameId: gameId(2),
      outcome: "opt1",
      stake: amount(4),
    });
    const again = copy.apply(repeat, entry);
    expect(again).toEqual(bench.book.apply(repeat, entry));
    expect(again.replayed).toBe(true);
    for (const book of [bench.book, copy]) finish(book);
    expect(copy.digest()).toBe(bench.book.digest());
    checkBook(copy);
  });

  test("a snapshot keeps its pages while all of them are written to", async () => {
    const bench = grown();
    const snapshot = bench.book.snapshot();
    const digest = bench.book.digest();
    finish(bench.book);
    expect(bench.book.digest()).not.toBe(digest);
    const copy = await restoreBook(snapshot.encode());
    expect(copy.digest()).toBe(digest);
    expect(snapshot.digest).toBe(digest);
  });

  test("forgets thousands of refusals once their hour is over, page by page, and keeps the bets'", async () => {
    const bench = grown();
    const { requests } = bench.book.digestParts();
    expect(bench.book.totals().bets).toBeLessThan(9_000);
    for (let number = 0; number < 9_000; number++) {
      bench.apply({ type: "withdraw", actor: ALICE, key: `over-${number}`, amount: amount(100_000_000_000) });
    }
    bench.pass(HOUR);
    const dropped = bench.accept<"expire">({ type: "expire", actor: ADMIN }).droppedRequests;
    expect(dropped).toBe(9_000 + 9_000 - bench.book.totals().bets);
    checkBook(bench.book);
    expect(bench.book.digestParts().requests).not.toBe(requests);
    const again = { type: "withdraw", actor: ALICE, key: "over-1", amount: amount(100_000_000_000) } as const;
    expect(bench.apply(again).replayed).toBe(false);
    expect(bench.apply(again).replayed).toBe(true);
    const copy = await restoreBook(bench.book.snapshot().encode());
    checkBook(copy);
    expect(copy.digest()).toBe(bench.book.digest());
  });
});

test("a restored book still closes its games when their time comes", async () => {
  const { book } = small();
  const copy = await restoreBook(book.snapshot().encode());
  const at = unixMillis(START + HOUR);
  expect(copy.tickDue(unixMillis(at - 1))).toBe(false);
  expect(copy.tickDue(at)).toBe(true);
  copy.apply({ type: "expire", actor: ADMIN }, { index: logIndex(copy.index + 1), at });
  expect(copy.game(gameId(1))?.status).toBe("closed");
});

describe("bytes of a snapshot", () => {
  test("may come cut in any way", async () => {
    const { book } = small();
    const bytes = joined(await collect(book.snapshot().encode()));
    for (const size of [1, 7, 4_000, bytes.length]) {
      const cut = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
        bytes.subarray(at * size, (at + 1) * size),
      );
      expect((await restoreBook(cut)).digest()).toBe(book.digest());
    }
  });

  test("no flipped bit goes unnoticed", async () => {
    const bytes = joined(await collect(small().book.snapshot().encode()));
    for (let at = 0; at < bytes.length; at += 13) {
      const flipped = bytes.with(at, (bytes[at] as number) ^ (1 << (at % 8)));
      await expect(restoreBook([flipped])).rejects.toBeInstanceOf(CodecError);
    }
  });

  test("no missing, doubled or swapped chunk goes unnoticed, nor a cut end", async () => {
    const chunks = await collect(small().book.snapshot().encode());
    const without = (left: number): Uint8Array[] => chunks.filter((_, at) => at !== left);
    for (let at = 0; at < chunks.length; at++) {
      await expect(restoreBook(without(at))).rejects.toBeInstanceOf(CodecError);
    }
    const [first, second, ...rest] = chunks as [Uint8Array, Uint8Array, ...Uint8Array[]];
    await expect(restoreBook([second, first, ...rest])).rejects.toBeInstanceOf(CodecError);
    await expect(restoreBook([first, first, second, ...rest])).rejects.toBeInstanceOf(CodecError);
    await expect(restoreBook([])).rejects.toBeInstanceOf(CodecError);
    const last = chunks.at(-1) as Uint8Array;
    await expect(restoreBook([...chunks.slice(0, -1), last.subarray(0, -1)])).rejects.toBeInstanceOf(
      CodecError,
    );
  });

  test("the longest texts are taken, in as many chunks as they need", async () => {
    const bench = new Bench();
    const longest = "\u0001".repeat(400);
    const game = { ...createGame(), question: longest, outcomes: Array.from({ length: 32 }, () => longest) };
    for (let number = 0; number < 3; number++) bench.accept(game);
    const copy = await restoreBook(bench.book.snapshot().encode());
    expect(copy.games().items).toEqual(bench.book.games().items);
  });
});

function small(): Bench {
  const bench = new Bench();
  bench.game({ closesAt: unixMillis(START + HOUR) });
  bench.accept(bet({ key: "bet-0001" }));
  bench.refuse(bet({ key: "bet-0002", gameId: gameId(7) }), "game_not_found");
  bench.accept({
    type: "setLimits",
    actor: ALICE,
    limits: { deposit: { day: minorUnits(5) }, stake: {}, loss: {} },
  });
  return bench;
}

function finish(book: Book): void {
  const next = (): { index: ReturnType<typeof logIndex>; at: ReturnType<typeof unixMillis> } => ({
    index: logIndex(book.index + 1),
    at: book.at,
  });
  for (const id of [gameId(1), gameId(2)]) {
    book.apply({ type: "closeGame", actor: ADMIN, gameId: id }, next());
    book.apply({ type: "settleGame", actor: ADMIN, gameId: id, winner: "opt2" }, next());
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
