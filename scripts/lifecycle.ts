import { runCommand } from "./lib/run-command.ts";
import { lifecycleCommand } from "./lifecycle/lifecycle-command.ts";

await runCommand("lifecycle", () =>
  lifecycleCommand(
    process.argv.slice(2),
    (text) => process.stdout.write(text),
    (text) => process.stderr.write(text),
  ),
);
