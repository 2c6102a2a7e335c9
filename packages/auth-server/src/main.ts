// The process: command line, signals, exit codes.
import { readFileSync } from "node:fs";
import { Command, InvalidArgumentError } from "commander";
import { readConfig, readStoreConfig, VARIABLES } from "./config.ts";
import { CommandError, createAdmin } from "./create-admin.ts";
import { ConfigError, EXIT_BAD_CONFIG, EXIT_FATAL, KeyStoreError, StoreError } from "./errors.ts";
import { ROTATION_LEAD, rotateKeys } from "./rotate-keys.ts";
import { createAuthServer } from "./serve.ts";

const program = new Command("auth-server")
  .description("Accounts, credentials and tokens of Quorumbook; serves the web app.")
  .helpCommand(false)
  .addHelpText("after", () => `\n${environmentHelp()}`);

program.command("serve", { isDefault: true }).description("run the server (the default)").action(serve);

program
  .command("create-admin")
  .description("make an admin; works while the server runs")
  .requiredOption("--username <name>", "3 to 32 of A-Z a-z 0-9 . _ -")
  .option("--password-stdin", "read the password from standard input instead of making a random one")
  .option("--json", "print {username, password} as JSON")
  .action(async (options: { username: string; passwordStdin?: true; json?: true }) => {
    // One newline at the end is the shell's, not the password's.
    const given = options.passwordStdin ? readFileSync(0, "utf8").replace(/\r?\n$/, "") : undefined;
    const made = await createAdmin(readStoreConfig(process.env), options.username, given);
    const text =
      given === undefined ? `made ${made.username}, password ${made.password}` : `made ${made.username}`;
    process.stdout.write(`${options.json ? JSON.stringify(made) : text}\n`);
  });

program
  .command("rotate-keys")
  .description("start a new signing key; a running server takes it over by itself")
  .option("--lead <seconds>", "how long it is published before it signs", readSeconds, ROTATION_LEAD)
  .option("--json", "print {kid, signsFrom} as JSON")
  .action(async ({ lead, json }: { lead: number; json?: true }) => {
    const made = await rotateKeys(readStoreConfig(process.env), lead);
    const text = `key ${made.kid} signs from ${made.signsFrom}`;
    process.stdout.write(`${json ? JSON.stringify(made) : text}\n`);
  });

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

async function serve(): Promise<void> {
  const config = readConfig(process.env);
  const server = await createAuthServer({
    config,
    logger: { level: config.logLevel },
    onFatal: (error) => {
      lastWord(error);
      process.exit(EXIT_FATAL);
    },
    onWait: (error) => process.stderr.write(`auth-server: waiting for the database: ${error.message}\n`),
  });
  let isStopping = false;
  const stop = (signal: string) => {
    // A second signal changes nothing: the first stop is under way and has an end.
    if (isStopping) return;
    isStopping = true;
    server.app.log.info({ signal }, "stopping");
    server.close().then(
      () => process.exit(0),
      (error: unknown) => process.exit(report(error)),
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  await server.app.listen({ host: config.host, port: config.port });
}

function report(error: unknown): number {
  if (error instanceof ConfigError) {
    process.stderr.write(`auth-server: ${error.message}\n`);
    return EXIT_BAD_CONFIG;
  }
  if (error instanceof CommandError) {
    process.stderr.write(`auth-server: ${error.message}\n`);
    return 1;
  }
  lastWord(error);
  return EXIT_FATAL;
}

function lastWord(error: unknown): void {
  const isExpected = error instanceof StoreError || error instanceof KeyStoreError;
  const text = isExpected
    ? `${error.code}: ${error.message}`
    : error instanceof Error
      ? error.stack
      : String(error);
  process.stderr.write(`auth-server: fatal: ${text}\n`);
}

function readSeconds(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError("is no whole number of seconds");
  return Number(text);
}

function environmentHelp(): string {
  const width = Math.max(...VARIABLES.map(([name]) => name.length));
  const lines = VARIABLES.map(([name, fallback, means]) => {
    const note = fallback === undefined ? " (required)" : fallback === "" ? "" : ` (default ${fallback})`;
    return `  ${name.padEnd(width)}  ${means}${note}`;
  });
  return ["Environment:", ...lines].join("\n");
}
