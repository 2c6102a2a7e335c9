import type { Command } from "commander";
import { createAdmin, readStoreConfig, ROTATION_LEAD, rotateKeys } from "@quorumbook/auth-server";
import { readCount } from "../lib/readers.ts";
import type { Shell } from "../shell.ts";

const WHERE =
  "\nRuns where auth-server runs, with its QUORUMBOOK_AUTH_DATA and DATABASE_URL; the server may run meanwhile.";

export function accountCommands(program: Command, shell: Shell): void {
  shell
    .local(
      program
        .command("create-admin")
        .description("make an admin with a random password, printed once")
        .argument("<name>", "3 to 32 of A-Z a-z 0-9 . _ -")
        .addHelpText("after", `${WHERE} QUORUMBOOK_PASSWORD, where set, is the password.`),
    )
    .action(async (name: string, _, command) => {
      const { output } = shell.of(command);
      const given = shell.env["QUORUMBOOK_PASSWORD"] || undefined;
      const made = await createAdmin(readStoreConfig(shell.env), name, given);
      const words =
        given === undefined ? `made ${made.username}, password ${made.password}` : `made ${made.username}`;
      output.answer(made, words);
    });

  shell
    .local(
      program
        .command("rotate-keys")
        .description("start a new signing key; a running server takes it over by itself")
        .option("--lead <seconds>", "how long it is published before it signs", readCount, ROTATION_LEAD)
        .addHelpText("after", WHERE),
    )
    .action(async (options: { readonly lead: number }, command) => {
      const { output } = shell.of(command);
      const made = await rotateKeys(readStoreConfig(shell.env), options.lead);
      output.answer(made, `key ${made.kid} signs from ${made.signsFrom}`);
    });
}
