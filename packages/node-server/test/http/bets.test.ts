import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  BetDetailAnswer,
  BetsPage,
  CashOutQuoteAnswer,
  type GameAnswer,
  PlacedAnswer,
} from "../../src/contract/answers.ts";
import { conforms, expectProblem, freshKey, startMemoryNode, type TestNode } from "../support/memory-node.ts";

let node: TestNode;
let gameId: number;

beforeAll(async () => {
  node = await startMemoryNode();
  gameId = await node.openGame();
});
afterAll(() => node.close());

async function shown(id: number, outcome = "opt1"): Promise<{ odds: number; cap: number; version: number }> {
  const game = (await node.get(`/api/games/${id}`)).body as GameAnswer;
  const found = game.outcomes.find(({ key }) => key === outcome);
  return { odds: found?.odds ?? 0, cap: found?.cap ?? 0, version: game.version };
}

describe("a bet", () => {
  it("is taken at the odds that were shown, and changes those of its game", async () => {
    const { odds, version } = await shown(gameId);
    const answer = await node.post(
      "/api/bets",
      { gameId, outcome: "opt1", stake: 1_250, odds },
      { as: "ann" },
    );
    expect(answer.status, answer.text).toBe(201);
    conforms(PlacedAnswer, answer.body);
    const { bet, balance, game } = answer.body;
    expect(bet).toMatchObject({
      gameId,
      outcome: "opt1",
      stake: 1_250,
      odds,
      potentialPayout: Math.floor((1_250 * Math.round(odds * 10_000)) / 10_000),
      status: "open",
      payout: null,
      index: answer.commandIndex,
    });
    expect(balance).toBe(10_000 - 1_250);
    expect(game).toMatchObject({ id: gameId, version: version + 1 });
    expect(answer.bookIndex).toBeGreaterThanOrEqual(bet.index);
    expect((await shown(gameId)).odds).toBeLessThan(odds);
    expect((await node.get("/api/balance", { as: "ann" })).body).toMatchObject({
      balance: 8_750,
      openStake: 1_250,
    });
  });

  it("is seen by its owner alone", async () => {
    const { odds } = await shown(gameId);
    const placed = await node.post("/api/bets", { gameId, outcome: "opt1", stake: 100, odds }, { as: "bob" });
    const id = (placed.body["bet"] as { id: number }).id;
    const own = await node.get(`/api/bets/${id}`, { as: "bob" });
    conforms(BetDetailAnswer, own.body);
    expect(own.body).toMatchObject({ id, question: "Who wins?", label: "Home", gameStatus: "open" });
    expectProblem(await node.get(`/api/bets/${id}`, { as: "eve" }), 404, "bet_not_found");
    expectProblem(await node.get(`/api/bets/${id}`, { as: "admin" }), 404, "bet_not_found");
    expectProblem(await node.get("/api/bets/4000000", { as: "bob" }), 404, "bet_not_found");
    const list = await node.get("/api/bets", { as: "bob" });
    conforms(BetsPage, list.body);
    expect(list.body.items).toEqual([own.body]);
    expect((await node.get("/api/bets", { as: "eve" })).body).toEqual({ items: [], nextCursor: null });
    expect((await node.get(`/api/bets?gameId=${gameId}&status=won`, { as: "bob" })).body["items"]).toEqual(
      [],
    );
    expect(
      (await node.get(`/api/bets?gameId=${gameId}&status=open`, { as: "bob" })).body["items"],
    ).toHaveLength(1);
    for (const query of ["status=lots", "gameId=x", "gameId=0", "limit=999", "user=ann"]) {
      expectProblem(await node.get(`/api/bets?${query}`, { as: "bob" }), 400, "invalid_request");
    }
  });

  it("is placed once a key: the repeat shows it as it was accepted", async () => {
    const id = await node.openGame();
    const { odds } = await shown(id);
    const key = freshKey();
    const body = { gameId: id, outcome: "opt1", stake: 200, odds };
    const first = await node.post("/api/bets", body, { as: "cat", key });
    await node.post("/api/deposits", { amount: 1 }, { as: "cat" });
    await node.post(`/api/games/${id}/close`, {}, { as: "admin" });
    await node.post(`/api/games/${id}/settle`, { winner: "opt1" }, { as: "admin" });
    const repeat = await node.post("/api/bets", { ...body, accept: "exact" }, { as: "cat", key });
    expect(repeat.status).toBe(201);
    for (const fact of ["bet", "balance", "seq"]) expect(repeat.body[fact]).toEqual(first.body[fact]);
    expect(repeat.commandIndex).toBe(first.commandIndex);
    expect((await node.get("/api/bets", { as: "cat" })).body["items"]).toHaveLength(1);
    const other = await node.post("/api/bets", { ...body, stake: 201 }, { as: "cat", key });
    expectProblem(other, 409, "idempotency_conflict");
  });

  it("keeps its first refusal under its key", async () => {
    const key = freshKey();
    const body = { gameId, outcome: "opt1", stake: 100, odds: 1.01 };
    const first = await node.post("/api/bets", body, { as: "dan", key });
    expectProblem(first, 409, "odds_changed");
    const repeat = await node.post("/api/bets", body, { as: "dan", key });
    expectProblem(repeat, 409, "odds_changed");
    expect(repeat.commandIndex).toBe(first.commandIndex);
  });

  it("follows the policy that the bettor chose", async () => {
    const id = await node.openGame();
    const { odds } = await shown(id);
    const place = (more: object, as = "pol") =>
      node.post("/api/bets", { gameId: id, outcome: "opt1", stake: 10, ...more }, { as });
    const lower = Math.round((odds - 0.05) * 100) / 100;
    const higher = Math.round((odds + 0.05) * 100) / 100;
    expectProblem(await place({ odds: lower }), 409, "odds_changed");
    const better = await place({ odds: lower, accept: "better" });
    expect(better.body["bet"]).toMatchObject({ odds });
    expectProblem(await place({ odds: higher, accept: "better" }), 409, "odds_changed");
    expect((await place({ odds: higher, accept: "any" })).status).toBe(201);
    const refused = await place({ odds: higher, accept: "any", minOdds: higher });
    expectProblem(refused, 409, "odds_changed");
    expect(refused.body).toMatchObject({
      currentOdds: (await shown(id)).odds,
      version: (await shown(id)).version,
    });
    expectProblem(await place({ odds, accept: "better", minOdds: 1.01 }), 400, "invalid_request");
    expectProblem(await place({ odds, minOdds: 1.01 }), 400, "invalid_request");
  });
});

