import { CommandError } from "../lib/command-error.ts";
import { runCommand } from "../lib/run-command.ts";
import { isSystemError } from "../cluster/process-identity.ts";
import { onReload } from "./on-reload.ts";
import { Gateway } from "./gateway.ts";
import { readGatewaySettings } from "./settings.ts";

// The entry point as a process: `QUORUMBOOK_GATEWAY_*` in, one log line a change of state out, SIGHUP has it read its list
// of nodes again, SIGTERM ends it.
await runCommand("gateway", async () => {
  const settings = readGatewaySettings(process.env);
  const gateway = await open(settings);
  log(`listening on ${settings.host}:${settings.port}`);
  onReload(process.env, log, (nodes) => gateway.setNodes(nodes));
  const signal = await new Promise<string>((resolve) => {
    for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, resolve);
  });
  log(`${signal}: stopping`);
  await gateway.close();
  return 0;
});

async function open(settings: ReturnType<typeof readGatewaySettings>): Promise<Gateway> {
  try {
    return await Gateway.open(settings);
  } catch (error) {
    if (!isSystemError(error, "EADDRINUSE", "EACCES")) throw error;
    throw new CommandError(`cannot listen on ${settings.host}:${settings.port} (${error.code})`, 1, {
      cause: error,
    });
  }
}

function log(msg: string): void {
  process.stdout.write(
    `${JSON.stringify({ level: "info", time: new Date().toISOString(), name: "gateway", msg })}\n`,
  );
}
