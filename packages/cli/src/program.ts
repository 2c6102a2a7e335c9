import { Command } from "commander";
import { accountCommands } from "./accounts/account-commands.ts";
import { dataCommands } from "./offline/data-commands.ts";
import { clusterCommands } from "./online/cluster-commands.ts";
import { membersCommands } from "./online/members-commands.ts";
import { createShell } from "./shell.ts";

/**
 * The whole command line. Parsing rejects with a CommanderError where the words are off, and with whatever a command
 * throws.
 */
export function createProgram(
  env: Readonly<Record<string, string | undefined>>,
  out: NodeJS.WritableStream,
  err: NodeJS.WritableStream,
): Command {
  const program = new Command("quorumbook")
    .description("Operates a Quorumbook cluster, and looks at the data of its stopped nodes.")
    .exitOverride()
    .configureOutput({ writeOut: (text) => out.write(text), writeErr: (text) => err.write(text) })
    .showHelpAfterError("(--help says more)");
  const shell = createShell(env, out, err);
  program.commandsGroup("A running cluster:");
  clusterCommands(program, shell);
  membersCommands(program, shell);
  program.commandsGroup("The data of a stopped node:");
  dataCommands(program, shell);
  program.commandsGroup("Accounts:");
  accountCommands(program, shell);
  return program;
}
