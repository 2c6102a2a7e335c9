// `npm start` with stand-ins for the servers; the gateway is the real one.
import { join } from "node:path";
import { programs } from "../../cluster/process-plan.ts";
import { startCommand } from "../../cluster/start-command.ts";
import { runCommand } from "../../lib/run-command.ts";

await runCommand("quorumbook", () =>
  startCommand(process.argv.slice(2), process.env, {
    ...programs,
    auth: join(import.meta.dirname, "auth.ts"),
    node: process.env["STAND_IN_NODE"] ?? join(import.meta.dirname, "node.ts"),
  }),
);
