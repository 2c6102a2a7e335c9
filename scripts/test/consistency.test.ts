// The checker of histories: takes a true one, and rejects each that is forged in one place.
import { describe, expect, it } from "vitest";
import { checkHistory } from "../consistency/check-history.ts";
import type { History, Operation, Quote, Read, Row, Segment, Write } from "../consistency/history.ts";

/** Ann deposits 500 at 5, stakes 100 at 7, and is refused 9000 at 8; Bob deposits 300 at 6. */
const deposit: Write = {
  type: "write",
  client: "ann",
  node: "node1",
  invokedAt: 10,
  returnedAt: 20,
  key: "k1",
  move: "deposit",
  amount: 500,
  outcome: { type: "accepted", index: 5, commandIndex: 5, balance: 10_500, seq: 2 },
};
const bobs: Write = {
  ...deposit,
  client: "bob",
  node: "node2",
  invokedAt: 21,
  returnedAt: 30,
  key: "k2",
  amount: 300,
  outcome: { type: "accepted", index: 6, commandIndex: 6, balance: 10_300, seq: 2 },
};
const stake: Write = {
  ...deposit,
  node: "node3",
  invokedAt: 31,
  returnedAt: 40,
  key: "k3",
  move: "stake",
  amount: 100,
  gameId: 1,
  outcome: { type: "accepted", index: 7, commandIndex: 7, balance: 10_400, seq: 3 },
};
const refused: Write = {
  ...deposit,
  node: "node2",
  invokedAt: 41,
  returnedAt: 50,
  key: "k4",
  move: "withdrawal",
  amount: 99_000,
  outcome: { type: "refused", code: "insufficient_balance", commandIndex: 8 },
};
const nothing: Write = {
  ...deposit,
  invokedAt: 51,
  returnedAt: 52,
  key: "k5",
  amount: 501,
  outcome: { type: "nothing", code: "no_leader" },
};
const open: Write = {
  ...deposit,
  invokedAt: 53,
  returnedAt: 60,
  key: "k6",
  amount: 502,
  outcome: { type: "open", code: "outcome_unknown" },
};
const repeat: Write = {
  ...deposit,
  node: "node3",
  invokedAt: 61,
  returnedAt: 62,
  outcome: { type: "accepted", index: 8, commandIndex: 5, balance: 10_500, seq: 2 },
};
const read: Read = {
  type: "read",
  client: "ann",
  node: "node2",
  invokedAt: 63,
  returnedAt: 64,
  minIndex: 7,
  linearizable: true,
  index: 8,
  saw: { type: "balance", balance: 10_400, seq: 3 },
};
const game: Read = {
  ...read,
  invokedAt: 65,
  returnedAt: 66,
  linearizable: false,
  saw: { type: "game", gameId: 1, totalStaked: 100, text: '{"version":2}' },
};

const welcome: Row = { seq: 1, index: 3, cause: "welcome", amount: 10_000, balance: 10_000 };
const annsRows: readonly Row[] = [
  welcome,
  { seq: 2, index: 5, cause: "deposit", amount: 500, balance: 10_500 },
  { seq: 3, index: 7, cause: "stake", amount: -100, balance: 10_400, gameId: 1 },
];
const bobsRows: readonly Row[] = [
  { ...welcome, index: 4 },
  { seq: 2, index: 6, cause: "deposit", amount: 300, balance: 10_300 },
];
const said = (index: number, text: string) => ({ index, text: `${text} ${index}` });
const whole: Segment = {
  node: "node1",
  stream: "ann",
  from: 3,
  through: 8,
  messages: [said(5, "balanceChanged"), said(7, "betConfirmed"), said(7, "balanceChanged")],
};
const resumed: Segment = { ...whole, node: "node2", from: 5, messages: whole.messages.slice(1) };
const quote: Quote = { node: "node1", gameId: 1, version: 2, text: "odds 1.5" };

