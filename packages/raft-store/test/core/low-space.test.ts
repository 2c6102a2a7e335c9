import { expect, test } from "vitest";
import { unixMillis } from "../../src/units.ts";
import { CoreGroup, type GroupOptions } from "./core-group.ts";

const space = (group: CoreGroup, id: string, low: boolean) => group.step(id, { type: "space", low });

const propose = (group: CoreGroup, id: string) =>
  group.step(id, {
    type: "propose",
    proposals: [{ seq: 1, data: new Uint8Array(1) }],
    settledBelow: 1,
    now: unixMillis(1),
  }).proposals[0];

function alone(options: GroupOptions = {}): CoreGroup {
  const group = new CoreGroup({ ids: ["a"], ...options });
  group.tick("a");
  group.settle();
  return group;
}

test("a leader whose disk is nearly full refuses before it appends, reads on, and takes commands again later", () => {
  const group = alone();
  space(group, "a", true);
  expect(propose(group, "a")).toMatchObject({ outcome: "refused", reason: "low-space" });
  expect(group.core("a").status().lastIndex).toBe(1);
  expect(group.step("a", { type: "readIndex", id: 1 }).reads).toMatchObject([{ outcome: "ready" }]);
  space(group, "a", false);
  group.settle();
  expect(group.step("a", { type: "readIndex", id: 2 }).reads).toMatchObject([{ outcome: "ready" }]);
  // The bug that this is there to catch.
  const mutated = alone({ mutants: new Set(["low-space-ignored"]) });
  space(mutated, "a", true);
  expect(propose(mutated, "a")).toMatchObject({ outcome: "sent" });
});

test("it hands over to a voter that has room, and to nobody if none has", () => {
  for (const [full, heir] of [
    [["b"], "c"],
    [["b", "c"], "a"],
  ] as const) {
    const group = new CoreGroup();
    group.elect("a");
    for (const id of full) space(group, id, true);
    group.run(5);
    space(group, "a", true);
    group.run(5);
    expect(group.leader).toBe(heir);
  }
});
