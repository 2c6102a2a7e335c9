import { join } from "node:path";
import { onReload } from "../gateway/on-reload.ts";
import { readGatewaySettings } from "../gateway/settings.ts";
import { runCommand } from "../lib/run-command.ts";
import { Nginx } from "./nginx.ts";

// Nginx as the entry point, in the place of the built-in gateway and with its settings: `QUORUMBOOK_GATEWAY_*` in,
// SIGHUP has it read its list of nodes again, SIGTERM ends it. Ends when nginx does.
await runCommand("nginx", async () => {
  // First of all: a signal during the start must not leave an nginx without its keeper.
  const told = new Promise<boolean>((resolve) => {
    for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => resolve(true));
  });
  const folder = process.env["QUORUMBOOK_GATEWAY_DATA"];
  const nginx = await Nginx.open(
    readGatewaySettings(process.env),
    process.env["PATH"] ?? "",
    folder === undefined ? undefined : join(folder, "nginx.json"),
  );
  onReload(process.env, log, (nodes) => nginx.setNodes(nodes));
  const asked = await Promise.race([told, nginx.ended().then(() => false)]);
  await nginx.close();
  return asked ? 0 : 1;
});

function log(msg: string): void {
  process.stdout.write(
    `${JSON.stringify({ level: "info", time: new Date().toISOString(), name: "nginx", msg })}\n`,
  );
}