const truth: History = {
  operations: [deposit, bobs, stake, refused, nothing, open, repeat, read, game],
  ledgers: new Map([
    ["ann", everywhere(annsRows)],
    ["bob", everywhere(bobsRows)],
  ]),
  segments: [whole, resumed],
  quotes: [quote, { ...quote, node: "node3" }],
};

function everywhere(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  return new Map(["node1", "node2", "node3"].map((node) => [node, rows]));
}

/** The true history with one operation in another's place, or one more. */
function withOperation(forged: Operation, instead?: Operation): History {
  const rest = truth.operations.filter((one) => one !== instead);
  return { ...truth, operations: [...rest, forged] };
}

function withAnnsRows(rows: readonly Row[]): History {
  return { ...truth, ledgers: new Map([...truth.ledgers, ["ann", everywhere(rows)]]) };
}

function withSegment(forged: Segment): History {
  return { ...truth, segments: [whole, forged] };
}

it("a true history is taken", () => {
  expect(checkHistory(truth)).toEqual([]);
});

it("what was left open may have happened, once", () => {
  const later = { seq: 4, index: 9, cause: "deposit", amount: 502, balance: 10_902 };
  expect(checkHistory(withAnnsRows([...annsRows, later]))).toEqual([]);
  const twice = { ...later, seq: 5, index: 10, balance: 11_404 };
  expect(checkHistory(withAnnsRows([...annsRows, later, twice]))).toEqual([
    "ann's deposit 502 is there 2 times",
  ]);
});

