import { expect, test } from "vitest";
import { Frames } from "../../src/driver/frames.ts";
import { encodeMessage, type WireMessage } from "../../src/transport/message-codec.ts";
import { logIndex, nodeId, term } from "../../src/units.ts";
import { entry } from "../storage/fixtures.ts";

const B = nodeId("b");

function frames() {
  const messages: WireMessage[] = [];
  const warnings: string[] = [];
  const failures: unknown[] = [];
  const it = new Frames({
    message: (_, message) => void messages.push(message),
    warn: (message) => void warnings.push(message),
    failed: (error) => void failures.push(error),
  });
  return { it, messages, warnings, failures };
}

test("messages of a newer program are counted and passed over, and said once", () => {
  const { it, messages, warnings, failures } = frames();
  it.take(B, Buffer.of(200, 1));
  it.take(B, Buffer.of(201));
  it.take(B, Buffer.concat(encodeMessage({ type: "TimeoutNow", term: term(1) })));
  expect(it.unknown).toBe(2);
  expect(warnings).toHaveLength(1);
  expect(messages).toHaveLength(1);
  expect(failures).toEqual([]);
});

test("an entry of a newer program stops the node, with what to do", () => {
  const { it, failures } = frames();
  const bytes = Buffer.concat(
    encodeMessage({
      type: "AppendEntries",
      term: term(1),
      prevLogIndex: logIndex(0),
      prevLogTerm: term(0),
      leaderCommit: logIndex(0),
      round: 0,
      entries: [entry(1, { term: 1, data: "" })],
    }),
  );
  bytes[1 + 5 * 8 + 4 + 5 * 8] = 99;
  it.take(B, bytes);
  expect(failures).toMatchObject([{ code: "RAFT_UPGRADE_REQUIRED" }]);
  expect((failures[0] as Error).message).toContain("start this node with the newer program that b runs");
});

test("what no program says is the connection's end", () => {
  const { it } = frames();
  expect(() => it.take(B, Buffer.of(11, 1))).toThrow(RangeError);
  expect(it.unknown).toBe(0);
});
