// What every command has in common: where it asks, how it answers.
import type { Command } from "commander";
import { type Output, outputTo } from "./lib/output.ts";
import { readUrl } from "./lib/readers.ts";
import { ClusterApi } from "./online/api.ts";
import { credentialsFrom } from "./online/credentials.ts";

const ENTRY_POINT = "http://127.0.0.1:8080";

export interface Shell {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A command that asks a running cluster. */
  online(command: Command): Command;
  /** A command on what lies on this machine. */
  local(command: Command): Command;
  /** For a command's action: its answers, and the cluster that it asks. */
  of(command: Command): { readonly output: Output; readonly api: ClusterApi };
}

export function createShell(
  env: Readonly<Record<string, string | undefined>>,
  out: NodeJS.WritableStream,
  progress: NodeJS.WritableStream,
): Shell {
  const local = (command: Command): Command =>
    command.option("--json", "answer as JSON, one document a line");
  return {
    env,
    local,
    online: (command) =>
      local(command)
        .option(
          "--url <address>",
          "the entry point, or a node",
          readUrl,
          readUrl(env["QUORUMBOOK_URL"] ?? ENTRY_POINT),
        )
        .addHelpText(
          "after",
          "\nWhat changes anything needs an operator: QUORUMBOOK_TOKEN, or QUORUMBOOK_USER and QUORUMBOOK_PASSWORD.",
        ),
    of: (command) => {
      const { json, url } = command.opts<{ readonly json?: true; readonly url?: URL }>();
      return {
        output: outputTo(out, progress, json === true),
        api: new ClusterApi(url ?? new URL(ENTRY_POINT), credentialsFrom(env)),
      };
    },
  };
}
