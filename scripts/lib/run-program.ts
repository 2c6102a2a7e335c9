import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { CommandError } from "./command-error.ts";

/** Runs a program to its end and returns what it said. @throws CommandError with its complaint, where it fails */
export async function runProgram(program: string, ...args: readonly string[]): Promise<string> {
  try {
    return (await promisify(execFile)(program, args)).stdout;
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
    throw new CommandError(`${program} ${args.join(" ")}: ${said || String(error)}`, undefined, {
      cause: error,
    });
  }
}
