import { runCommand } from "./lib/run-command.ts";
import { simCommand } from "./sim/sim-command.ts";

await runCommand("sim", () =>
  simCommand(
    process.argv.slice(2),
    (text) => process.stdout.write(text),
    (text) => process.stderr.write(text),
  ),
);
