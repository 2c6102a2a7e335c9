import { runCommand } from "./lib/run-command.ts";
import { mutantsCommand } from "./sim/mutants-command.ts";

await runCommand("sim:mutants", () =>
  mutantsCommand(process.argv.slice(2), (text) => process.stdout.write(text)),
);
