import { readFileSync } from "node:fs";
import { MUTANTS, SCRIPTED_MUTANTS } from "@quorumbook/raft-store/testing";
import { expect, test } from "vitest";

const page = readFileSync(new URL("../../docs/simulator.md", import.meta.url), "utf8");

test("docs/simulator.md has a row for every known bug, and for no other", () => {
  const found = [...page.matchAll(/^\| `([a-z-]+)` \| [^|]+ \| (\d+) \|$/gm)];
  expect(found.map(([, name]) => name)).toEqual([...MUTANTS]);
  for (const [, , budget] of found) expect([10, 100, 300, 1000]).toContain(Number(budget));
  const scripted = [...page.matchAll(/^\| `([a-z-]+)` \| [^|]+ \|$/gm)].map(([, name]) => name);
  expect(scripted).toEqual([...SCRIPTED_MUTANTS]);
});
