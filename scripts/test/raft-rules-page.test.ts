import { existsSync, readdirSync, readFileSync } from "node:fs";
import { MUTANTS, SCRIPTED_MUTANTS } from "@quorumbook/raft-store/testing";
import { expect, test } from "vitest";

const page = readFileSync(new URL("../../docs/raft-rules.md", import.meta.url), "utf8");
const tests = new URL("../../packages/raft-store/test/", import.meta.url);
const rows = [...page.matchAll(/^\| (\d+) \| [^|]+ \| ([^|]+) \|$/gm)];

/** The names in backquotes behind `kind` in a row, up to the next semicolon. */
function named(kind: string): string[] {
  const parts = rows
    .flatMap(([, , shown = ""]) => shown.split("; "))
    .filter((part) => part.startsWith(`${kind} `));
  return parts.flatMap((part) => [...part.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name));
}

test("docs/raft-rules.md has a row for each of the forty rules, in order", () => {
  expect(rows.map(([, number]) => Number(number))).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
});

test("every scenario of a rule is in docs/raft-rules.md, and every one named there exists", () => {
  const files = readdirSync(new URL("interactions/scripts", tests)).map((file) => file.replace(".txt", ""));
  const listed = named("scenario");
  expect(listed.filter((name) => !files.includes(name))).toEqual([]);
  expect(files.filter((name) => name.startsWith("rule-") && !listed.includes(name))).toEqual([]);
});

test("every test and every bug that docs/raft-rules.md names exists", () => {
  expect(named("test").filter((path) => !existsSync(new URL(path, tests)))).toEqual([]);
  const bugs: readonly string[] = [...MUTANTS, ...SCRIPTED_MUTANTS];
  expect(named("bug").filter((name) => !bugs.includes(name))).toEqual([]);
});
