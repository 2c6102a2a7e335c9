import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  ExposureAnswer,
  GameAnswer,
  GamesPage,
  OddsHistoryAnswer,
  SettledAnswer,
  SettlePreviewAnswer,
} from "../../src/contract/answers.ts";
import { conforms, expectProblem, freshKey, startMemoryNode, type TestNode } from "../support/memory-node.ts";

let node: TestNode;

beforeAll(async () => {
  node = await startMemoryNode();
});
afterAll(() => node.close());

const admin = { as: "admin" };

/** A bet at the odds that are shown; returns its answer. */
async function bet(gameId: number, outcome: string, stake: number, as = "ann") {
  const game = await node.get(`/api/games/${gameId}`);
  const { odds } = (game.body as GameAnswer).outcomes.find(({ key }) => key === outcome) ?? {};
  return node.post("/api/bets", { gameId, outcome, stake, odds }, { as });
}

describe("opening a game", () => {
  it("answers 201 with the game, whose entry the answer's index has reached", async () => {
    const answer = await node.post(
      "/api/games",
      {
        question: "Rain tomorrow?",
        category: "virtual",
        outcomes: ["Yes", "No"],
        startsAt: "2026-11-23T12:00:00+01:00",
        closesAt: "2026-11-23T11:00:00Z",
      },
      admin,
    );
    expect(answer.status).toBe(201);
    conforms(GameAnswer, answer.body);
    expect(answer.body).toMatchObject({
      question: "Rain tomorrow?",
      category: "virtual",
      status: "open",
      version: 1,
      totalStaked: 0,
      startsAt: "2026-11-23T11:00:00.000Z",
      closesAt: "2026-11-23T11:00:00.000Z",
      createdAt: "2026-11-22T12:00:00.000Z",
    });
    expect(answer.body["outcomes"]).toMatchObject([
      { key: "opt1", label: "Yes", odds: 1.5, staked: 0 },
      { key: "opt2", label: "No", odds: 1.5, staked: 0 },
    ]);
    expect(answer.bookIndex).toBeGreaterThanOrEqual(answer.commandIndex ?? Number.NaN);
  });

  it("is for admins alone", async () => {
    const body = { question: "Q", category: "real", outcomes: ["a", "b"] };
    const before = node.digest();
    expectProblem(await node.post("/api/games", body), 401, "unauthenticated");
    expectProblem(await node.post("/api/games", body, { as: "eve" }), 403, "forbidden");
    expectProblem(await node.post("/api/games", body, { as: "op", role: "operator" }), 403, "forbidden");
    expect(node.digest()).toBe(before);
  });

  it("takes an opening price for each outcome", async () => {
    const id = await node.openGame(["a", "b", "c"], {
      pricing: {
        prior: [5_000, 3_000, 2_000],
        commissionBp: 500,
        margin: 0,
        tick: 10,
        virtualStake: 100_000,
      },
    });
    const game = await node.get(`/api/games/${id}`);
    const odds = (game.body as GameAnswer).outcomes.map((outcome) => outcome.odds ?? 0);
    expect(odds[0]).toBeLessThan(odds[1] ?? 0);
    expect(odds[1]).toBeLessThan(odds[2] ?? 0);
  });

  it.each(["ratio/post", "cpmm", "lmsr", "tote"])(
    "is priced by %s where asked, and says so",
    async (strategy) => {
      const pricing = { strategy, prior: [6_000, 4_000], commissionBp: 0, tick: 1 };
      const id = await node.openGame(["a", "b"], { pricing });
      const before = (await node.get(`/api/games/${id}`)).body as GameAnswer;
      expect(before).toMatchObject({ strategy, outcomes: [{ key: "opt1" }, { key: "opt2" }] });
      conforms(GameAnswer, before);
      const shown = before.outcomes[0]?.odds ?? 0;
      const bet = { gameId: id, outcome: "opt1", stake: 1_000, odds: shown };
      const exact = await node.post("/api/bets", bet, { as: "quinn" });
      // Where the stake moves its own odds, the refusal says what it gets, and that is then taken.
      const odds = strategy === "tote" ? shown : Number(exact.body["currentOdds"]);
      if (strategy !== "tote") {
        expectProblem(exact, 409, "odds_changed");
        expect(odds).toBeLessThan(shown);
      }
      const again = await node.post("/api/bets", { ...bet, odds }, { as: "quinn" });
      const placed = strategy === "tote" ? exact : again;
      expect(placed.status).toBe(201);
      const units = Math.round(odds * 10_000);
      expect(placed.body["bet"]).toMatchObject({
        odds,
        potentialPayout: Math.floor((1_000 * units) / 10_000),
      });
    },
  );

  it("refuses a chance of nothing to a market maker, before the log", async () => {
    const pricing = { strategy: "lmsr", prior: [10_000, 0] };
    const body = { question: "Q", category: "real", outcomes: ["a", "b"], pricing };
    const before = node.digest();
    expectProblem(await node.post("/api/games", body, admin), 400, "invalid_request");
    expect(node.digest()).toBe(before);
  });

  it("is refused where the bankroll does not cover its margin", async () => {
    const answer = await node.post(
      "/api/games",
      { question: "Q", category: "real", outcomes: ["a", "b"], pricing: { margin: 100_000_000_000 } },
      admin,
    );
    expectProblem(answer, 422, "house_underfunded");
    expect(answer.commandIndex).toBeGreaterThan(0);
  });

  it("keeps labels as the text they are", async () => {
    const label = '<b onclick="x()">Ünïcode 💶</b> & "quotes"';
    const id = await node.openGame([label, "b"]);
    expect((await node.get(`/api/games/${id}`)).body["outcomes"]).toMatchObject([{ label }, { label: "b" }]);
  });
});

