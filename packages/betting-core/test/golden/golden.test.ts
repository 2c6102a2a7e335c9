// Bytes and digests that must never change: other versions have them in their logs, snapshots and heads. A change of
// a format gets a new version and a golden file of its own; these stay.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  amount,
  betId,
  type Command,
  checkBook,
  createBook,
  DEFAULT_PRICING,
  decodeCommand,
  encodeCommand,
  gameId,
  logIndex,
  minorUnits,
  odds,
  restoreBook,
  SYSTEM,
  unixMillis,
  userId,
} from "../../src/index.ts";
import { collect, paced, START } from "../fixtures.ts";

const admin = userId("admin");
const alice = userId("alice");
const onGame = { actor: admin, gameId: gameId(1) };

const LIFE: readonly Command[] = [
  {
    type: "openBook",
    actor: SYSTEM,
    openingBankroll: minorUnits(100_000_000),
    welcomeBalance: minorUnits(10_000),
    refuseUnsafePricing: false,
  },
  { type: "openAccount", actor: alice, key: "key-0001" },
  { type: "deposit", actor: alice, key: "key-0002", amount: amount(12_345_678_901) },
  { type: "withdraw", actor: alice, key: "key-0003", amount: amount(1) },
  {
    type: "createGame",
    actor: admin,
    key: "key-0001",
    question: "Żółć or Málaga? 🏇",
    category: "real",
    outcomes: ["Home", "Draw", "Away"],
    startsAt: unixMillis(START + 1_000),
    closesAt: unixMillis(START + 2_000),
    pricing: { ...DEFAULT_PRICING, prior: [5_000, 3_000, 2_000] },
  },
  {
    type: "createGame",
    actor: admin,
    question: "Red or black?",
    category: "virtual",
    outcomes: ["Red", "Black"],
    pricing: DEFAULT_PRICING,
  },
  {
    type: "placeBet",
    actor: alice,
    key: "key-0004",
    gameId: gameId(1),
    outcome: "opt2",
    stake: amount(1_250),
    odds: odds(21_600),
    accept: "any",
    minOdds: odds(20_000),
  },
  {
    type: "placeBet",
    actor: userId("bob"),
    key: "key-0004",
    gameId: gameId(1),
    outcome: "opt1",
    stake: amount(700),
    odds: odds(10_100),
    accept: "better",
  },
  {
    type: "placeBet",
    actor: userId("bob"),
    key: "key-0005",
    gameId: gameId(2),
    outcome: "opt9",
    stake: amount(700),
    odds: odds(10_100),
    accept: "exact",
  },
  { type: "suspendGame", ...onGame, reason: "a streaker" },
  { type: "resumeGame", ...onGame },
  { type: "closeGame", ...onGame },
  { type: "settleGame", ...onGame, winner: "opt1", previewHash: "0123456789abcdef" },
  { type: "settleGame", ...onGame, winner: "opt1" },
  { type: "resettleGame", ...onGame, winner: "opt2", reason: "own goal" },
  { type: "voidGame", actor: admin, gameId: gameId(2), reason: "no ball" },
  {
    type: "setLimits",
    actor: alice,
    limits: {
      deposit: { day: minorUnits(5), week: minorUnits(6) },
      stake: { month: minorUnits(0) },
      loss: {},
      excludedUntil: unixMillis(START + 5_000),
    },
  },
  { type: "setLimits", actor: alice, limits: { deposit: {}, stake: {}, loss: {} } },
  { type: "addBankroll", actor: admin, amount: amount(77), reason: "a gift" },
  { type: "expire", actor: SYSTEM },
];

