// The game node as a process: configuration from the environment, a replicated log on disk, and an orderly end.
import { Command } from "commander";
import pino from "pino";
import { ConfigError, EXIT_BAD_CONFIG, EXIT_FATAL, readConfig, VARIABLES } from "./config.ts";
import { createGameNode, type GameNode } from "./game-node.ts";
import { openLog } from "./replication/open-log.ts";
import { chooseSockets } from "./uws/choose-sockets.ts";

/** A stop that takes longer than this ends by force; whatever waited for a commit has been answered by then. */
const STOP_MS_MAX = 10_000;

async function main(): Promise<void> {
  new Command("game-node")
    .description("A node of Quorumbook: the replicated book behind REST and WebSocket.")
    .addHelpText("after", `\nEnvironment:\n${variablesHelp()}`)
    .parse();
  const config = orExit(() => readConfig(process.env));
  const { uws, sockets, why } = orExit(() => chooseSockets(config.sockets));
  const logger = pino({ level: config.logLevel, base: { node: config.nodeId, pid: process.pid } });
  const die = (error: unknown): void => {
    logger.fatal({ err: error }, "the node stops: its state can no longer be vouched for");
    process.exit(EXIT_FATAL);
  };
  process.on("uncaughtException", die);
  process.on("unhandledRejection", die);

  let node: GameNode;
  try {
    node = await createGameNode({
      ...config,
      uws,
      peerUrls: new Map([...config.peerUrls].filter(([nodeId]) => nodeId !== config.nodeId)),
      logger,
      openLog: (machine) => openLog({ ...config, onWarning: (message) => logger.warn(message) }, machine),
      onFatal: die,
    });
    const port = await node.listen(config.host, config.httpPort);
    logger.info({ host: config.host, port, sockets, why }, "the node listens");
  } catch (error) {
    die(error);
    return;
  }
  stopOnSignal(node, logger);
}

function orExit<T>(configured: () => T): T {
  try {
    return configured();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return process.exit(EXIT_BAD_CONFIG);
  }
}

function variablesHelp(): string {
  return VARIABLES.map(
    ([name, fallback, means]) =>
      `  ${name.padEnd(27)}${means}${fallback === undefined ? " (required)" : fallback === "" ? "" : ` (${fallback})`}`,
  ).join("\n");
}

/** The first signal ends the node in good order; more of them change nothing, since a group gets them all. */
function stopOnSignal(node: GameNode, logger: pino.Logger): void {
  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, "the node stops");
    setTimeout(() => {
      logger.warn("the node was slow to stop and is cut off");
      process.exit(0);
    }, STOP_MS_MAX).unref();
    await node.close();
    logger.info("the node has stopped");
    process.exit(0);
  };
  process.on("SIGTERM", (signal) => void stop(signal));
  process.on("SIGINT", (signal) => void stop(signal));
}

await main();