describe("reading games", () => {
  it("lists them newest first, page by page", async () => {
    const ids: number[] = [];
    for (let i = 0; i < 5; i += 1) ids.unshift(await node.openGame());
    const seen: number[] = [];
    let cursor: string | null = null;
    do {
      const page = await node.get(`/api/games?limit=2${cursor === null ? "" : `&cursor=${cursor}`}`);
      conforms(GamesPage, page.body);
      seen.push(...page.body.items.map(({ id }) => id));
      cursor = page.body.nextCursor;
    } while (cursor !== null);
    expect(seen.slice(0, 5)).toEqual(ids);
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => b - a));
  });

  it("filters by status, category and text", async () => {
    const id = await node.openGame(["Arsenal", "Brentford"], { question: "Needle in the haystack" });
    await node.post(`/api/games/${id}/suspend`, {}, admin);
    const ids = async (query: string) =>
      ((await node.get(`/api/games?${query}`)).body["items"] as GameAnswer[]).map((game) => game.id);
    expect(await ids("status=suspended")).toEqual([id]);
    expect(await ids("q=needle%20in")).toEqual([id]);
    expect(await ids("q=BRENTFORD")).toEqual([id]);
    expect(await ids("category=virtual&q=needle")).toEqual([]);
  });

  it.each([
    "limit=0",
    "limit=201",
    "limit=x",
    "limit=1.5",
    "limit=",
    "limit=1&limit=2",
    "limit=0x10",
    "limit=-1",
    "cursor=",
    "cursor=abc",
    "cursor=-1",
    "status=opened",
    "status=",
    "category=other",
    "q=",
    "other=1",
    "consistency=strong",
    "consistency=",
  ])("refuses a bad query: %s", async (query) => {
    expectProblem(await node.get(`/api/games?${query}`), 400, "invalid_request");
  });

  it("says game_not_found of an id that names none, and not_found of what is no id", async () => {
    expectProblem(await node.get("/api/games/4000000"), 404, "game_not_found");
    for (const id of ["0", "-1", "1.5", "x", "01", "1e2", "99999999999999999999", "%00", "constructor"]) {
      expectProblem(await node.get(`/api/games/${id}`), 404, "not_found");
    }
  });

  it("tells how the odds moved", async () => {
    const id = await node.openGame();
    await bet(id, "opt1", 100);
    await bet(id, "opt2", 100);
    const history = await node.get(`/api/games/${id}/odds-history`);
    conforms(OddsHistoryAnswer, history.body);
    const { items } = history.body;
    expect(items.length).toBe(3);
    const last = items[2]?.index ?? 0;
    const since = await node.get(`/api/games/${id}/odds-history?since=${last}`);
    expect(since.body["items"]).toEqual([items[2]]);
    expectProblem(await node.get(`/api/games/${id}/odds-history?since=x`), 400, "invalid_request");
    expectProblem(await node.get("/api/games/4000000/odds-history"), 404, "game_not_found");
  });
});

