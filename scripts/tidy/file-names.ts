import { isSource, projectFile, type Rule } from "./project-file.ts";

const KEBAB = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9-]+)*\.(?:tsx?|mjs)$/;

export const fileNames: Rule = {
  name: "source files are named in kebab-case",
  check: (files) =>
    files
      .filter(({ path }) => isSource(path) && !KEBAB.test(path.split("/").at(-1) ?? ""))
      .map(({ path }) => ({ path, line: 1, message: "name it in kebab-case, after what it exports" })),
  canaries: [
    [projectFile("packages/web/src/BetSlip.tsx", "\n")],
    [projectFile("scripts/run_tests.ts", "\n")],
    [projectFile("scripts/runTests.ts", "\n")],
  ],
  allowed: [
    [projectFile("packages/web/src/bet-slip.test.tsx", "\n")],
    [projectFile("vitest.config.ts", "\n")],
    [projectFile("packages/x/test/v1-1.test-d.ts", "\n")],
  ],
};
