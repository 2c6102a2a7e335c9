import { createHash } from "node:crypto";
import { type DrawClaim, verifyDraw } from "@quorumbook/betting-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { performDuties } from "../../src/replication/leader-duties.ts";
import { DrawAnswer } from "../../src/contract/answers.ts";
import { conforms, expectProblem, startMemoryNode, type TestNode } from "../support/memory-node.ts";

const SEEDS = ["a1", "b2"].map((byte) => byte.repeat(32));
const [HOUSE = "", OTHER = ""] = SEEDS;
const commitments = SEEDS.map((seed) => createHash("sha256").update(Buffer.from(seed, "hex")).digest("hex"));
const draw = { commitments, revealBy: "2026-11-22T13:00:00Z" };

let node: TestNode;
beforeAll(async () => {
  node = await startMemoryNode();
});
afterAll(() => node.close());

const admin = { as: "admin" };
const reveal = (id: number, seed: string, as = "ann") =>
  node.post(`/api/games/${id}/reveal`, { seed }, { as });

async function closedGame(): Promise<number> {
  const id = await node.openGame(["Red", "Black"], { category: "virtual", draw });
  const bet = { gameId: id, outcome: "opt1", stake: 500, odds: 1.01, accept: "any" };
  expect((await node.post("/api/bets", bet, { as: "ann" })).status).toBe(201);
  expect((await node.post(`/api/games/${id}/close`, {}, admin)).status).toBe(200);
  return id;
}

describe("a drawn game", () => {
  it("is settled by its seeds, whoever shows them, as anybody can check", async () => {
    const id = await closedGame();
    const before = await node.get(`/api/games/${id}/draw`);
    conforms(DrawAnswer, before.body);
    expect(before.body).toMatchObject({ commitments, seeds: [null, null], weights: [1, 1] });
    expect((await reveal(id, HOUSE, "admin")).status).toBe(200);
    const last = await reveal(id, OTHER);
    expect(last.status, last.text).toBe(200);
    conforms(DrawAnswer, last.body);
    const game = await node.get(`/api/games/${id}`);
    expect(game.body).toMatchObject({ status: "settled", winner: last.body.winner });
    expect(verifyDraw(last.body as unknown as DrawClaim)).toEqual({ valid: true, winner: last.body.winner });
  });

  it("takes no other result, and no other seed", async () => {
    const id = await closedGame();
    expectProblem(await node.post(`/api/games/${id}/settle`, { winner: "opt1" }, admin), 409, "drawn_game");
    expectProblem(await reveal(id, "c3".repeat(32)), 422, "unknown_seed");
    expectProblem(await reveal(id, "C3".repeat(32)), 400, "invalid_request");
    expectProblem(await reveal(99, HOUSE), 404, "game_not_found");
  });

  it("is voided by the leader's tick where a seed is missing at the deadline", async () => {
    const id = await closedGame();
    await reveal(id, HOUSE);
    node.advance(3_600_000);
    expectProblem(await reveal(id, OTHER), 409, "reveal_too_late");
    const time = Date.parse(draw.revealBy) + 1;
    const duties = {
      log: node.log,
      book: () => node.node.services.machine.book,
      bankroll: 1,
      now: () => time,
      onDelay: () => undefined,
    };
    while (await performDuties(duties));
    expect((await node.get(`/api/games/${id}`)).body).toMatchObject({ status: "voided" });
  });
});

describe("a game without a draw", () => {
  it("has none to show, and is settled by an admin as ever", async () => {
    const id = await node.openGame(["Red", "Black"], { category: "virtual" });
    expectProblem(await node.get(`/api/games/${id}/draw`), 404, "not_found");
    expectProblem(await node.get("/api/games/99/draw"), 404, "game_not_found");
    expectProblem(await reveal(id, HOUSE), 422, "unknown_seed");
    await node.post(`/api/games/${id}/close`, {}, admin);
    expect((await node.post(`/api/games/${id}/settle`, { winner: "opt2" }, admin)).status).toBe(200);
  });

  it("cannot be opened with half a draw", async () => {
    for (const bad of [
      { ...draw, commitments: commitments.slice(1) },
      { ...draw, commitments: [commitments[0], commitments[0]] },
      { ...draw, revealBy: "2026-11-22T12:00:00Z" },
      { commitments },
    ]) {
      const body = { question: "?", category: "virtual", outcomes: ["a", "b"], draw: bad };
      expectProblem(await node.post("/api/games", body, admin), 400, "invalid_request");
    }
    const real = { question: "?", category: "real", outcomes: ["a", "b"], draw };
    expectProblem(await node.post("/api/games", real, admin), 400, "invalid_request");
  });
});
