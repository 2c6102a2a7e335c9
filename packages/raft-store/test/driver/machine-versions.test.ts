import { expect, test } from "vitest";
import { encodeMachineVersion } from "../../src/core/machine-version.ts";
import { MachineVersion } from "../../src/driver/machine-versions.ts";
import { resolveMachineVersions } from "../../src/machine-version-options.ts";

test("the version goes up where the log says so, and never down", () => {
  const version = new MachineVersion({ min: 1, max: 3, initial: 1 });
  expect(version.switched(encodeMachineVersion(2))).toBe(true);
  expect(version.switched(encodeMachineVersion(2))).toBe(false);
  expect(version.switched(encodeMachineVersion(1))).toBe(false);
  expect(version.current).toBe(2);
});

test("a version that the program cannot be stops the node, and says which program to start", () => {
  const old = new MachineVersion({ min: 1, max: 1, initial: 1 });
  expect(() => old.switched(encodeMachineVersion(2))).toThrow(
    expect.objectContaining({
      code: "RAFT_UPGRADE_REQUIRED",
      message: expect.stringMatching(/newer program/),
    }),
  );
  const late = new MachineVersion({ min: 2, max: 3, initial: 1 });
  expect(() => late.check()).toThrow(/older program/);
  expect(() => late.restored(4)).toThrow(/newer program/);
  late.restored(3);
  expect(late.current).toBe(3);
});

test("versions out of order, or none, are no configuration", () => {
  expect(resolveMachineVersions(undefined)).toEqual({ min: 1, max: 1, initial: 1 });
  for (const given of [
    { min: 2, max: 1 },
    { min: 0, max: 1 },
    { min: 1, max: 1.5 },
  ]) {
    expect(() => resolveMachineVersions(given)).toThrow(
      expect.objectContaining({ code: "RAFT_CONFIG_INVALID" }),
    );
  }
});