describe("a bet is refused", () => {
  it("in the order of the interface, with what the bettor needs to know", async () => {
    const id = await node.openGame();
    const { odds, cap } = await shown(id);
    const place = (more: object, as = "ref") =>
      node.post("/api/bets", { gameId: id, outcome: "opt1", stake: 100, odds, ...more }, { as });
    const off = 1.855;
    expectProblem(await place({ gameId: 4_000_000, outcome: "opt9", odds: off }), 404, "game_not_found");
    expectProblem(await place({ outcome: "opt9", odds: off }), 422, "unknown_outcome");
    const offTick = await place({ odds: off });
    expectProblem(offTick, 400, "invalid_odds");
    expect(offTick.commandIndex).toBeGreaterThan(0);
    expectProblem(await place({ odds: 9.99, stake: 1 }), 409, "odds_changed");
    const even = await node.openGame(["Yes", "No"]);
    const tiny = { gameId: even, outcome: "opt1", stake: 1, odds: (await shown(even)).odds };
    expectProblem(await node.post("/api/bets", tiny, { as: "ref" }), 422, "stake_too_small");
    const above = await place({ stake: cap + 1 }, "rich");
    expectProblem(above, 422, "stake_above_cap");
    expect(above.body["cap"]).toBe(cap);
    await node.post("/api/withdrawals", { amount: 9_950 }, { as: "poor" });
    const poor = await place({}, "poor");
    expectProblem(poor, 422, "insufficient_balance");
    expect(poor.body["balance"]).toBe(50);
    await node.post(`/api/games/${id}/suspend`, {}, { as: "admin" });
    const closed = await place({ odds: off });
    expectProblem(closed, 409, "betting_closed");
    expect(closed.body["gameStatus"]).toBe("suspended");
  });

  it("for limits and exclusion that the user set", async () => {
    const { odds } = await shown(gameId);
    const place = (as: string) =>
      node.post("/api/bets", { gameId, outcome: "opt1", stake: 100, odds }, { as });
    const none = { deposit: {}, stake: {}, loss: {} };
    await node.call("PUT", "/api/limits", { as: "lim", body: { ...none, stake: { day: 99 } } });
    expectProblem(await place("lim"), 403, "limit_reached");
    const body = { ...none, excludedUntil: "2027-01-01T00:00:00Z" };
    await node.call("PUT", "/api/limits", { as: "exc", body });
    expectProblem(await place("exc"), 403, "excluded");
  });

  it("without a token, without a key", async () => {
    const body = { gameId, outcome: "opt1", stake: 100, odds: 2 };
    expectProblem(await node.post("/api/bets", body), 401, "unauthenticated");
    expectProblem(await node.call("POST", "/api/bets", { as: "ann", body }), 400, "idempotency_key_required");
  });

  const good = { gameId: 1, outcome: "opt1", stake: 100, odds: 1.66 };
  it.each<[string, unknown]>([
    ["no body", undefined],
    ["an empty body", ""],
    ["no JSON", "{gameId:1}"],
    ["cut JSON", '{"gameId":1'],
    ["null", "null"],
    ["an array", [good]],
    ["a number", "1"],
    ["deep nesting", `{"gameId":${"[".repeat(20_000)}${"]".repeat(20_000)}}`],
    ["a prototype", '{"__proto__":{"gameId":1},"gameId":1,"outcome":"opt1","stake":100,"odds":1.66}'],
    ["a constructor", { ...good, constructor: 1 }],
    ["an unknown field", { ...good, actor: "admin" }],
    ["a missing field", { gameId: 1, outcome: "opt1", stake: 100 }],
    ["a text as stake", { ...good, stake: "100" }],
    ["no stake", { ...good, stake: 0 }],
    ["a negative stake", { ...good, stake: -100 }],
    ["a part of a cent", { ...good, stake: 1.5 }],
    ["more than the largest amount", { ...good, stake: 100_000_000_001 }],
    ["a huge number", '{"gameId":1,"outcome":"opt1","stake":1e400,"odds":1.66}'],
    ["a number beyond 2^53", '{"gameId":9007199254740993,"outcome":"opt1","stake":100,"odds":1.66}'],
    ["a game 0", { ...good, gameId: 0 }],
    ["a text as game", { ...good, gameId: "1" }],
    ["no text as outcome", { ...good, outcome: 1 }],
    ["an endless outcome", { ...good, outcome: "o".repeat(5_000) }],
    ["text as odds", { ...good, odds: "1.66" }],
    ["null as odds", { ...good, odds: null }],
    ["odds of 1", { ...good, odds: 1 }],
    ["negative odds", { ...good, odds: -2 }],
    ["five decimals", { ...good, odds: 1.23456 }],
    ["odds beyond 1000", { ...good, odds: 1000.01 }],
    ["endless odds", '{"gameId":1,"outcome":"opt1","stake":100,"odds":1e999}'],
    ["an unknown policy", { ...good, accept: "worse" }],
    ["a policy of null", { ...good, accept: null }],
    ["minOdds of five decimals", { ...good, accept: "any", minOdds: 1.00001 }],
  ])("before it reaches the book: %s", async (_what, body) => {
    const before = [node.digest(), node.log.status().lastIndex];
    const answer = await node.call("POST", "/api/bets", {
      as: "admin",
      key: freshKey(),
      headers: { "content-type": "application/json" },
      body,
    });
    expectProblem(answer, 400, "invalid_request");
    expect(answer.body["errors"]).toBeInstanceOf(Array);
    expect([node.digest(), node.log.status().lastIndex]).toEqual(before);
  });
});

