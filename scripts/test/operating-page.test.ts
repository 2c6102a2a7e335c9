import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { projectRoot } from "../lib/source-paths.ts";

const page = (name: string): string => readFileSync(join(projectRoot, "docs", name), "utf8");

it("docs/operating.md says of every code of docs/errors.md what to do about it at night", () => {
  const codes = [...page("errors.md").matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, code]) => code ?? "");
  expect(codes.length).toBeGreaterThan(30);
  const night = page("operating.md").split("\n## At night\n")[1] ?? "";
  const named = new Set([...night.matchAll(/`(?:\d{3} )?([a-z_]+)`/g)].map(([, code]) => code));
  expect(codes.filter((code) => !named.has(code))).toEqual([]);
});
