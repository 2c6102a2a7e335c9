import { hostileCommand } from "./hostile/hostile-command.ts";
import { runCommand } from "./lib/run-command.ts";

await runCommand("hostile", () =>
  hostileCommand(
    process.argv.slice(2),
    process.env,
    (text) => process.stdout.write(text),
    (text) => process.stderr.write(text),
  ),
);
