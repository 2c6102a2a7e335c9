import { CommandError } from "../lib/command-error.ts";
import { type GatewaySettings, readGatewaySettings } from "./settings.ts";

/**
 * Has an entry point take up its list of nodes again at SIGHUP. A list that cannot be used is told of, and the one before
 * goes on.
 */
export function onReload(
  env: Readonly<Record<string, string | undefined>>,
  log: (msg: string) => void,
  take: (nodes: GatewaySettings["nodes"]) => Promise<void>,
): void {
  const reload = async (): Promise<void> => {
    try {
      const { nodes } = readGatewaySettings(env);
      await take(nodes);
      log(`nodes: ${nodes.map(({ host, port }) => `${host}:${port}`).join(", ")}`);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      log(`the list of nodes stays as it is: ${error.message}`);
    }
  };
  process.on("SIGHUP", () => void reload());
}