describe("a bet that an admin voids", () => {
  const admin = { as: "admin" };

  it("is void for its owner, with its stake back, and the reason in the audit log", async () => {
    const gameId = await node.openGame();
    const placed = await node.post(
      "/api/bets",
      { gameId, outcome: "opt1", stake: 500, odds: 1.01, accept: "any" },
      { as: "vera" },
    );
    const { id } = placed.body["bet"] as { id: number };
    const voided = await node.post(`/api/admin/bets/${id}/void`, { reason: "wrong price" }, admin);
    expect(voided.status, voided.text).toBe(200);
    conforms(BetDetailAnswer, voided.body);
    expect(voided.body).toMatchObject({ id, status: "void", payout: 500 });
    expect((await node.get(`/api/bets/${id}`, { as: "vera" })).body).toMatchObject({ status: "void" });
    expect((await node.get("/api/balance", { as: "vera" })).body).toMatchObject({
      balance: 10_000,
      openStake: 0,
    });
    const audit = await node.get("/api/admin/audit?limit=1", admin);
    expect(audit.body["items"]).toMatchObject([
      { actor: "admin", action: "voidBet", gameId, userId: "vera", reason: "wrong price" },
    ]);
    expectProblem(
      await node.post("/api/admin/bets/99999/void", { reason: "x" }, admin),
      404,
      "bet_not_found",
    );
    expectProblem(await node.post(`/api/admin/bets/${id}/void`, {}, admin), 400, "invalid_request");
  });

  it("stays where others were taken on the strength of its stake, unless it is forced", async () => {
    const gameId = await node.openGame(["Home", "Away"], { pricing: { commissionBp: 0 } });
    const bet = (outcome: string, stake: number, as: string) =>
      node.post("/api/bets", { gameId, outcome, stake, odds: 1.01, accept: "any" }, { as });
    const first = await bet("opt1", 4_000, "will");
    const { cap } = (first.body["game"] as { outcomes: { cap: number }[] }).outcomes[1] ?? { cap: 0 };
    expect((await bet("opt2", Math.min(cap, 10_000), "xena")).status).toBe(201);
    const { id } = first.body["bet"] as { id: number };
    const refused = await node.post(`/api/admin/bets/${id}/void`, { reason: "wrong price" }, admin);
    expectProblem(refused, 409, "margin_exceeded");
    expect(refused.body["excess"]).toBeGreaterThan(0);
    const forced = await node.post(`/api/admin/bets/${id}/void`, { reason: "so be it", force: true }, admin);
    expect(forced.status, forced.text).toBe(200);
  });
});

