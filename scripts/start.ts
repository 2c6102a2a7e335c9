import { programs } from "./cluster/process-plan.ts";
import { startCommand } from "./cluster/start-command.ts";
import { runCommand } from "./lib/run-command.ts";

await runCommand("quorumbook", () => startCommand(process.argv.slice(2), process.env, programs));
