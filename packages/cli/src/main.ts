#!/usr/bin/env node
import { CommanderError } from "commander";
import { ConfigError, EXIT_BAD_CONFIG, isForPeople } from "./lib/errors-for-people.ts";
import { CommandFailure, EXIT_FAILED } from "./lib/command-failure.ts";
import { createProgram } from "./program.ts";

// A reader that went away (`quorumbook log … | head`) is no failure.
process.stdout.on("error", () => process.exit(0));

try {
  await createProgram(process.env, process.stdout, process.stderr).parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  // Commander has said what is wrong; its own code is 1 where the words were off, 0 after --help.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof CommandFailure) {
    process.stderr.write(`quorumbook: ${message}\n`);
    return error.exitCode;
  }
  if (isForPeople(error)) {
    process.stderr.write(`quorumbook: ${message}\n`);
    return error instanceof ConfigError ? EXIT_BAD_CONFIG : EXIT_FAILED;
  }
  process.stderr.write(`quorumbook: ${error instanceof Error ? error.stack : message}\n`);
  return EXIT_FAILED;
}
