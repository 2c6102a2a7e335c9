// `npm test` and `npm run test:all`: runs the test groups, and says of each that is left out why. Arguments go on to
// vitest. The last line is "N passed, N failed".
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommandError } from "./lib/command-error.ts";
import { runCommand } from "./lib/run-command.ts";
import { projectRoot } from "./lib/source-paths.ts";
import { countResults } from "./testing/count-results.ts";
import { isInstalled, testGroups } from "./testing/test-groups.ts";

/** Skipped tests told by name; a filter on the command line skips hundreds. */
const SKIPPED_SHOWN = 10;

await runCommand("test", async () => {
  const all = process.argv.includes("--all");
  const passedOn = process.argv.slice(2).filter((argument) => argument !== "--all");
  const groups = testGroups.filter(({ needs }) => all || needs === undefined);
  if (all) requirePrograms();
  const exitCode = await runVitest(
    passedOn,
    groups.map(({ project }) => project),
  );
  if (!all) tellLeftOut();
  return exitCode;
});

function requirePrograms(): void {
  const path = process.env["PATH"] ?? "";
  const missing = testGroups.filter(({ needs }) => needs !== undefined && !isInstalled(needs.programs, path));
  if (missing.length === 0) return;
  const names = missing.map(({ needs, what }) => `${needs?.name} (for ${what})`).join(", ");
  throw new CommandError(`with --all nothing may be left out, but this machine lacks ${names}`);
}

async function runVitest(passedOn: readonly string[], projects: readonly string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "quorumbook-tests-"));
  try {
    const reportFile = join(folder, "report.json");
    const chosen = passedOn.some((argument) => argument.startsWith("--project")) ? [] : projects;
    const child = spawn(
      process.execPath,
      [
        join(projectRoot, "node_modules/vitest/vitest.mjs"),
        "run",
        ...chosen.map((project) => `--project=${project}`),
        "--reporter=default",
        "--reporter=json",
        `--outputFile.json=${reportFile}`,
        ...passedOn,
      ],
      { cwd: projectRoot, stdio: "inherit" },
    );
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
    const [code] = (await once(child, "exit")) as [number | null];
    const exitCode = code ?? 1;
    const json = existsSync(reportFile) ? readFileSync(reportFile, "utf8") : undefined;
    const { passed, failed, skipped } = countResults(json, exitCode);
    for (const name of skipped.slice(0, SKIPPED_SHOWN)) process.stdout.write(`skipped: ${name}\n`);
    if (skipped.length > SKIPPED_SHOWN) process.stdout.write(`skipped: ${skipped.length} tests in all\n`);
    // Tests that were left out are told before the last line, which is for programs to read.
    process.on("exit", () => process.stdout.write(`${passed} passed, ${failed} failed\n`));
    return exitCode;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function tellLeftOut(): void {
  for (const { project, what, needs } of testGroups) {
    if (needs === undefined) continue;
    process.stdout.write(
      `left out: ${project} tests of ${what}: they need ${needs.name}, and this run only Node and npm; ` +
        "npm run test:all runs them\n",
    );
  }
}
