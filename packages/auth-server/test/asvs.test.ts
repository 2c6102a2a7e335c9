// The checklist in docs/ says of each requirement which test shows it: these tests keep it true.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const PROJECT = join(import.meta.dirname, "../../..");
const PAGE = readFileSync(join(PROJECT, "docs/asvs-auth.md"), "utf8");

/** ASVS 4.0.3, level 1: section, then the numbers in it. */
const LEVEL_1 = `
  2.1 1-12, 2.2 1-3, 2.3 1, 2.5 1-6, 2.7 1-4, 2.8 1, 3.1 1, 3.2 1-3, 3.3 1-2, 3.4 1-5, 3.7 1, 4.1 1-3, 4.1 5, 4.2 1-2,
  4.3 1-2, 5.1 1-5, 5.2 1-8, 5.3 1-10, 5.5 1-4, 6.2 1, 7.1 1-2, 7.4 1, 8.2 1-2, 8.3 1-4, 9.1 1-3, 10.3 1-3, 11.1 1-5,
  12.1 1, 12.3 1-5, 12.4 1-2, 12.5 1-2, 12.6 1, 13.1 1, 13.1 3, 13.2 1-3, 13.3 1, 14.2 1-3, 14.3 2-3, 14.4 1-7, 14.5 1-3`;

function level1(): string[] {
  return LEVEL_1.split(",").flatMap((entry) => {
    const [section = "", range = ""] = entry.trim().split(" ");
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => `${section}.${first + i}`);
  });
}

const rows = PAGE.split("\n")
  .filter((line) => /^\| \d/.test(line))
  .map((line) => {
    const [ids = "", asks = "", holds = "", shown = ""] = line.slice(2, -2).split(" | ");
    const tests = [...shown.matchAll(/`([\w/.-]+\.ts)`(?: “([^”]+)”)?/g)];
    return {
      ids: ids.split(", "),
      asks,
      holds,
      shown,
      tests: tests.map(([, file = "", title = ""]) => ({ file, title })),
    };
  });

describe("the checklist of ASVS level 1", () => {
  it("has one row for each requirement, and no other", () => {
    const inOrder = (ids: string[]) => ids.toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }));
    expect(inOrder(rows.flatMap(({ ids }) => ids))).toEqual(inOrder(level1()));
  });

  it("says of each whether it holds, with a test or a reason", () => {
    for (const { ids, asks, holds, shown, tests } of rows) {
      expect(asks, ids.join()).not.toBe("");
      expect(["yes", "no", "here not", "outside"], ids.join()).toContain(holds);
      const reason = shown.replaceAll(/`[^`]*`(?: “[^”]*”)?[;.]?/g, "").trim();
      expect(tests.length > 0 || reason.length > 10, `${ids.join()}: a test or a reason`).toBe(true);
    }
  });

  it("names tests that exist", () => {
    const named = rows.flatMap(({ tests }) => tests);
    expect(named.length).toBeGreaterThan(50);
    for (const { file, title } of named) {
      const path = join(PROJECT, file.startsWith("packages/") ? file : `packages/auth-server/test/${file}`);
      expect(existsSync(path), file).toBe(true);
      const source = readFileSync(path, "utf8");
      const isThere = title === "" || source.includes(`"${title}"`);
      expect(isThere, `${file}: ${title}`).toBe(true);
    }
  });
});
