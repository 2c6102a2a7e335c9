import { chaosCommand } from "./chaos/chaos-command.ts";
import { runCommand } from "./lib/run-command.ts";

await runCommand("chaos", () =>
  chaosCommand(
    process.argv.slice(2),
    process.env,
    (text) => process.stdout.write(text),
    (text) => process.stderr.write(text),
  ),
);
