import { openCheckpoint, verifyConsistency, verifyReceipt } from "@quorumbook/betting-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  CheckpointAnswer,
  ConsistencyAnswer,
  ReceiptAnswer,
  ReceiptKeyAnswer,
} from "../../src/contract/answers.ts";
import { conforms, expectProblem, startMemoryNode, type TestNode } from "../support/memory-node.ts";

let node: TestNode;
let key: string;

beforeAll(async () => {
  node = await startMemoryNode();
  const answer = await node.get("/api/receipt-key");
  conforms(ReceiptKeyAnswer, answer.body);
  ({ key } = answer.body);
});
afterAll(() => node.close());

async function placed(as: string, stake: number): Promise<{ id: number; bet: Record<string, unknown> }> {
  const gameId = await node.openGame();
  const body = { gameId, outcome: "opt1", stake, odds: 1.01, accept: "any" };
  const answer = await node.post("/api/bets", body, { as });
  expect(answer.status, answer.text).toBe(201);
  const bet = answer.body["bet"] as Record<string, unknown>;
  return { id: bet["id"] as number, bet };
}

async function checkpoint(): Promise<{ size: number; root: string; note: string }> {
  const { status, body } = await node.get("/api/checkpoint");
  expect(status).toBe(200);
  conforms(CheckpointAnswer, body);
  return body;
}

describe("a receipt", () => {
  it("proves the bet right after it was placed", async () => {
    const { id, bet } = await placed("ann", 1_234);
    const answer = await node.get(`/api/bets/${id}/receipt`, { as: "ann" });
    conforms(ReceiptAnswer, answer.body);
    const verdict = await verifyReceipt(answer.body, key);
    expect(verdict).toMatchObject({
      valid: true,
      bet: {
        betId: id,
        userId: "ann",
        stake: 1_234,
        odds: Math.round((bet["odds"] as number) * 10_000),
        payout: bet["potentialPayout"],
        index: bet["index"],
        placedAt: Date.parse(bet["placedAt"] as string),
      },
      checkpoint: { origin: "quorumbook/memory" },
    });
  });

  it("is the bettor's own: for all others there is no such bet", async () => {
    const { id } = await placed("ann", 500);
    expectProblem(await node.get(`/api/bets/${id}/receipt`, { as: "ben" }), 404, "bet_not_found");
    expectProblem(await node.get("/api/bets/99999/receipt", { as: "ann" }), 404, "bet_not_found");
    expectProblem(await node.get("/api/bets/x/receipt", { as: "ann" }), 404, "not_found");
    expectProblem(await node.get(`/api/bets/${id}/receipt`), 401, "unauthenticated");
  });
});

describe("checkpoints", () => {
  it("are signed by the key that the node names, and the later begins with the earlier", async () => {
    const before = await checkpoint();
    for (let number = 0; number < 3; number++) await placed("cyd", 100 + number);
    // A second later a checkpoint is signed anew; a receipt's bet is in one at once.
    const { id } = await placed("cyd", 200);
    await node.get(`/api/bets/${id}/receipt`, { as: "cyd" });
    const after = await checkpoint();
    expect(after.size).toBeGreaterThan(before.size);
    for (const { note, size } of [before, after]) {
      expect(await openCheckpoint(note, key)).toMatchObject({ size, origin: "quorumbook/memory" });
    }
    const answer = await node.get(`/api/checkpoint/consistency?from=${before.size}&to=${after.size}`);
    conforms(ConsistencyAnswer, answer.body);
    const path = answer.body.path.map((hash) => Buffer.from(hash, "base64"));
    const head = ({ size, root }: { size: number; root: string }) => ({
      size,
      root: Buffer.from(root, "base64"),
    });
    expect(verifyConsistency(head(before), head(after), path)).toBe(true);
    expect(verifyConsistency(head(before), { ...head(after), root: head(before).root }, path)).toBe(false);
  });

  it("cannot be compared with what is not there", async () => {
    const { size } = await checkpoint();
    for (const query of [
      "from=0",
      `from=${size + 1_000}`,
      `from=1&to=${size + 1_000}`,
      "from=2&to=1",
      "from=x",
    ]) {
      expectProblem(await node.get(`/api/checkpoint/consistency?${query}`), 400, "invalid_request");
    }
  });
});
