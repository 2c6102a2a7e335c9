// The examples of the library are programs that run, and say what they are meant to show.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { projectRoot } from "../lib/source-paths.ts";

test.each([
  ["price-a-book", [/ratio\/pre/, /tote/, /safe up to/, /the house may lose +\d+\.\d\d of +500\.00/]],
  ["replay-season", [/\d+ bets/, /the same with a snapshot in between/]],
  ["what-if", [/ratio\/pre +\d+/, /cpmm +\d+/, /tote +\d+/]],
])("examples/%s runs", { timeout: 120_000 }, async (name, wanted) => {
  const program = join(projectRoot, "examples", name, "main.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--conditions=@quorumbook/source",
    program,
  ]);
  for (const words of wanted) expect(stdout).toMatch(words);
});
