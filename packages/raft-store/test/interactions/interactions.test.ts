import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { MUTANTS, SCRIPTED_MUTANTS } from "../../src/core/mutants.ts";
import { killsOf, play } from "./scenario.ts";
import { scripts } from "./scripts.ts";

describe.each(scripts().map(({ name, path }) => [name, readFileSync(path, "utf8")] as const))(
  "%s",
  (_, script) => {
    test("goes as its transcript says; `npm run scenarios` writes what it does now, for you to read", () => {
      expect(script).toBe(play(script));
      // Commands alone would pass for a transcript of nothing.
      expect(script.match(/^ {4}\S/gm)?.length ?? 0).toBeGreaterThan(1);
    });

    test.each(killsOf(script))("goes otherwise with the bug %s", (mutant) => {
      expect([...MUTANTS, ...SCRIPTED_MUTANTS]).toContain(mutant);
      expect(play(script, new Set([mutant]))).not.toBe(script);
    });
  },
);
