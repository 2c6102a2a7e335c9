import { clusterCommand } from "./cluster/cluster-command.ts";
import { runCommand } from "./lib/run-command.ts";

await runCommand("cluster", () =>
  clusterCommand(
    process.argv.slice(2),
    process.env,
    (text) => process.stdout.write(text),
    (text) => process.stderr.write(text),
  ),
);