/** Commands and fields that came after version 1 had its golden file, with the bytes that they have had since. */
const LATER: readonly (readonly [Command, string])[] = [
  [
    {
      type: "createGame",
      actor: admin,
      question: "Red or black?",
      category: "virtual",
      outcomes: ["Red", "Black"],
      pricing: DEFAULT_PRICING,
      draw: { commitments: ["ab".repeat(32), "cd".repeat(32)], revealBy: unixMillis(START + 9_000) },
    },
    "01040561646d696e000d526564206f7220626c61636b3f01020352656405426c61636b000000904e8827882764000240616261626162616261626162616261626162616261626162616261626162616261626162616261626162616261626162616261626162616261626162616261624063646364636463646364636463646364636463646364636463646364636463646364636463646364636463646364636463646364636463646364636463646364a89696ffbc31",
  ],
  [
    { type: "revealSeed", actor: alice, key: "key-0009", gameId: gameId(2), seed: "0f".repeat(32) },
    "010f05616c69636501086b65792d30303039024030663066306630663066306630663066306630663066306630663066306630663066306630663066306630663066306630663066306630663066306630663066",
  ],
  [
    { type: "voidBet", actor: admin, key: "key-0010", betId: betId(300), reason: "wrong price", force: true },
    "01100561646d696e01086b65792d30303130ac020b77726f6e6720707269636501",
  ],
  [{ type: "voidBet", actor: admin, betId: betId(1), reason: "x" }, "01100561646d696e0001017800"],
  [
    { type: "settleGame", ...onGame, winners: ["opt1", "opt3"], previewHash: "0123456789abcdef" },
    "01090561646d696e00010001103031323334353637383961626364656602046f707431046f707433",
  ],
  [{ type: "settleGame", ...onGame, push: true }, "01090561646d696e0001000000"],
  [{ type: "resettleGame", ...onGame, push: true, reason: "x" }, "010a0561646d696e000100017800"],
  [
    {
      type: "withdrawOutcome",
      actor: admin,
      key: "key-0011",
      gameId: gameId(7),
      outcome: "opt12",
      reason: "lame",
      force: true,
    },
    "01110561646d696e01086b65792d3030313107056f70743132046c616d6501",
  ],
  [
    { type: "cashOut", actor: alice, betId: betId(300), price: minorUnits(1_250), accept: "any" },
    "011205616c69636500ac02e20902",
  ],
  [
    { type: "resettleGame", ...onGame, winners: ["opt2", "opt1"], reason: "x" },
    "010a0561646d696e000100017802046f707432046f707431",
  ],
];

/** A life with a draw that is under way and two bets of which one was voided. */
const LATER_LIFE: readonly Command[] = [
  ...LIFE.slice(0, 1),
  ...LATER.slice(0, 1).map(([command]) => command),
  ...["key-0001", "key-0002"].map((key) => ({
    type: "placeBet" as const,
    actor: alice,
    key,
    gameId: gameId(1),
    outcome: "opt1",
    stake: amount(700),
    odds: odds(10_100),
    accept: "any" as const,
  })),
  { type: "voidBet", actor: admin, key: "key-0003", betId: betId(1), reason: "wrong price", force: true },
];

const GAME: Command = {
  type: "createGame",
  actor: admin,
  question: "Which of three?",
  category: "real",
  outcomes: ["Red", "Black", "Green"],
  pricing: DEFAULT_PRICING,
};

/**
 * What came with version 8: a suspended game with its reason, a push, a dead heat that is being written, as is the
 * withdrawal of an outcome, and a bet that was cashed out. With version 9: the owner of two bets of that dead heat was
 * credited with both, while the row of one is written.
 */
const NEWEST_LIFE: readonly Command[] = [
  ...LIFE.slice(0, 1),
  GAME,
  GAME,
  GAME,
  betOn(1, "opt1", "key-0001"),
  betOn(1, "opt3", "key-0002"),
  betOn(2, "opt2", "key-0003"),
  betOn(3, "opt1", "key-0004"),
  { type: "suspendGame", actor: admin, gameId: gameId(2), reason: "a streaker" },
  { type: "closeGame", actor: admin, gameId: gameId(3) },
  { type: "settleGame", actor: admin, gameId: gameId(3), push: true },
  { type: "closeGame", ...onGame },
  { type: "settleGame", ...onGame, winners: ["opt3", "opt1"] },
  { type: "resumeGame", actor: admin, gameId: gameId(2) },
  betOn(2, "opt1", "key-0005"),
  { type: "cashOut", actor: alice, key: "key-0006", betId: betId(3), price: minorUnits(1), accept: "better" },
  { type: "withdrawOutcome", actor: admin, gameId: gameId(2), outcome: "opt1", reason: "lame" },
  { type: "suspendGame", actor: admin, gameId: gameId(2), reason: "a streaker" },
];

