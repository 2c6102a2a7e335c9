import { expect, test } from "vitest";
import type { Answer, CashedOut, CashOutQuote } from "@quorumbook/client";
import { CashOutDesk } from "../../src/stores/cash-outs.ts";

const BET = 5;

const sold: CashedOut = {
  bet: {
    id: BET,
    gameId: 1,
    outcome: "opt1",
    stake: 1000,
    odds: 2,
    potentialPayout: 2000,
    status: "cashedOut",
    payout: 950,
    placedAt: "2026-11-22T12:00:00Z",
    index: 10,
  },
  balance: 9950,
  seq: 5,
  game: { id: 1, version: 3, outcomes: [] },
};

const accepted: Answer<CashedOut> = { ok: true, value: sold, index: 12 };
const refused = (code: string, facts: Record<string, unknown> = {}) =>
  ({ ok: false, problem: { code, status: 409, detail: code, facts } }) as const;

/** A desk whose server quotes 9.50 and answers sales in turn. */
function deskOf(
  answers: (Answer<CashedOut> | Promise<Answer<CashedOut>>)[],
  quote: Answer<CashOutQuote> = { ok: true, value: { price: 950, version: 2 }, index: 11 },
) {
  const sent: { price: number; key: string }[] = [];
  const taken: [CashedOut, number][] = [];
  let keys = 0;
  const desk = new CashOutDesk({
    quote: async () => quote,
    sell: async (_bet, price, key) => {
      sent.push({ price, key });
      return answers.shift() ?? refused("unexpected_extra_attempt");
    },
    wait: async () => undefined,
    newKey: () => `key-${++keys}`,
    random: () => 0.5,
  });
  desk.onSold = (value, asOf) => taken.push([value, asOf]);
  return { desk, sent, taken, state: () => desk.states.value.get(BET) };
}

test("a bet is sold at the price that was shown", async () => {
  const { desk, sent, taken, state } = deskOf([accepted]);
  await desk.ask(BET);
  expect(state()).toEqual({ type: "offered", price: 950 });
  await desk.sell(BET);
  expect(sent).toEqual([{ price: 950, key: "key-1" }]);
  expect(taken).toEqual([[sold, 12]]);
  expect(state()).toBeUndefined();
});

test("nothing is sold before a price was shown, nor twice by two presses", async () => {
  const { promise, resolve } = Promise.withResolvers<Answer<CashedOut>>();
  const { desk, sent } = deskOf([promise]);
  await desk.sell(BET);
  expect(sent).toEqual([]);
  await desk.ask(BET);
  const first = desk.sell(BET);
  await desk.sell(BET);
  resolve(accepted);
  await first;
  expect(sent).toHaveLength(1);
});

test("a price that moved is a question; the answer is another intention, with a key of its own", async () => {
  const { desk, sent, state } = deskOf([refused("price_changed", { currentPrice: 900 }), accepted]);
  await desk.ask(BET);
  await desk.sell(BET);
  expect(state()).toEqual({ type: "moved", from: 950, to: 900 });
  await desk.sell(BET);
  expect(sent).toEqual([
    { price: 950, key: "key-1" },
    { price: 900, key: "key-2" },
  ]);
  expect(state()).toBeUndefined();
});

test("where there is no price, the refusal stays to be told", async () => {
  const { desk, state } = deskOf([], refused("no_cash_out"));
  await desk.ask(BET);
  expect(state()).toMatchObject({ type: "refused", problem: { code: "no_cash_out" } });
});

test("an outcome that is unknown is found out with the same key", async () => {
  const { desk, sent, taken } = deskOf([refused("outcome_unknown"), refused("no_leader"), accepted]);
  await desk.ask(BET);
  await desk.sell(BET);
  expect(sent.map(({ key }) => key)).toEqual(["key-1", "key-1", "key-1"]);
  expect(taken).toHaveLength(1);
});

test("a sale that could not be found out keeps its key for the next press", async () => {
  const { desk, sent, state } = deskOf([refused("outcome_unknown"), refused("unauthenticated"), accepted]);
  await desk.ask(BET);
  await desk.sell(BET);
  expect(state()).toMatchObject({ type: "offered", price: 950, key: "key-1" });
  await desk.sell(BET);
  expect(sent.map(({ key }) => key)).toEqual(["key-1", "key-1", "key-1"]);
});

test("what another user asked for changes nothing", async () => {
  const { promise, resolve } = Promise.withResolvers<Answer<CashedOut>>();
  const { desk, taken, state } = deskOf([promise]);
  await desk.ask(BET);
  const sale = desk.sell(BET);
  desk.clear();
  resolve(accepted);
  await sale;
  expect(taken).toEqual([]);
  expect(state()).toBeUndefined();
});
