// Accounts, their ledger and limits, and the house's book, in which every cent is somewhere.
import { describe, expect, it } from "vitest";
import * as form from "../support/forms.ts";
import { bookIndex, commandIndex, expectRefusal, expectStatus, Http } from "../support/http.ts";
import {
  type Balance,
  balanceOf,
  betOn,
  deposit,
  newKey,
  type Page,
  place,
  tryBet,
  type World,
} from "../support/people.ts";
import { expectForm } from "../support/shape.ts";

interface Transaction {
  readonly seq: number;
  readonly index: number;
  readonly cause: string;
  readonly amount: number;
  readonly balance: number;
  readonly gameId?: number;
  readonly betId?: number;
}

interface Book {
  readonly index: number;
  readonly house: number;
  readonly escrow: number;
  readonly balances: number;
  readonly openingBankroll: number;
  readonly deposits: number;
  readonly withdrawals: number;
  readonly exposure: number;
  readonly openGames: number;
}

const DAY_MS = 86_400_000;

export function moneySuite(world: () => World): void {
  describe("an account", () => {
    it("opens with the first request of its user, with a welcome balance", async () => {
      const first = await world().bettor();
      const balance = await first.http.get<Balance>("/api/balance");
      expectStatus(balance, 200);
      expectForm(balance.body, form.balance);
      expect(balance.body).toMatchObject({ userId: first.id, balance: 10_000, openStake: 0 });
      // Whatever the first request is, even one that is refused.
      const second = await world().bettor();
      expectStatus(await second.http.get("/api/bets"), 200);
      const third = await world().bettor();
      expectRefusal(await tryBet(third, betOn({ id: 4_000_000 }, "opt1", 10)), 404, "game_not_found");
      for (const person of [second, third]) {
        const ledger = await person.http.get<Page<Transaction>>("/api/transactions?consistency=linearizable");
        expect(ledger.body.items).toMatchObject([{ cause: "welcome", amount: 10_000, balance: 10_000 }]);
      }
    });

    it("opens once, however many requests come first", async () => {
      const bettor = await world().bettor();
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => bettor.http.get<Balance>("/api/balance")),
      );
      for (const answer of answers) {
        expectStatus(answer, 200);
        expect(answer.body.balance).toBe(10_000);
      }
      expect(new Set(answers.map(({ body }) => body.seq)).size).toBe(1);
    });

    it("takes deposits and gives withdrawals", async () => {
      const bettor = await world().bettor();
      const before = await balanceOf(bettor);
      const put = await bettor.http.post<{ balance: number; seq: number; index: number }>(
        "/api/deposits",
        { amount: 2_345 },
        { key: newKey() },
      );
      expectStatus(put, 201);
      expectForm(put.body, form.booked);
      expect(put.body).toMatchObject({ balance: 12_345, index: commandIndex(put) });
      expect(put.body.seq).toBeGreaterThan(before.seq);
      const taken = await bettor.http.post<{ balance: number; seq: number; index: number }>(
        "/api/withdrawals",
        { amount: 12_345 },
        { key: newKey() },
      );
      expectStatus(taken, 201);
      expectForm(taken.body, form.booked);
      expect(taken.body).toMatchObject({ balance: 0, index: commandIndex(taken) });
      expect(taken.body.seq).toBeGreaterThan(put.body.seq);
      const more = await bettor.http.post("/api/withdrawals", { amount: 1 }, { key: newKey() });
      expect(expectRefusal(more, 422, "insufficient_balance")["balance"]).toBe(0);
      const huge = await bettor.http.post<{ balance: number }>(
        "/api/deposits",
        { amount: 100_000_000_000 },
        { key: newKey() },
      );
      expect(huge.body.balance).toBe(100_000_000_000);
      const back = await bettor.http.post("/api/withdrawals", { amount: 100_000_000_000 }, { key: newKey() });
      expectStatus(back, 201);
    });

    it("has a ledger that adds up, newest first, page by page while it grows", async () => {
      const bettor = await world().bettor();
      const [won, lost, voided] = [await world().game(), await world().game(), await world().game()];
      await deposit(bettor, 500);
      const bets = [];
      for (const game of [won, lost, voided])
        bets.push((await place(bettor, betOn(game, "opt1", 1_000))).bet);
      for (const [game, winner] of [
        [won, "opt1"],
        [lost, "opt2"],
      ] as const) {
        await world().act(game.id, "close");
        await world().act(game.id, "settle", { winner });
      }
      await world().act(voided.id, "void");
      expectStatus(await bettor.http.post("/api/withdrawals", { amount: 700 }, { key: newKey() }), 201);
      const seen: Transaction[] = [];
      let cursor: string | null = null;
      do {
        const query = `limit=2${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`;
        const page: Page<Transaction> = (
          await bettor.http.get<Page<Transaction>>(`/api/transactions?consistency=linearizable&${query}`)
        ).body;
        expectForm(page, form.page(form.transaction));
        seen.push(...page.items);
        cursor = page.nextCursor;
        await deposit(bettor, 1);
      } while (cursor !== null);
      const payout = bets[0]!.potentialPayout;
      const rows = seen.toReversed();
      expect(rows.map(({ cause, amount }) => [cause, amount])).toEqual([
        ["welcome", 10_000],
        ["deposit", 500],
        ["stake", -1_000],
        ["stake", -1_000],
        ["stake", -1_000],
        ["payout", payout],
        ["refund", 1_000],
        ["withdrawal", -700],
      ]);
      let balance = 0;
      let seq = -1;
      for (const row of rows) {
        balance += row.amount;
        expect(row.balance).toBe(balance);
        expect(row.seq).toBeGreaterThan(seq);
        seq = row.seq;
      }
      expect(rows[2]).toMatchObject({ gameId: won.id, betId: bets[0]!.id, index: bets[0]!.index });
      expect(rows[5]).toMatchObject({ gameId: won.id, betId: bets[0]!.id });
      expect(rows[6]).toMatchObject({ gameId: voided.id, betId: bets[2]!.id });
      expect(rows[1]).not.toHaveProperty("gameId");
    });

    it("keeps a bettor's own limits: tighter at once, looser a day later", async () => {
      const bettor = await world().bettor();
      const { http } = bettor;
      const none = await http.get("/api/limits");
      expectStatus(none, 200);
      expect(none.body).toEqual({ deposit: {}, stake: {}, loss: {} });
      const tight = { deposit: { day: 1_000, week: 5_000 }, stake: { month: 3_000 }, loss: { day: 2_500 } };
      const put = await http.put<object>("/api/limits", tight);
      expectStatus(put, 200);
      expect(put.body).toEqual(tight);
      expect((await http.get("/api/limits?consistency=linearizable")).body).toEqual(tight);

      await deposit(bettor, 1_000);
      expectRefusal(await http.post("/api/deposits", { amount: 1 }, { key: newKey() }), 403, "limit_reached");
      const game = await world().game();
      await place(bettor, betOn(game, "opt1", 2_500));
      expectRefusal(await tryBet(bettor, betOn(game, "opt1", 100)), 403, "limit_reached");

      const loose = { deposit: { day: 2_000 }, stake: { month: 2_600 }, loss: {} };
      const changed = await http.put<{ pending: { at: string; deposit: object } }>("/api/limits", loose);
      expectStatus(changed, 200);
      expectForm(changed.body, form.limits);
      expect(changed.body).toMatchObject({
        deposit: { day: 1_000, week: 5_000 },
        stake: { month: 2_600 },
        loss: { day: 2_500 },
      });
      const { at, ...pending } = changed.body.pending;
      expect(pending).toMatchObject({ deposit: { day: 2_000 }, loss: {} });
      expect(Math.abs(Date.parse(at) - Date.now() - DAY_MS)).toBeLessThan(60_000);
      expectRefusal(await http.post("/api/deposits", { amount: 1 }, { key: newKey() }), 403, "limit_reached");
    });

    it("takes no bets and deposits while its owner is excluded, but gives withdrawals", async () => {
      const bettor = await world().bettor();
      const limits = { deposit: {}, stake: {}, loss: {} };
      const excludedUntil = new Date(Date.now() + 3_600_000).toISOString();
      const put = await bettor.http.put<{ excludedUntil: string }>("/api/limits", {
        ...limits,
        excludedUntil,
      });
      expectStatus(put, 200);
      expect(Date.parse(put.body.excludedUntil)).toBe(Date.parse(excludedUntil));
      const game = await world().game();
      expectRefusal(await tryBet(bettor, betOn(game, "opt1", 10)), 403, "excluded");
      expectRefusal(
        await bettor.http.post("/api/deposits", { amount: 1 }, { key: newKey() }),
        403,
        "excluded",
      );
      expectStatus(await bettor.http.post("/api/withdrawals", { amount: 1 }, { key: newKey() }), 201);
      // It cannot be undone early.
      const undone = await bettor.http.put<{ excludedUntil?: string }>("/api/limits", limits);
      expectStatus(undone, 200);
      expect(Date.parse(undone.body.excludedUntil ?? "")).toBe(Date.parse(excludedUntil));
      expectRefusal(await tryBet(bettor, betOn(game, "opt1", 10)), 403, "excluded");
    });
  });

  describe("reads", () => {
    it("show a write to whoever asks with its index, on any node", async () => {
      const bettor = await world().bettor();
      const ports = (await world().system.status()).map(({ httpPort }) => httpPort);
      for (let round = 1; round <= 5; round += 1) {
        const put = await bettor.http.post<{ balance: number }>(
          "/api/deposits",
          { amount: 1 },
          { key: newKey() },
        );
        const headers = { "book-min-index": String(commandIndex(put)) };
        for (const port of ports) {
          const read = await new Http(port, bettor.token).get<Balance>("/api/balance", { headers });
          expectStatus(read, 200);
          expect(read.body.balance).toBe(10_000 + round);
          expect(bookIndex(read)).toBeGreaterThanOrEqual(commandIndex(put));
          const now = await new Http(port, bettor.token).get<Balance>(
            "/api/balance?consistency=linearizable",
          );
          expect(now.body.balance).toBe(10_000 + round);
        }
      }
    });

    it("wait two seconds at most for an index that does not come", async () => {
      const bettor = await world().bettor();
      await balanceOf(bettor);
      const from = performance.now();
      const headers = { "book-min-index": "900000000000" };
      expectRefusal(await bettor.http.get("/api/balance", { headers }), 503, "replica_behind");
      expect(performance.now() - from).toBeGreaterThan(1_500);
      expect(performance.now() - from).toBeLessThan(5_000);
    });

    it("tell of the cluster", async () => {
      const answer = await world().anyone.get<{
        nodeId: string;
        leader: string;
        nodes: { nodeId: string; role: string; reachable: boolean }[];
      }>("/api/cluster");
      expectStatus(answer, 200);
      expectForm(answer.body, form.cluster);
      const { leader, nodes } = answer.body;
      expect(nodes.map(({ nodeId }) => nodeId).toSorted()).toEqual(["node1", "node2", "node3"]);
      expect(nodes.filter(({ role }) => role === "leader").map(({ nodeId }) => nodeId)).toEqual([leader]);
      expect(nodes.every(({ reachable }) => reachable)).toBe(true);
    });
  });

  describe("the book", () => {
    it("is for admins, and takes more bankroll with a reason", async () => {
      const { http } = world().admin;
      const before = await http.get<Book>("/api/admin/book?consistency=linearizable");
      expectStatus(before, 200);
      expectForm(before.body, form.book);
      expect(before.body.index).toBe(bookIndex(before));
      const more = await http.post<Book>("/api/admin/bankroll", { amount: 5_000, reason: "a new season" });
      expectStatus(more, 200);
      expectForm(more.body, form.book);
      commandIndex(more);
      expect(more.body.openingBankroll).toBe(before.body.openingBankroll + 5_000);
      expect(more.body.house).toBe(before.body.house + 5_000);
      for (const body of [
        { amount: 5 },
        { amount: 0, reason: "none" },
        { amount: 5, reason: "" },
        { reason: "r" },
      ]) {
        expectRefusal(await http.post("/api/admin/bankroll", body), 400, "invalid_request");
      }
    });

    it("keeps who did what and why", async () => {
      const { admin } = world();
      const game = await world().game();
      await world().act(game.id, "suspend", { reason: "a goal" });
      await world().act(game.id, "close", {});
      await world().act(game.id, "settle", { winner: "opt1" });
      await world().act(game.id, "resettle", { winner: "opt2", reason: "offside" });
      const seen: { action: string; actor: string; gameId?: number; reason?: string; index: number }[] = [];
      let cursor: string | null = null;
      do {
        const query = `limit=3${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`;
        const page: Page<(typeof seen)[number]> = (
          await admin.http.get<Page<(typeof seen)[number]>>(
            `/api/admin/audit?consistency=linearizable&${query}`,
          )
        ).body;
        expectForm(page, form.page(form.auditItem));
        seen.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor !== null && seen.length < 12);
      const mine = seen.filter(({ gameId }) => gameId === game.id).toSorted((a, b) => a.index - b.index);
      expect(mine).toHaveLength(5);
      expect(mine.every(({ actor }) => actor === admin.id)).toBe(true);
      expect(mine.map(({ reason }) => reason)).toEqual([
        undefined,
        "a goal",
        undefined,
        undefined,
        "offside",
      ]);
    });
  });
}

