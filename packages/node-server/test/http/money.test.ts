import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  AuditPage,
  BalanceAnswer,
  BookAnswer,
  BookedAnswer,
  LimitsAnswer,
  StatementPage,
  TransactionsPage,
} from "../../src/contract/answers.ts";
import { conforms, expectProblem, freshKey, startMemoryNode, type TestNode } from "../support/memory-node.ts";

let node: TestNode;

beforeAll(async () => {
  node = await startMemoryNode();
});
afterAll(() => node.close());

const admin = { as: "admin" };

describe("an account", () => {
  it("is opened by the first request of its user, with the welcome balance", async () => {
    const answer = await node.get("/api/balance", { as: "newcomer" });
    expect(answer.status).toBe(200);
    conforms(BalanceAnswer, answer.body);
    expect(answer.body).toMatchObject({ userId: "newcomer", balance: 10_000, openStake: 0 });
    const again = await node.get("/api/balance", { as: "newcomer" });
    expect(again.body).toEqual(answer.body);
  });

  it("is opened once, however many requests come at the same time", async () => {
    const before = node.log.status().lastIndex;
    await Promise.all(Array.from({ length: 20 }, () => node.get("/api/bets", { as: "crowd" })));
    expect(node.log.status().lastIndex).toBe(before + 1);
  });

  it("leaves the request undone, for sure, where it could not be opened for sure", async () => {
    for (const applied of [false, true]) {
      node.log.failNext({ code: "outcome_unknown", applied });
      const answer = await node.post("/api/deposits", { amount: 1 }, { as: `unlucky ${applied}` });
      expectProblem(answer, 503, "no_leader");
      expect((await node.get("/api/balance", { as: `unlucky ${applied}` })).body["balance"]).toBe(10_000);
    }
  });

  it("is not opened by a request that is refused before the book", async () => {
    const before = node.digest();
    expectProblem(await node.post("/api/deposits", { amount: 0 }, { as: "clumsy" }), 400, "invalid_request");
    expectProblem(await node.get("/api/admin/book", { as: "clumsy" }), 403, "forbidden");
    expectProblem(await node.get("/api/bets/x", { as: "clumsy" }), 404, "not_found");
    expect(node.digest()).toBe(before);
  });

  it("is not to be had without a token", async () => {
    for (const url of ["/api/balance", "/api/bets", "/api/bets/1", "/api/transactions", "/api/limits"]) {
      const answer = await node.get(url);
      expectProblem(answer, 401, "unauthenticated");
      expect(answer.headers["www-authenticate"]).toContain("Bearer");
      for (const authorization of [
        "Bearer",
        "Bearer x.y.z",
        "Basic YTpi",
        `Token ${await node.token("ann")}`,
      ]) {
        expectProblem(await node.get(url, { headers: { authorization } }), 401, "unauthenticated");
      }
    }
  });
});

