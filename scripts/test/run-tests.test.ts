import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, describe, it } from "vitest";
import { countResults } from "../testing/count-results.ts";
import { isInstalled } from "../testing/test-groups.ts";

function report(...files: { status: string; tests: string[] }[]): string {
  return JSON.stringify({
    testResults: files.map(({ status, tests }, at) => ({
      name: `file-${at}`,
      status,
      assertionResults: tests.map((test, number) => ({ status: test, fullName: `test ${number}` })),
    })),
  });
}

describe("the count of a test run", () => {
  it("tells passed, failed and skipped tests apart", () => {
    const json = report(
      { status: "failed", tests: ["passed", "failed", "pending"] },
      { status: "passed", tests: ["passed"] },
    );
    expect(countResults(json, 1)).toEqual({ passed: 2, failed: 1, skipped: ["file-0: test 2"] });
  });

  it("counts a file that cannot be loaded as a failure", () => {
    expect(countResults(report({ status: "failed", tests: [] }), 1)).toMatchObject({ passed: 0, failed: 1 });
  });

  it("never says 0 failed of a run that failed", () => {
    expect(countResults(report({ status: "passed", tests: ["passed"] }), 1)).toMatchObject({ failed: 1 });
    expect(countResults(undefined, 137)).toMatchObject({ passed: 0, failed: 1 });
  });
});

describe("looking for a program", () => {
  it("finds it in any folder of the path, under any of its names", () => {
    const folder = mkdtempSync(join(tmpdir(), "quorumbook-path-"));
    try {
      mkdirSync(join(folder, "bin"));
      writeFileSync(join(folder, "bin/second-name"), "");
      const path = `${join(folder, "nowhere")}:${join(folder, "bin")}`;
      expect(isInstalled(["first-name", "second-name"], path)).toBe(true);
      expect(isInstalled(["first-name"], path)).toBe(false);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