function betOn(game: number, outcome: string, key: string): Command {
  const [stake, accept] = [amount(701), "any"] as const;
  return {
    type: "placeBet",
    actor: alice,
    key,
    gameId: gameId(game),
    outcome,
    stake,
    odds: odds(10_100),
    accept,
  };
}

interface Golden {
  readonly commands: readonly string[];
  readonly digest: string;
  readonly parts: Readonly<Record<string, string>>;
  readonly snapshot: readonly string[];
  readonly historyRoot: string;
  readonly later: { readonly digest: string; readonly snapshot: readonly string[] };
  readonly newest: { readonly digest: string; readonly snapshot: readonly string[] };
}

function kept(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8"));
}

const golden = kept("v9.json") as Golden;
const version8 = kept("v8.json") as Golden;
const version7 = kept("v7.json") as Omit<Golden, "newest">;

test("commands have the bytes of version 1, and those bytes are still understood", () => {
  expect(LIFE.map((command) => hex(encodeCommand(command)))).toEqual(golden.commands);
  expect(golden.commands.map((bytes) => decodeCommand(unhex(bytes)))).toEqual(LIFE);
});

test("what came later has kept its bytes as well", () => {
  for (const [command, bytes] of LATER) {
    expect(hex(encodeCommand(command))).toBe(bytes);
    expect(decodeCommand(unhex(bytes))).toEqual(command);
  }
});

test("the same life gives the digest that it has always given", () => {
  const book = lived();
  checkBook(book);
  expect(book.digestParts()).toEqual(golden.parts);
  expect(book.digest()).toBe(golden.digest);
});

test("the history of that life has the root that it has always had", () => {
  const { history } = lived();
  expect(hex(history.root())).toBe(golden.historyRoot);
});

test.each([
  ["the life", LIFE, golden],
  ["one with a draw and a voided bet", LATER_LIFE, golden.later],
  ["one with what versions 8 and 9 brought", NEWEST_LIFE, golden.newest],
])(
  "a snapshot of %s has the bytes of version 9, and those still make the same book",
  async (_, life, kept) => {
    const book = lived(life, life === NEWEST_LIFE ? 0 : undefined);
    const chunks = await collect(book.snapshot().encode());
    // Compared as one: what differs in hundreds of pages says nothing to a reader.
    expect([book.digest(), chunks.map(hex).join("\n") === kept.snapshot.join("\n")]).toEqual([
      kept.digest,
      true,
    ]);
    const restored = await restoreBook(kept.snapshot.map(unhex));
    checkBook(restored);
    expect(restored.digest()).toBe(kept.digest);
  },
);

test.each([
  ["7: the life", version7],
  ["7: one with a draw and a voided bet", version7.later],
  ["8: the life", version8],
  ["8: one with a draw and a voided bet", version8.later],
  ["8: one with a dead heat that is being written", version8.newest],
])("a snapshot of version %s makes the book that it was taken of", async (_, { digest, snapshot }) => {
  const restored = await restoreBook(snapshot.map(unhex));
  checkBook(restored);
  expect(restored.digest()).toBe(digest);
});

test("a settlement that version 8 began is gone on with, and ends as it always has", async () => {
  const restored = paced(await restoreBook(version8.newest.snapshot.map(unhex)), 0, 1);
  const now = lived(NEWEST_LIFE, 0);
  for (const book of [restored, paced(now, 0, 1)]) {
    do {
      book.apply(
        { type: "expire", actor: SYSTEM },
        { index: logIndex(book.index + 1), at: unixMillis(book.at + 10) },
      );
      checkBook(book);
    } while (book.tickDue(book.at));
  }
  expect(restored.digestParts()).toEqual(now.digestParts());
});

/** @param pace bets whose settlement an entry writes */
function lived(commands = LIFE, pace?: number): ReturnType<typeof createBook> {
  const book = pace === undefined ? createBook() : paced(createBook(), pace);
  for (const [number, command] of commands.entries()) {
    book.apply(command, { index: logIndex(number + 1), at: unixMillis(START + number * 10) });
  }
  return book;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function unhex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "hex"));
}
