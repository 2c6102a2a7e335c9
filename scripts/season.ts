import { runCommand } from "./lib/run-command.ts";
import { seasonCommand } from "./season/season-command.ts";

await runCommand("season", () =>
  seasonCommand(
    process.argv.slice(2),
    process.env,
    (text) => process.stdout.write(text),
    (text) => process.stderr.write(text),
  ),
);
