import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { PROBLEMS } from "../../src/http/problem.ts";

it("docs/errors.md describes every code that this server may answer, with its status, and no other", () => {
  const page = readFileSync(new URL("../../../../docs/errors.md", import.meta.url), "utf8");
  const section = page.split("## auth-server")[1]?.split("\n## ")[0] ?? "";
  const rows = section.matchAll(/^\| `([a-z_]+)` \| (\d+) \| .{10,} \| .{4,} \|$/gm);
  const documented = Object.fromEntries([...rows].map(([, code, status]) => [code, Number(status)]));
  const known = Object.fromEntries(Object.entries(PROBLEMS).map(([code, [status]]) => [code, status]));
  expect(documented).toEqual(known);
});