describe("a forged history is rejected:", () => {
  const accepted = stake.outcome as Extract<Write["outcome"], { type: "accepted" }>;
  const cases: readonly (readonly [what: string, history: History, fault: RegExp])[] = [
    [
      "a write decided before what was told when it began",
      withOperation({ ...bobs, outcome: { ...bobs.outcome, commandIndex: 4 } as never }, bobs),
      /k2 was decided at 4, though begun after 5 was told/,
    ],
    [
      "a refusal decided before what was told when it began",
      withOperation(
        { ...refused, outcome: { type: "refused", code: "insufficient_balance", commandIndex: 6 } },
        refused,
      ),
      /k4 was decided at 6/,
    ],
    [
      "a linearizable read of the past",
      withOperation(
        { ...read, index: 5, minIndex: 0, saw: { type: "balance", balance: 10_500, seq: 2 } },
        read,
      ),
      /a linearizable read at node2 is of 5, after 8 was told/,
    ],
    [
      "a read that shows less than was asked for",
      withOperation({ ...game, index: 6, saw: { ...game.saw, totalStaked: 0 } as never }, game),
      /asked node2 for 7 and was shown 6/,
    ],
    [
      "a read that lacks an own write at its index",
      withOperation({ ...read, saw: { type: "balance", balance: 10_500, seq: 2 } }, read),
      /was shown 10500 \(seq 2\) of 8/,
    ],
    [
      "a read of a mixture of two indexes",
      withOperation({ ...game, saw: { ...game.saw, totalStaked: 0 } as never }, game),
      /has 0 staked at node2, the ledgers 100/,
    ],
    [
      "a game that differs between nodes at one index",
      withOperation({ ...game, node: "node3", saw: { ...game.saw, text: '{"version":3}' } as never }),
      /is one thing at node2 and another at node3/,
    ],
    [
      "a repeat with another answer",
      withOperation(
        { ...repeat, outcome: { ...accepted, commandIndex: 5, balance: 10_501, seq: 2 } },
        repeat,
      ),
      /ann k1 was answered/,
    ],
    [
      "a repeat that was decided anew",
      withOperation({ ...repeat, outcome: { ...accepted, commandIndex: 9, index: 9 } }, repeat),
      /ann k1 was answered/,
    ],
    [
      "two keys decided by one entry",
      withOperation({ ...bobs, outcome: { ...bobs.outcome, commandIndex: 7, index: 7 } as never }, bobs),
      /were both decided at 7/,
    ],
    [
      "an answer from before its own decision",
      withOperation({ ...stake, outcome: { ...accepted, index: 6 } }, stake),
      /k3 was answered at 6, before 7/,
    ],
    [
      "an acknowledged write that is lost",
      withAnnsRows(annsRows.slice(0, 2)),
      /acknowledged at 7 and is lost/,
    ],
    [
      "an acknowledged write at another place",
      withAnnsRows([welcome, annsRows[1]!, { ...annsRows[2]!, index: 6 }]),
      /stake 100 was told as/,
    ],
    [
      "a write done twice",
      withAnnsRows([...annsRows, { ...annsRows[1]!, seq: 4, index: 8, balance: 10_900 }]),
      /deposit 500 is there 2 times/,
    ],
    [
      "a write that nobody asked for",
      withAnnsRows([...annsRows, { seq: 4, index: 8, cause: "withdrawal", amount: -1, balance: 10_399 }]),
      /withdrawal 1 is there, and nobody asked for it/,
    ],
    [
      "a safe refusal that took effect after all",
      withAnnsRows([...annsRows, { seq: 4, index: 9, cause: "deposit", amount: 501, balance: 10_901 }]),
      /deposit 501 was refused \(no_leader\) and took effect at 9/,
    ],
    [
      "a refusal of the book that took effect after an open attempt",
      {
        ...withAnnsRows([...annsRows, { seq: 4, index: 9, cause: "deposit", amount: 502, balance: 10_902 }]),
        operations: [
          ...truth.operations,
          { ...open, outcome: { type: "refused", code: "excluded", commandIndex: 10 } },
        ],
      },
      /was refused by the book and took effect at 9/,
    ],
    [
      "a ledger that does not sum",
      withAnnsRows([{ ...welcome, balance: 10_001 }, ...annsRows.slice(1)]),
      /row 1 has a balance of 10001/,
    ],
    [
      "nodes whose ledgers differ",
      {
        ...truth,
        ledgers: new Map([...truth.ledgers, ["ann", new Map([...everywhere(annsRows), ["node2", []]])]]),
      },
      /ledgers differ between nodes/,
    ],
    [
      "a stream with a gap",
      withSegment({ ...resumed, from: 3, messages: whole.messages.slice(1) }),
      /at 5 it was told 0 of 1/,
    ],
    [
      "a stream with a message less in one index",
      withSegment({ ...whole, node: "node2", messages: whole.messages.slice(0, 2) }),
      /at 7 it was told 1 of 2/,
    ],
    [
      "a stream with a repeat",
      withSegment({ ...resumed, messages: [...resumed.messages, resumed.messages[1]!] }),
      /at 7 it was told/,
    ],
    [
      "a stream that begins before its resume point",
      withSegment({ ...resumed, messages: whole.messages }),
      /begins with 5/,
    ],
    [
      "a stream out of order",
      withSegment({ ...whole, node: "node2", messages: whole.messages.toReversed() }),
      /5 comes after 7/,
    ],
    [
      "a stream that tells something else",
      withSegment({ ...whole, node: "node2", messages: [said(5, "betSettled"), ...whole.messages.slice(1)] }),
      /at 5 it was told 1 of 1/,
    ],
    [
      "two price lists of one version",
      { ...truth, quotes: [quote, { ...quote, node: "node3", text: "odds 1.6" }] },
      /game 1, version 2: node3 tells other odds than node1/,
    ],
  ];

  it.each(cases)("%s", (_what, history, fault) => {
    expect(checkHistory(history).join("\n")).toMatch(fault);
  });
});

it("a connection cut in the middle of an index is no fault", () => {
  const cut = { ...whole, node: "node2", through: 6, messages: whole.messages.slice(0, 2) };
  expect(checkHistory(withSegment(cut))).toEqual([]);
});
