import { describe, expect, test } from "vitest";
import type { AppendEntries, AppendEntriesReply } from "../../src/core/messages.ts";
import { Outbox } from "../../src/driver/outbox.ts";
import type { WireMessage } from "../../src/transport/message-codec.ts";
import { logIndex, nodeId, term } from "../../src/units.ts";
import { entries } from "../storage/fixtures.ts";

const B = nodeId("b");
const C = nodeId("c");

/** Entries `from` to `through`, the log agreed upon before them. */
function append(from: number, through: number, more: Partial<AppendEntries> = {}): AppendEntries {
  return {
    type: "AppendEntries",
    term: term(1),
    prevLogIndex: logIndex(from - 1),
    prevLogTerm: term(1),
    leaderCommit: logIndex(0),
    round: 0,
    entries: entries(from, through),
    ...more,
  };
}

function reply(matchIndex: number, more: Partial<AppendEntriesReply> = {}): AppendEntriesReply {
  return {
    type: "AppendEntriesReply",
    term: term(1),
    success: true,
    round: 0,
    matchIndex: logIndex(matchIndex),
    rejectedIndex: logIndex(0),
    hintIndex: logIndex(0),
    hintTerm: term(0),
    machineVersion: 1,
    keepsLease: false,
    lowSpace: false,
    ...more,
  };
}

function sentAfter(messages: readonly WireMessage[]): WireMessage[] {
  const outbox = new Outbox();
  for (const message of messages) outbox.add(B, message);
  const sent: WireMessage[] = [];
  outbox.flush((_to, message) => sent.push(message));
  outbox.flush(() => expect.unreachable("everything was handed over"));
  return sent;
}

describe("the messages of a turn to one member", () => {
  test("an append that the next goes on from becomes part of it, with the later commit index and round", () => {
    const later = append(3, 5, { leaderCommit: logIndex(2), round: 7 });
    expect(sentAfter([append(1, 2), later])).toEqual([
      { ...later, ...append(1, 5), leaderCommit: 2, round: 7 },
    ]);
  });

  test("news of a commit index goes with the entries of the same turn, whichever came first", () => {
    const news = append(3, 2, { leaderCommit: logIndex(2) });
    expect(sentAfter([news, append(3, 5, { leaderCommit: logIndex(2) })])).toEqual([
      append(3, 5, { leaderCommit: logIndex(2) }),
    ]);
    const after = append(6, 5, { leaderCommit: logIndex(4) });
    expect(sentAfter([append(3, 5), after])).toEqual([append(3, 5, { leaderCommit: logIndex(4) })]);
  });

  test("appends with a gap between them, of two terms, or too long together stay as they are", () => {
    const gap = [append(1, 2), append(4, 5)];
    expect(sentAfter(gap)).toEqual(gap);
    const terms = [append(1, 2), append(3, 4, { term: term(2) })];
    expect(sentAfter(terms)).toEqual(terms);
    const data = "x".repeat(200 << 10);
    const long = [
      append(1, 1, { entries: entries(1, 1, { data }) }),
      append(2, 2, { entries: entries(2, 2, { data }) }),
    ];
    expect(sentAfter(long)).toEqual(long);
  });

  test("of acknowledgements the last is sent; a refusal, and what another term said, stand for themselves", () => {
    expect(sentAfter([reply(3), reply(5), reply(5, { round: 2 })])).toEqual([reply(5, { round: 2 })]);
    const refusal = reply(0, { success: false, rejectedIndex: logIndex(9) });
    expect(sentAfter([reply(3), refusal, reply(4)])).toEqual([reply(3), refusal, reply(4)]);
    const terms = [reply(3), reply(4, { term: term(2) })];
    expect(sentAfter(terms)).toEqual(terms);
    const backwards = [reply(5, { round: 3 }), reply(5, { round: 2 })];
    expect(sentAfter(backwards)).toEqual(backwards);
  });

  test("everything else is sent as it came, in order", () => {
    const messages: WireMessage[] = [
      reply(3),
      { type: "TimeoutNow", term: term(1) },
      reply(4),
      { type: "PreVoteReply", term: term(2), granted: true },
    ];
    expect(sentAfter(messages)).toEqual(messages);
  });
});

test("members do not share messages", () => {
  const outbox = new Outbox();
  outbox.add(B, append(1, 2));
  outbox.add(C, append(3, 4));
  const sent: [string, WireMessage][] = [];
  outbox.flush((to, message) => sent.push([to, message]));
  expect(sent).toEqual([
    [B, append(1, 2)],
    [C, append(3, 4)],
  ]);
});