describe("selling a bet", () => {
  const admin = { as: "admin" };
  const placed = async (gameId: number, as: string): Promise<{ id: number; stake: number }> => {
    const { body } = await node.post(
      "/api/bets",
      { gameId, outcome: "opt1", stake: 1_000, odds: 1.01, accept: "any" },
      { as },
    );
    return body["bet"] as { id: number; stake: number };
  };

  it("gives its price at once, the same again for the same key, and never a second time", async () => {
    const gameId = await node.openGame(["Home", "Away"], { pricing: { commissionBp: 500 } });
    const { id } = await placed(gameId, "yara");
    const path = `/api/bets/${id}/cash-out`;
    const quote = await node.get(path, { as: "yara" });
    conforms(CashOutQuoteAnswer, quote.body);
    const { price, version } = quote.body;
    expect(price).toBeGreaterThan(0);
    expect(version).toBe((await node.get(`/api/games/${gameId}`)).body["version"]);
    expectProblem(
      await node.call("POST", path, { as: "yara", body: { price } }),
      400,
      "idempotency_key_required",
    );
    const moved = await node.post(path, { price: price + 1 }, { as: "yara" });
    expectProblem(moved, 409, "price_changed");
    expect(moved.body["currentPrice"]).toBe(price);
    const key = freshKey();
    const sold = await node.post(path, { price }, { as: "yara", key });
    expect(sold.status, sold.text).toBe(200);
    conforms(PlacedAnswer, sold.body);
    expect(sold.body).toMatchObject({
      bet: { id, status: "cashedOut", payout: price },
      balance: 9_000 + price,
    });
    const again = await node.post(path, { price }, { as: "yara", key });
    expect([again.status, again.body.balance, again.body.seq]).toEqual([
      200,
      sold.body.balance,
      sold.body.seq,
    ]);
    expect(again.headers["book-command-index"]).toBe(sold.headers["book-command-index"]);
    const closed = await node.post(path, { price, accept: "any" }, { as: "yara" });
    expectProblem(closed, 409, "bet_closed");
    expect(closed.body["betStatus"]).toBe("cashedOut");
    expectProblem(await node.get(path, { as: "yara" }), 409, "bet_closed");
    const list = await node.get("/api/bets?status=cashedOut", { as: "yara" });
    conforms(BetsPage, list.body);
    expect(list.body["items"]).toHaveLength(1);
    const rows = await node.get("/api/transactions?limit=1", { as: "yara" });
    expect(rows.body["items"]).toMatchObject([{ cause: "payout", amount: price, betId: id }]);
  });

  it("is for its owner, while the game is open and has odds", async () => {
    const gameId = await node.openGame(["Home", "Away"], { pricing: { commissionBp: 500 } });
    const { id } = await placed(gameId, "zoe");
    expectProblem(await node.get(`/api/bets/${id}/cash-out`, { as: "yara" }), 404, "bet_not_found");
    expectProblem(
      await node.post(`/api/bets/${id}/cash-out`, { price: 1 }, { as: "yara" }),
      404,
      "bet_not_found",
    );
    expectProblem(await node.get("/api/bets/99999/cash-out", { as: "zoe" }), 404, "bet_not_found");
    await node.post(`/api/games/${gameId}/suspend`, {}, admin);
    expectProblem(await node.get(`/api/bets/${id}/cash-out`, { as: "zoe" }), 409, "betting_closed");
    const pool = await node.openGame(["Home", "Away"], { pricing: { strategy: "tote", commissionBp: 0 } });
    const share = await placed(pool, "zoe");
    expectProblem(await node.get(`/api/bets/${share.id}/cash-out`, { as: "zoe" }), 422, "no_cash_out");
  });
});
