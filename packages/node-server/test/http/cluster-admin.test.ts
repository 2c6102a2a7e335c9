// What operators do with the cluster, over a log of one node.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ClusterAnswer, ClusterFiguresAnswer, SnapshotAnswer } from "../../src/contract/answers.ts";
import { conforms, expectProblem, freshKey, startMemoryNode, type TestNode } from "../support/memory-node.ts";

let node: TestNode;
const op = { as: "op", role: "operator" };

beforeAll(async () => {
  node = await startMemoryNode();
});
afterAll(() => node.close());

const learner = { nodeId: "node4", address: "127.0.0.1:8104" };

describe("an operator", () => {
  it("adds a learner, gives it a vote, and takes it out, and is shown the cluster each time", async () => {
    const added = await node.post("/api/cluster/learners", learner, op);
    expect(added.status, added.text).toBe(201);
    conforms(ClusterAnswer, added.body);
    expect(added.body.nodes.map(({ nodeId }) => nodeId)).toEqual(["node1", "node4"]);
    expectProblem(await node.post("/api/cluster/learners", learner, op), 409, "membership_invalid");
    const promoted = await node.post("/api/cluster/members/node4/promote", undefined, op);
    expect(promoted.status, promoted.text).toBe(200);
    expectProblem(await node.post("/api/cluster/members/node4/promote", {}, op), 409, "membership_invalid");
    const removed = await node.call("DELETE", "/api/cluster/members/node4", op);
    expect(removed.status).toBe(200);
    expect(removed.body["nodes"]).toHaveLength(1);
    expectProblem(await node.call("DELETE", "/api/cluster/members/node4", op), 404, "not_found");
    expectProblem(await node.call("DELETE", "/api/cluster/members/-", op), 404, "not_found");
    expectProblem(await node.post("/api/cluster/members/node4/promote", {}, op), 404, "not_found");
    expectProblem(await node.call("DELETE", "/api/cluster/members/node1", op), 409, "membership_invalid");
  });

  it.each([
    { nodeId: "node 4", address: "127.0.0.1:8104" },
    { nodeId: "node4", address: "127.0.0.1" },
    { nodeId: "node4", address: "127.0.0.1:123456" },
    { nodeId: "node4" },
  ])("is told of a malformed learner: %o", async (body) => {
    expectProblem(await node.post("/api/cluster/learners", body, op), 400, "invalid_request");
  });

  it("sees the figures of the nodes, and nobody else does", async () => {
    const { status, body } = await node.get("/api/cluster/figures", op);
    expect(status).toBe(200);
    conforms(ClusterFiguresAnswer, body);
    expect(body.nodes).toMatchObject([{ nodeId: "node1", queue: 0, sockets: 0, heardAgoMs: 0 }]);
    expectProblem(await node.get("/api/cluster/figures", { as: "ann" }), 403, "forbidden");
    expectProblem(await node.get("/api/cluster/figures"), 401, "unauthenticated");
    expect((await node.get("/figuresz")).body).toMatchObject({ nodeId: "node1", commits: expect.any(Array) });
  });

  it("hands leadership over, to a voter only", async () => {
    expect((await node.post("/api/cluster/leader", { nodeId: "node1" }, op)).body["leader"]).toBe("node1");
    expectProblem(await node.post("/api/cluster/leader", { nodeId: "node9" }, op), 409, "membership_invalid");
  });

  it("makes the book a version that every program knows, and no other", async () => {
    expect((await node.post("/api/cluster/version", { version: 1 }, op)).body["leader"]).toBe("node1");
    expectProblem(await node.post("/api/cluster/version", { version: 2 }, op), 409, "membership_invalid");
    for (const version of [0, 1.5, "1", 1e9]) {
      expectProblem(await node.post("/api/cluster/version", { version }, op), 400, "invalid_request");
    }
  });

  it.each([
    ["change_in_progress", "1"],
    ["not_caught_up", "1"],
    ["transfer_failed", "1"],
    ["membership_invalid", undefined],
  ] as const)("is told of %s, and whether to try again", async (code, retryAfter) => {
    node.log.failNext({ code });
    const answer = await node.post("/api/cluster/leader", { nodeId: "node1" }, op);
    expectProblem(answer, 409, code);
    expect(answer.headers["retry-after"]).toBe(retryAfter);
  });

  it("is not told to repeat with a key what no book remembers", async () => {
    node.log.failNext({ code: "outcome_unknown" });
    const answer = await node.post("/api/cluster/learners", learner, op);
    expectProblem(answer, 503, "outcome_unknown");
    expect(answer.body["detail"]).not.toContain("Key");
  });

  it("has a snapshot taken and fetches it as a backup", async () => {
    const fresh = await startMemoryNode();
    expectProblem(await fresh.get("/api/cluster/backup", op), 404, "not_found");
    const taken = await fresh.post("/api/cluster/snapshot", undefined, { ...op, key: freshKey() });
    expect(taken.status, taken.text).toBe(200);
    conforms(SnapshotAnswer, taken.body);
    const backup = await fresh.get("/api/cluster/backup", op);
    expect(backup.headers).toMatchObject({
      "content-type": "application/octet-stream",
      "content-length": String(backup.text.length),
    });
    expect(backup.bookIndex).toBe(taken.body.index);
    expect(backup.text).toBe(fresh.digest());
    await fresh.close();
  });
});
