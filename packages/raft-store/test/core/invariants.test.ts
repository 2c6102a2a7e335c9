import { expect, test } from "vitest";
import { RaftInvariantError } from "../../src/errors.ts";
import { checkState, checkStep, type CoreView } from "../../src/core/invariants.ts";
import { logIndex, nodeId, term } from "../../src/units.ts";

const view: CoreView = {
  currentTerm: term(3),
  votedFor: nodeId("a"),
  role: "leader",
  leader: nodeId("a"),
  baseIndex: logIndex(1),
  snapshotIndex: logIndex(2),
  deliveredIndex: logIndex(3),
  commitIndex: logIndex(4),
  durableIndex: logIndex(5),
  lastIndex: logIndex(6),
};
const tick = { type: "tick" } as const;

test("a state in order, and a step that changes nothing, pass", () => {
  checkState(view);
  checkStep(view, tick, view);
});

test.each([
  ["a commit beyond the log", { commitIndex: logIndex(7) }],
  ["an apply beyond the commit", { deliveredIndex: logIndex(5) }],
  ["a snapshot beyond the apply", { snapshotIndex: logIndex(4) }],
  ["a compaction beyond the snapshot", { baseIndex: logIndex(3) }],
])("%s stops the node, with the numbers", (_, over) => {
  expect(() => checkState({ ...view, ...over })).toThrow(RaftInvariantError);
  expect(() => checkState({ ...view, ...over })).toThrow(/lastIndex=6/);
});

test.each([
  ["a term that goes back", { currentTerm: term(2) }],
  ["a vote that changes within a term", { votedFor: nodeId("b") }],
  ["a vote taken back within a term", { votedFor: null }],
  ["a second leader within a term", { leader: nodeId("b") }],
  ["a leader that deletes", { lastIndex: logIndex(5) }],
  ["a commit taken back", { commitIndex: logIndex(3) }],
])("%s stops the node", (_, over) => {
  expect(() => checkStep(view, tick, { ...view, ...over })).toThrow(RaftInvariantError);
});

test("a vote may be given in a new term", () => {
  checkStep(view, tick, {
    ...view,
    currentTerm: term(4),
    votedFor: nodeId("b"),
    role: "follower",
    leader: null,
  });
});

test("a PreVote that changes anything stops the node", () => {
  const message = {
    type: "PreVote",
    term: term(9),
    lastLogIndex: logIndex(0),
    lastLogTerm: term(0),
  } as const;
  const input = { type: "message", from: nodeId("b"), message, now: 0 as never } as const;
  expect(() => checkStep(view, input, { ...view, currentTerm: term(9), votedFor: null })).toThrow(/PreVote/);
});