describe("deposits and withdrawals", () => {
  it("move the balance and tell which entry did", async () => {
    const deposit = await node.post("/api/deposits", { amount: 2_500 }, { as: "saver" });
    expect(deposit.status, deposit.text).toBe(201);
    conforms(BookedAnswer, deposit.body);
    expect(deposit.body).toMatchObject({ balance: 12_500, index: deposit.commandIndex });
    const withdrawal = await node.post("/api/withdrawals", { amount: 12_000 }, { as: "saver" });
    expect(withdrawal.status).toBe(201);
    expect(withdrawal.body).toMatchObject({ balance: 500 });
    expect(withdrawal.body["seq"]).toBeGreaterThan(deposit.body.seq);
    const poor = await node.post("/api/withdrawals", { amount: 501 }, { as: "saver" });
    expectProblem(poor, 422, "insufficient_balance");
    expect(poor.body["balance"]).toBe(500);
    expect(poor.commandIndex).toBeGreaterThan(0);
    expect(poor.bookIndex).toBeGreaterThanOrEqual(poor.commandIndex ?? Number.NaN);
  });

  it("happen once a key: a repeat gives the first answer again", async () => {
    const key = freshKey();
    const first = await node.post("/api/deposits", { amount: 100 }, { as: "twice", key });
    await node.post("/api/deposits", { amount: 7 }, { as: "twice" });
    const repeat = await node.post("/api/deposits", { amount: 100 }, { as: "twice", key });
    expect(repeat.status).toBe(201);
    expect(repeat.body).toEqual(first.body);
    expect(repeat.commandIndex).toBe(first.commandIndex);
    expect((await node.get("/api/balance", { as: "twice" })).body["balance"]).toBe(10_107);
    expectProblem(
      await node.post("/api/deposits", { amount: 101 }, { as: "twice", key }),
      409,
      "idempotency_conflict",
    );
    expectProblem(
      await node.post("/api/withdrawals", { amount: 100 }, { as: "twice", key }),
      409,
      "idempotency_conflict",
    );
    expect((await node.post("/api/deposits", { amount: 100 }, { as: "other", key })).status).toBe(201);
  });

  it("need a key of the right form", async () => {
    const before = node.digest();
    for (const url of ["/api/deposits", "/api/withdrawals"]) {
      const call = { as: "admin", body: { amount: 1 } };
      expectProblem(await node.call("POST", url, call), 400, "idempotency_key_required");
      for (const key of ["short", "x".repeat(65), "with space", "slash/slash", 'quote"""""']) {
        expectProblem(await node.call("POST", url, { ...call, key }), 400, "invalid_request");
      }
    }
    expect(node.digest()).toBe(before);
  });

  it("stand in the ledger, newest first", async () => {
    await node.post("/api/deposits", { amount: 5 }, { as: "clerk" });
    await node.post("/api/withdrawals", { amount: 3 }, { as: "clerk" });
    const page = await node.get("/api/transactions", { as: "clerk" });
    conforms(TransactionsPage, page.body);
    expect(page.body.items.map(({ cause, amount, balance }) => [cause, amount, balance])).toEqual([
      ["withdrawal", -3, 10_002],
      ["deposit", 5, 10_005],
      ["welcome", 10_000, 10_000],
    ]);
    const first = await node.get("/api/transactions?limit=1", { as: "clerk" });
    conforms(TransactionsPage, first.body);
    const next = await node.get(`/api/transactions?limit=1&cursor=${first.body.nextCursor}`, {
      as: "clerk",
    });
    expect(next.body["items"]).toEqual([page.body.items[1]]);
  });
});

describe("limits", () => {
  const none = { deposit: {}, stake: {}, loss: {} };

  it("are empty at first, and replaced as a whole", async () => {
    expect((await node.get("/api/limits", { as: "careful" })).body).toEqual(none);
    const put = await node.call("PUT", "/api/limits", {
      as: "careful",
      body: { ...none, deposit: { day: 100 } },
    });
    expect(put.status, put.text).toBe(200);
    conforms(LimitsAnswer, put.body);
    expect(put.body).toEqual({ ...none, deposit: { day: 100 } });
    expect((await node.get("/api/limits", { as: "careful" })).body).toEqual(put.body);
    const over = await node.post("/api/deposits", { amount: 101 }, { as: "careful" });
    expectProblem(over, 403, "limit_reached");
    expect(over.body).toMatchObject({ limit: "deposit", window: "day", remaining: 100 });
    expect(over.commandIndex).toBeGreaterThan(0);
  });

  it("are loosened after a day only", async () => {
    await node.call("PUT", "/api/limits", { as: "eager", body: { ...none, stake: { week: 100 } } });
    const loose = await node.call("PUT", "/api/limits", { as: "eager", body: none });
    conforms(LimitsAnswer, loose.body);
    expect(loose.body).toMatchObject({
      stake: { week: 100 },
      pending: { ...none, at: "2026-11-23T12:00:00.000Z" },
    });
  });

  it("may exclude the user, who then may still withdraw", async () => {
    const body = { ...none, excludedUntil: "2026-12-24T00:00:00Z" };
    const put = await node.call("PUT", "/api/limits", { as: "done", body });
    expect(put.body).toMatchObject({ excludedUntil: "2026-12-24T00:00:00.000Z" });
    const deposit = await node.post("/api/deposits", { amount: 1 }, { as: "done" });
    expectProblem(deposit, 403, "excluded");
    expect(deposit.body["excludedUntil"]).toBe("2026-12-24T00:00:00.000Z");
    expect((await node.post("/api/withdrawals", { amount: 1 }, { as: "done" })).status).toBe(201);
  });

  it.each([
    {},
    { deposit: {}, stake: {} },
    { ...none, deposit: { day: 0 } },
    { ...none, deposit: { year: 5 } },
    { ...none, excludedUntil: "soon" },
    { ...none, excludedUntil: 5 },
    { ...none, more: 1 },
    { ...none, loss: null },
  ])("are refused where they are none: %j", async (body) => {
    const before = node.digest();
    expectProblem(await node.call("PUT", "/api/limits", { as: "admin", body }), 400, "invalid_request");
    expect(node.digest()).toBe(before);
  });
});

