// A node whose book came out of a snapshot when it started, as after a restart.
import pino from "pino";
import { afterEach, describe, expect, it } from "vitest";
import { createGameNode, type GameNode } from "../../src/game-node.ts";
import { receiptKeyFor } from "../../src/receipts/receipt-key.ts";
import { MemoryLog } from "../../src/replication/memory-log.ts";
import { startMemoryNode } from "../support/memory-node.ts";
import { createTokenIssuer } from "../support/token-issuer.ts";

const now = (): number => Date.parse("2026-11-22T12:00:00Z");
const failures: unknown[] = [];
let node: GameNode;

afterEach(async () => {
  await node.close();
  expect(failures).toEqual([]);
});

/** A node started on a snapshot of another's book, in which somebody has bet; and the index of that. */
async function restarted(): Promise<number> {
  const before = await startMemoryNode();
  const gameId = await before.openGame();
  const placed = await before.post(
    "/api/bets",
    { gameId, outcome: "opt1", stake: 100, odds: 1.01, accept: "any" },
    { as: "ann" },
  );
  expect(placed.status, placed.text).toBe(201);
  const { machine } = before.node.services;
  const { index } = machine.book;
  const snapshot = machine.snapshot();
  const { fetchKeys } = await createTokenIssuer(now);
  node = await createGameNode({
    openLog: async (fresh) => {
      await fresh.restore(snapshot.encode());
      return new MemoryLog(fresh, now);
    },
    peerUrls: new Map(),
    jwksUrl: new URL("http://auth.invalid/jwks.json"),
    fetchKeys,
    issuer: "quorumbook",
    audience: "quorumbook",
    bankroll: 100_000_000,
    rateLimit: 0,
    clusterId: "memory",
    receiptKey: receiptKeyFor("memory", "hush"),
    logger: pino({ level: "silent" }),
    onFatal: (error) => failures.push(error),
  });
  await before.close();
  return index;
}

describe("the feed of a node that started from a snapshot", () => {
  it("does not claim to hold what happened before", async () => {
    const index = await restarted();
    const { feed } = node.broadcaster;
    expect(feed.publicSince(index - 1)).toBeUndefined();
    expect(feed.personalSince("ann", index - 1, node.services.machine.book)).toBeUndefined();
    expect([...(feed.publicSince(index) ?? ["undefined"])]).toEqual([]);
    expect([...(feed.personalSince("ann", index, node.services.machine.book) ?? ["undefined"])]).toEqual([]);
  });

  it("gives a snapshot of all games that one may resume from", async () => {
    const index = await restarted();
    expect(node.broadcaster.allGames().index).toBe(index);
  });
});
