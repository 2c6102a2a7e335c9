import { consistencyCommand } from "./consistency/consistency-command.ts";
import { runCommand } from "./lib/run-command.ts";

await runCommand("consistency", () =>
  consistencyCommand(
    process.argv.slice(2),
    process.env,
    (text) => process.stdout.write(text),
    (text) => process.stderr.write(text),
  ),
);
