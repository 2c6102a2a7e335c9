// `npm test` and `npm run test:all`: runs the test groups one after another, and says what is left out and why.
// Arguments go on to vitest. The last line is "N passed, N failed".
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommandError } from "./lib/command-error.ts";
import { runCommand } from "./lib/run-command.ts";
import { projectRoot } from "./lib/source-paths.ts";
import { countResults, type TestCounts } from "./testing/count-results.ts";
import { isInstalled, optionalTests, type TestGroup, testGroups } from "./testing/test-groups.ts";

/** Skipped tests told by name; a filter on the command line skips hundreds. */
const SKIPPED_SHOWN = 10;

const path = process.env["PATH"] ?? "";

await runCommand("test", async () => {
  const all = process.argv.includes("--all");
  const passedOn = process.argv.slice(2).filter((argument) => argument !== "--all");
  if (all) requirePrograms();
  const results: TestCounts[] = [];
  for (const { project } of groupsToRun(all, passedOn)) results.push(await runGroup(project, passedOn));
  const passed = sum(results.map((counts) => counts.passed));
  const failed = sum(results.map((counts) => counts.failed));
  const skipped = results.flatMap((counts) => counts.skipped);
  for (const name of skipped.slice(0, SKIPPED_SHOWN)) tell(`skipped: ${name}`);
  if (skipped.length > SKIPPED_SHOWN) tell(`skipped: ${skipped.length} tests in all`);
  if (!all) tellLeftOut();
  // A run that was to leave nothing out must not pass because much was skipped; nor one that found no test at all.
  const incomplete = (all && filtersOf(passedOn).length === 0 && skipped.length > 0) || passed + failed === 0;
  if (incomplete)
    tell(passed + failed === 0 ? "no test was run" : "tests were skipped, so the run has failed");
  const failures = failed + (incomplete ? Math.max(1, skipped.length) : 0);
  tell(`${passed} passed, ${failures} failed`);
  return failures === 0 ? 0 : 1;
});

function groupsToRun(all: boolean, passedOn: readonly string[]): readonly TestGroup[] {
  const wanted = passedOn.flatMap((argument, at) => {
    if (argument === "--project") return passedOn[at + 1] ?? [];
    return argument.startsWith("--project=") ? argument.slice("--project=".length) : [];
  });
  if (wanted.length > 0) return testGroups.filter(({ project }) => wanted.includes(project));
  return testGroups.filter(({ needs }) => all || needs === undefined);
}

/** What is left of the arguments beside the groups: names of files, or parts of names of tests. */
function filtersOf(passedOn: readonly string[]): string[] {
  return passedOn.filter((one, at) => !one.startsWith("--project") && passedOn[at - 1] !== "--project");
}

/** One vitest run a group: the quick ones first, and no group beside another that measures time. */
async function runGroup(project: string, passedOn: readonly string[]): Promise<TestCounts> {
  const folder = mkdtempSync(join(tmpdir(), "quorumbook-tests-"));
  try {
    const reportFile = join(folder, "report.json");
    const own = filtersOf(passedOn);
    const child = spawn(
      process.execPath,
      [
        join(projectRoot, "node_modules/vitest/vitest.mjs"),
        "run",
        `--project=${project}`,
        "--reporter=default",
        "--reporter=json",
        `--outputFile.json=${reportFile}`,
        "--passWithNoTests",
        ...own,
      ],
      { cwd: projectRoot, stdio: "inherit" },
    );
    const end = (signal: NodeJS.Signals) => {
      child.kill(signal);
    };
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, end);
    const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    for (const one of ["SIGINT", "SIGTERM"] as const) process.off(one, end);
    if (signal !== null) throw new CommandError(`the ${project} tests were ended by ${signal}`);
    const json = existsSync(reportFile) ? readFileSync(reportFile, "utf8") : undefined;
    return countResults(json, code ?? 1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function requirePrograms(): void {
  const missing = [...testGroups, ...optionalTests].filter(
    ({ needs }) => needs && !isInstalled(needs.programs, path),
  );
  if (missing.length === 0) return;
  const names = missing.map(({ needs, what }) => `${needs?.name} (for ${what})`).join(", ");
  throw new CommandError(`with --all nothing may be left out, but this machine lacks ${names}`);
}

function tellLeftOut(): void {
  const here = optionalTests.filter(({ needs }) => needs && isInstalled(needs.programs, path));
  for (const group of [...testGroups, ...optionalTests]) {
    const { project, what, needs } = group;
    if (needs === undefined || here.includes(group)) continue;
    tell(
      `left out: ${project} tests of ${what}: they need ${needs.name}, and this run only Node and npm; ` +
        "npm run test:all runs them",
    );
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}
