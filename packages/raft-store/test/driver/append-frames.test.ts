import { expect, test } from "vitest";
import type { AppendEntries } from "../../src/core/messages.ts";
import { AppendFrames } from "../../src/driver/append-frames.ts";
import { decodeMessage } from "../../src/transport/message-codec.ts";
import { logIndex, term } from "../../src/units.ts";
import { entries, plain } from "../storage/fixtures.ts";

const log = entries(1, 5);

function append(more: Partial<AppendEntries> = {}): AppendEntries {
  return {
    type: "AppendEntries",
    term: term(3),
    prevLogIndex: logIndex(0),
    prevLogTerm: term(0),
    leaderCommit: logIndex(2),
    round: 4,
    entries: log.slice(0, 4),
    ...more,
  };
}

test("an append to a second follower is the same frame, if it says the same", () => {
  const frames = new AppendFrames();
  expect(frames.encode(append())).toBe(frames.encode(append({ entries: log.slice(0, 4) })));
});

test("whatever is different in an append is different in its frame", () => {
  const others: Partial<AppendEntries>[] = [
    { term: term(4) },
    { prevLogTerm: term(1) },
    { leaderCommit: logIndex(3) },
    { round: 5 },
    { entries: log.slice(0, 3) },
    { prevLogIndex: logIndex(1), entries: log.slice(1, 5) },
    { entries: [...log.slice(0, 3), ...entries(4, 4, { data: "another" })] },
    { entries: [] },
  ];
  for (const other of others) {
    const frames = new AppendFrames();
    frames.encode(append());
    const decoded = decodeMessage(Buffer.concat(frames.encode(append(other)))) as AppendEntries;
    const { entries: sent, ...rest } = append(other);
    expect(decoded).toMatchObject(rest);
    expect(plain(decoded.entries)).toEqual(plain(sent));
  }
});