/** At the end of everything: not a cent too many, nor one too few. */
export function balancedBookSuite(world: () => World): void {
  describe("after everything", () => {
    it("the money equation holds on every node, and the exposure is the sum of the games'", async () => {
      for (const { httpPort } of await world().system.status()) {
        const http = new Http(httpPort, world().admin.token);
        const { body } = await http.get<Book>("/api/admin/book?consistency=linearizable");
        const { house, escrow, balances, openingBankroll, deposits, withdrawals } = body;
        expect(balances + escrow + house).toBe(openingBankroll + deposits - withdrawals);
        const unsettled: number[] = [];
        for (const status of ["open", "suspended", "closed"]) {
          let cursor: string | null = null;
          do {
            const query = `limit=200&status=${status}${cursor === null ? "" : `&cursor=${cursor}`}`;
            const page: Page<{ id: number }> = (await http.get<Page<{ id: number }>>(`/api/games?${query}`))
              .body;
            unsettled.push(...page.items.map(({ id }) => id));
            cursor = page.nextCursor;
          } while (cursor !== null);
        }
        expect(body.openGames).toBe(unsettled.length);
        let exposure = 0;
        for (const id of unsettled) {
          const game = await http.get<{ worstCase: number; margin: number }>(
            `/api/admin/games/${id}/exposure`,
          );
          expect(game.body.worstCase).toBeLessThanOrEqual(game.body.margin);
          exposure += game.body.worstCase;
        }
        expect(body.exposure).toBe(exposure);
      }
    });
  });
}
