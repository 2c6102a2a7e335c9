import { CommandError } from "./command-error.ts";
import { exitCodes } from "./exit-codes.ts";

/**
 * Runs a command's main function and turns its end into an exit code: the number that it returns, or for a
 * `CommandError` that error's, with its sentence on standard error. Anything else is a defect and keeps its stack.
 */
export async function runCommand(name: string, main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (error instanceof CommandError) {
      process.stderr.write(`${name}: ${error.message}\n`);
      process.exitCode = error.exitCode;
    } else {
      process.stderr.write(`${name}: ${error instanceof Error ? error.stack : String(error)}\n`);
      process.exitCode = exitCodes.failed;
    }
  }
}
