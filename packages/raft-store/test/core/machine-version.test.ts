import { expect, test } from "vitest";
import { decodeMachineVersion } from "../../src/core/machine-version.ts";
import { unixMillis } from "../../src/units.ts";
import { CoreGroup, type GroupOptions } from "./core-group.ts";

/** A group whose members say that they know version 2, but for those that do not. */
function upgradedBut(old: readonly string[], options: GroupOptions = {}): CoreGroup {
  const group = new CoreGroup({ machineVersionMax: 2, ...options });
  group.alters = (mail) =>
    old.includes(mail.from) && mail.message.type === "AppendEntriesReply"
      ? { ...mail, message: { ...mail.message, machineVersion: 1 } }
      : mail;
  return group;
}

const raise = (group: CoreGroup, id: string, version = 2) =>
  group.step(id, { type: "raiseVersion", id: 1, version, now: unixMillis(1) }).membership[0];

test("the machine's version is raised at one place of the log, the same on every replica", () => {
  const group = upgradedBut([]);
  group.elect("a");
  expect(raise(group, "b")).toMatchObject({ outcome: "refused", reason: "not-leader" });
  expect(raise(group, "a")).toMatchObject({ outcome: "appended", index: 2 });
  group.settle();
  for (const id of ["a", "b", "c"]) {
    const entry = group.node(id).applied.find(({ type }) => type === "version");
    expect(entry?.index).toBe(2);
    expect(decodeMachineVersion(entry?.data ?? new Uint8Array())).toBe(2);
  }
});

test("it is not raised while a member, be it a learner, has not said that it knows the version", () => {
  for (const old of ["c", "d"]) {
    const group = upgradedBut([old], { learners: ["d"] });
    group.elect("a");
    group.run(3);
    expect(raise(group, "a")).toMatchObject({ outcome: "refused", reason: "unsupported" });
    expect(group.core("a").status().lastIndex).toBe(1);
    group.alters = (mail) => mail;
    group.run(3);
    expect(raise(group, "a")).toMatchObject({ outcome: "appended" });
  }
});

test("it is not raised beyond what the leader's own program knows", () => {
  const group = upgradedBut([]);
  group.elect("a");
  expect(raise(group, "a", 3)).toMatchObject({ outcome: "refused", reason: "unsupported" });
});

test("the mutant version-raised-unasked is caught by the test above it", () => {
  const group = upgradedBut(["c"], { mutants: new Set(["version-raised-unasked"]) });
  group.elect("a");
  expect(raise(group, "a")).toMatchObject({ outcome: "appended" });
});