describe("the house's money", () => {
  it("always adds up, for admins to see", async () => {
    const answer = await node.get("/api/admin/book", admin);
    conforms(BookAnswer, answer.body);
    const { balances, escrow, house, openingBankroll, deposits, withdrawals } = answer.body;
    expect(balances + escrow + house).toBe(openingBankroll + deposits - withdrawals);
    expect(answer.body.index).toBe(answer.bookIndex);
    expectProblem(await node.get("/api/admin/book", { as: "op", role: "operator" }), 403, "forbidden");
    expectProblem(await node.get("/api/admin/book"), 401, "unauthenticated");
  });

  it("has a statement of its own, each movement with what it left", async () => {
    await node.openGame();
    const { body } = await node.get("/api/admin/statement?limit=3", admin);
    conforms(StatementPage, body);
    expect(body.items[0]).toMatchObject({ cause: "margin", amount: -5_000 });
    const book = await node.get("/api/admin/book", admin);
    expect(body.items[0]?.house).toBe(book.body["house"]);
    const [newest, older] = body.items;
    expect((newest?.house ?? 0) - (newest?.amount ?? 0)).toBe(older?.house);
    expectProblem(await node.get("/api/admin/statement", { as: "clumsy" }), 403, "forbidden");
  });

  it("grows by what an admin adds, with a reason", async () => {
    const before = (await node.get("/api/admin/book", admin)).body;
    const answer = await node.post("/api/admin/bankroll", { amount: 500, reason: "more games" }, admin);
    expect(answer.status, answer.text).toBe(200);
    conforms(BookAnswer, answer.body);
    expect(answer.body.house).toBe((before["house"] as number) + 500);
    expect(answer.body.openingBankroll).toBe((before["openingBankroll"] as number) + 500);
    expectProblem(await node.post("/api/admin/bankroll", { amount: 500 }, admin), 400, "invalid_request");
    expectProblem(
      await node.post("/api/admin/bankroll", { amount: 5, reason: "r" }, { as: "ann" }),
      403,
      "forbidden",
    );
  });

  it("is accounted for in the audit log", async () => {
    const id = await node.openGame();
    await node.post(`/api/games/${id}/suspend`, { reason: "injury" }, admin);
    const page = await node.get("/api/admin/audit?limit=2", admin);
    conforms(AuditPage, page.body);
    expect(page.body.items).toMatchObject([
      { actor: "admin", action: "suspendGame", gameId: id, reason: "injury" },
      { actor: "admin", action: "createGame", gameId: id },
    ]);
    expectProblem(await node.get("/api/admin/audit", { as: "ann" }), 403, "forbidden");
    expectProblem(await node.get("/api/admin/audit?limit=900", admin), 400, "invalid_request");
  });
});
