import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PROBLEMS } from "../../src/contract/problem-codes.ts";

const page = readFileSync(new URL("../../../../docs/errors.md", import.meta.url), "utf8");
const section = page.split("## Game nodes")[1]?.split("\n## ")[0] ?? "";
const documented = new Map(
  [...section.matchAll(/^\| `([a-z_]+)` \| (\d+) \| (.+) \| (.+) \|$/gm)].map(
    ([, code, status, when, what]) => [
      code ?? "",
      { status: Number(status), when: when ?? "", what: what ?? "" },
    ],
  ),
);

describe("docs/errors.md", () => {
  it("describes every code that a game node may answer, with its status", () => {
    for (const [code, [status]] of Object.entries(PROBLEMS)) {
      expect(documented.get(code)?.status, code).toBe(status);
    }
  });

  it("describes no code that does not exist", () => {
    expect([...documented.keys()].filter((code) => !Object.hasOwn(PROBLEMS, code))).toEqual([]);
  });

  it("says of each when it comes and what to do", () => {
    for (const [code, { when, what }] of documented) {
      expect(when.length, code).toBeGreaterThan(10);
      expect(what.length, code).toBeGreaterThan(3);
    }
  });
});