describe("the life of a game", () => {
  it("goes from open over suspended and closed to settled, and pays", async () => {
    const id = await node.openGame();
    const placed = await bet(id, "opt1", 1_000, "winner");
    expect(placed.status, placed.text).toBe(201);
    expect((await bet(id, "opt2", 500, "loser")).status).toBe(201);

    for (const [action, status] of [
      ["suspend", "suspended"],
      ["suspend", "suspended"],
      ["resume", "open"],
      ["resume", "open"],
      ["close", "closed"],
      ["close", "closed"],
    ]) {
      const answer = await node.post(`/api/games/${id}/${action}`, { reason: "because" }, admin);
      expect(answer.status, answer.text).toBe(200);
      conforms(GameAnswer, answer.body);
      expect(answer.body.status).toBe(status);
      expect(answer.body.outcomes.every(({ cap }) => status === "open" || cap === 0)).toBe(true);
    }
    expectProblem(await bet(id, "opt1", 100), 409, "betting_closed");

    const preview = await node.post(`/api/games/${id}/settle/preview`, { winner: "opt1" }, admin);
    expect(preview.status, preview.text).toBe(200);
    conforms(SettlePreviewAnswer, preview.body);
    const payout = (placed.body["bet"] as { potentialPayout: number }).potentialPayout;
    expect(preview.body).toMatchObject({ winners: 1, accounts: 1, paid: payout, bookResult: 1_500 - payout });

    const stale = await node.post(`/api/games/${id}/settle`, { winner: "opt1", previewHash: "other" }, admin);
    expectProblem(stale, 409, "preview_stale");
    const { previewHash } = preview.body;
    const settled = await node.post(`/api/games/${id}/settle`, { winner: "opt1", previewHash }, admin);
    expect(settled.status, settled.text).toBe(200);
    conforms(SettledAnswer, settled.body);
    expect(settled.body).toMatchObject({ winners: 1, paid: payout, bookResult: 1_500 - payout });
    expect(settled.body.game).toMatchObject({ status: "settled", winner: "opt1" });

    const again = await node.post(`/api/games/${id}/settle`, { winner: "opt1" }, admin);
    expect(again.status).toBe(200);
    expect(again.body).toMatchObject({ winners: 1, paid: payout, bookResult: 1_500 - payout });
    const other = await node.post(`/api/games/${id}/settle`, { winner: "opt2" }, admin);
    expectProblem(other, 409, "already_settled");
    expect(other.body["winner"]).toBe("opt1");
    expectProblem(await node.post(`/api/games/${id}/void`, {}, admin), 409, "wrong_status");
    expectProblem(
      await node.post(`/api/games/${id}/settle/preview`, { winner: "opt1" }, admin),
      409,
      "wrong_status",
    );
    const balance = await node.get("/api/balance", { as: "winner" });
    expect(balance.body["balance"]).toBe(10_000 - 1_000 + payout);
  });

  it("can be settled anew with a reason", async () => {
    const id = await node.openGame();
    await bet(id, "opt1", 1_000, "first");
    await bet(id, "opt2", 1_000, "second");
    await node.post(`/api/games/${id}/close`, {}, admin);
    await node.post(`/api/games/${id}/settle`, { winner: "opt1" }, admin);
    expectProblem(
      await node.post(`/api/games/${id}/resettle`, { winner: "opt2" }, admin),
      400,
      "invalid_request",
    );
    const answer = await node.post(`/api/games/${id}/resettle`, { winner: "opt2", reason: "mistake" }, admin);
    expect(answer.status, answer.text).toBe(200);
    conforms(SettledAnswer, answer.body);
    expect(answer.body.game.winner).toBe("opt2");
    expect((await node.get("/api/balance", { as: "first" })).body["balance"]).toBe(9_000);
    const same = await node.post(`/api/games/${id}/resettle`, { winner: "opt2", reason: "again" }, admin);
    expect(same.status).toBe(200);
  });

  it("may have several winners, or none, and says so wherever it says who won", async () => {
    const id = await node.openGame();
    const placed = await bet(id, "opt1", 1_000, "tied");
    const payout = (placed.body["bet"] as { potentialPayout: number }).potentialPayout;
    await node.post(`/api/games/${id}/close`, {}, admin);
    const tie = { winners: ["opt3", "opt1"] };
    const preview = await node.post(`/api/games/${id}/settle/preview`, tie, admin);
    conforms(SettlePreviewAnswer, preview.body);
    expect(preview.body.paid).toBe(Math.floor(payout / 2));
    const { previewHash } = preview.body;
    const settled = await node.post(`/api/games/${id}/settle`, { ...tie, previewHash }, admin);
    expect(settled.status, settled.text).toBe(200);
    conforms(SettledAnswer, settled.body);
    expect(settled.body.game).toMatchObject({ status: "settled", winners: ["opt1", "opt3"] });
    expect(settled.body.game).not.toHaveProperty("winner");
    const refused = await node.post(`/api/games/${id}/settle`, { winner: "opt1" }, admin);
    expectProblem(refused, 409, "already_settled");
    expect(refused.body["winners"]).toEqual(["opt1", "opt3"]);
    const push = await node.post(`/api/games/${id}/resettle`, { push: true, reason: "no photograph" }, admin);
    conforms(SettledAnswer, push.body);
    expect(push.body).toMatchObject({ game: { push: true }, winners: 0, paid: 1_000, bookResult: 0 });
    expect((await node.get("/api/balance", { as: "tied" })).body["balance"]).toBe(10_000);
  });

  it("is settled by exactly one result", async () => {
    const id = await node.openGame();
    for (const [body, path] of [
      [{}, "/winner"],
      [{ winner: "opt1", push: true }, "/winner"],
      [{ winner: "opt1", winners: ["opt1", "opt2"] }, "/winner"],
      [{ winners: ["opt1"] }, "/winners"],
      [{ winners: ["opt1", "opt1"] }, "/winners"],
      [{ push: false }, "/push"],
    ] as const) {
      for (const action of ["settle/preview", "settle"]) {
        const refused = await node.post(`/api/games/${id}/${action}`, body, admin);
        expectProblem(refused, 400, "invalid_request");
        expect(refused.body["errors"], JSON.stringify(body)).toMatchObject([{ path }]);
      }
    }
  });

  it("may lose an outcome, whose bets are void and which cannot win", async () => {
    const id = await node.openGame(["a", "b", "c"]);
    await bet(id, "opt3", 500, "wren");
    const path = `/api/games/${id}/withdraw`;
    expectProblem(await node.post(path, { outcome: "opt3" }, admin), 400, "invalid_request");
    const answer = await node.post(path, { outcome: "opt3", reason: "lame" }, admin);
    expect(answer.status, answer.text).toBe(200);
    conforms(GameAnswer, answer.body);
    expect(answer.body.outcomes[2]).toEqual({
      key: "opt3",
      label: "c",
      odds: null,
      cap: 0,
      staked: 0,
      withdrawn: true,
    });
    expect((await node.post(path, { outcome: "opt3", reason: "again" }, admin)).status).toBe(200);
    expect((await node.get("/api/balance", { as: "wren" })).body).toMatchObject({
      balance: 10_000,
      openStake: 0,
    });
    const list = await node.get(`/api/bets?gameId=${id}`, { as: "wren" });
    expect(list.body["items"]).toMatchObject([{ status: "void", payout: 500, gameStatus: "open" }]);
    expectProblem(await node.post(path, { outcome: "opt2", reason: "r" }, admin), 400, "invalid_request");
    await node.post(`/api/games/${id}/close`, {}, admin);
    for (const action of ["settle/preview", "settle"]) {
      const refused = await node.post(`/api/games/${id}/${action}`, { winner: "opt3" }, admin);
      expectProblem(refused, 409, "outcome_withdrawn");
      expect(refused.body["outcome"]).toBe("opt3");
    }
    const audit = await node.get("/api/admin/audit?limit=3", admin);
    expect(audit.body["items"]).toContainEqual(
      expect.objectContaining({ action: "withdrawOutcome", gameId: id, reason: "lame" }),
    );
  });

  it("tells why it is suspended, until it is not", async () => {
    const id = await node.openGame();
    const suspended = await node.post(`/api/games/${id}/suspend`, { reason: "a streaker" }, admin);
    conforms(GameAnswer, suspended.body);
    expect(suspended.body.reason).toBe("a streaker");
    expect((await node.get(`/api/games/${id}`)).body["reason"]).toBe("a streaker");
    await node.post(`/api/games/${id}/resume`, { reason: "caught" }, admin);
    expect((await node.get(`/api/games/${id}`)).body).not.toHaveProperty("reason");
  });

  it("may end by returning all stakes", async () => {
    const id = await node.openGame();
    await bet(id, "opt3", 700, "voided");
    const answer = await node.post(`/api/games/${id}/void`, { reason: "abandoned" }, admin);
    expect(answer.body["status"]).toBe("voided");
    expect((await node.post(`/api/games/${id}/void`, undefined, admin)).status).toBe(200);
    expect((await node.get("/api/balance", { as: "voided" })).body["balance"]).toBe(10_000);
    const bets = await node.get(`/api/bets?gameId=${id}`, { as: "voided" });
    expect(bets.body["items"]).toMatchObject([{ status: "void", payout: 700, gameStatus: "voided" }]);
  });

  it("is closed by the leader's tick after its closing time", async () => {
    const id = await node.openGame(["a", "b"], { closesAt: "2026-11-22T12:00:01Z" });
    node.advance(2_000);
    expect((await bet(id, "opt1", 100)).body["code"] ?? "taken").toBe("betting_closed");
    await expect.poll(async () => (await node.get(`/api/games/${id}`)).body["status"]).toBe("closed");
  });

  it("cannot be settled before it is closed, nor with an outcome that it does not have", async () => {
    const id = await node.openGame();
    expectProblem(await node.post(`/api/games/${id}/settle`, { winner: "opt1" }, admin), 409, "wrong_status");
    await node.post(`/api/games/${id}/close`, {}, admin);
    for (const winner of ["opt4", "opt0", "Home", "constructor"]) {
      expectProblem(await node.post(`/api/games/${id}/settle`, { winner }, admin), 422, "unknown_outcome");
      expectProblem(
        await node.post(`/api/games/${id}/settle/preview`, { winner }, admin),
        422,
        "unknown_outcome",
      );
    }
    expectProblem(await node.post(`/api/games/${id}/resume`, {}, admin), 409, "wrong_status");
  });

  it("needs an admin and a game", async () => {
    const id = await node.openGame();
    const before = node.digest();
    for (const action of ["suspend", "resume", "close", "void"]) {
      expectProblem(await node.post(`/api/games/${id}/${action}`, {}), 401, "unauthenticated");
      expectProblem(await node.post(`/api/games/${id}/${action}`, {}, { as: "ann" }), 403, "forbidden");
      expectProblem(await node.post(`/api/games/x/${action}`, {}, admin), 404, "not_found");
    }
    for (const [action, body] of [
      ["settle/preview", { winner: "opt1" }],
      ["settle", { winner: "opt1" }],
      ["resettle", { winner: "opt1", reason: "r" }],
    ] as const) {
      expectProblem(await node.post(`/api/games/${id}/${action}`, body), 401, "unauthenticated");
      expectProblem(await node.post(`/api/games/${id}/${action}`, body, { as: "ann" }), 403, "forbidden");
      expectProblem(await node.post(`/api/games/${id}/${action}`, {}, admin), 400, "invalid_request");
    }
    expect(node.digest()).toBe(before);
    expectProblem(await node.post("/api/games/4000000/close", {}, admin), 404, "game_not_found");
    expectProblem(
      await node.post("/api/games/4000000/settle/preview", { winner: "opt1" }, admin),
      404,
      "game_not_found",
    );
  });

  it("explains terms that let bettors win for sure, with bets that do it", async () => {
    const id = await node.openGame(["a", "b"], { pricing: { commissionBp: 500, margin: 5_000 } });
    const { body } = await node.get(`/api/admin/games/${id}/exposure`, admin);
    conforms(ExposureAnswer, body);
    const { warnings, arbitrage } = body;
    expect(warnings).toEqual(["arbitrage"]);
    expect(arbitrage?.marginMax).toBe(513);
    await node.post("/api/deposits", { amount: 1_000_000 }, { as: "lee" });
    const [first, second] = arbitrage?.example?.bets ?? [];
    const placed = [
      await bet(id, "opt1", first?.staked ?? 0, "lee"),
      await bet(id, "opt2", second?.staked ?? 0, "lee"),
    ];
    const payouts = placed.map(
      (answer) => (answer.body["bet"] as { potentialPayout: number }).potentialPayout,
    );
    const staked = (first?.staked ?? 0) + (second?.staked ?? 0);
    expect(Math.min(...payouts) - staked).toBe(arbitrage?.example?.profit);
    const safe = await node.openGame(["a", "b"]);
    expect((await node.get(`/api/admin/games/${safe}/exposure`, admin)).body).not.toHaveProperty("arbitrage");
  });

  it("shows admins what the house may lose", async () => {
    const id = await node.openGame();
    const placed = await bet(id, "opt1", 1_000);
    const answer = await node.get(`/api/admin/games/${id}/exposure`, admin);
    conforms(ExposureAnswer, answer.body);
    const payout = (placed.body["bet"] as { potentialPayout: number }).potentialPayout;
    expect(answer.body).toMatchObject({ margin: 5_000, worstCase: payout - 1_000 });
    expect(answer.body.outcomes[0]).toEqual({
      key: "opt1",
      staked: 1_000,
      liability: payout,
      result: 1_000 - payout,
    });
    expectProblem(await node.get("/api/admin/games/4000000/exposure", admin), 404, "game_not_found");
    expectProblem(await node.get(`/api/admin/games/${id}/exposure`, { as: "ann" }), 403, "forbidden");
  });

  it("answers a repeat with the same key as the first time, and another body with a conflict", async () => {
    const id = await node.openGame();
    const key = freshKey();
    const first = await node.post(`/api/games/${id}/close`, { reason: "a" }, { ...admin, key });
    const repeat = await node.post(`/api/games/${id}/close`, { reason: "a" }, { ...admin, key });
    expect(repeat.status).toBe(200);
    expect(repeat.commandIndex).toBe(first.commandIndex);
    const other = await node.post(`/api/games/${id}/close`, { reason: "b" }, { ...admin, key });
    expectProblem(other, 409, "idempotency_conflict");
    const route = await node.post(`/api/games/${id}/void`, { reason: "a" }, { ...admin, key });
    expectProblem(route, 409, "idempotency_conflict");
  });
});
