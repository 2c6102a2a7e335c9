import { expect, test } from "vitest";
import type { Problem } from "@quorumbook/client";
import { problemText } from "../src/strings.ts";

const problem = (code: string, facts: Record<string, unknown> = {}): Problem => ({
  code,
  status: 422,
  detail: "What the server said.",
  facts,
});

test("a refusal is told in the page's own words, with its facts", () => {
  expect(problemText(problem("stake_above_cap", { cap: 1250 }))).toMatch(/12[.,]50/);
});

test("a refusal that this page does not know is told in the server's", () => {
  expect(problemText(problem("something_new"))).toBe("What the server said.");
});

test("no code finds words by accident of the language", () => {
  expect(problemText(problem("constructor"))).toBe("What the server said.");
  expect(problemText(problem("toString"))).toBe("What the server said.");
});
