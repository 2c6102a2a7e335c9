import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { CommandError } from "../lib/command-error.ts";
import { exitCodes } from "../lib/exit-codes.ts";

/** Threads beyond these only fight over the processors. */
export const threadsByDefault = Math.min(8, availableParallelism());

/** Reads `--name value` pairs, `--switch` and `--help`; anything else ends the command with a sentence. */
export function readOptions(
  argv: readonly string[],
  names: readonly string[],
  switches: readonly string[] = [],
): ReadonlyMap<string, string> {
  const options = Object.fromEntries([
    ...names.map((name) => [name, { type: "string" as const }] as const),
    ...switches.map((name) => [name, { type: "boolean" as const }] as const),
  ]);
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { ...options, help: { type: "boolean", short: "h" } },
    });
    return new Map(Object.entries(values).map(([name, value]) => [name, String(value)]));
  } catch (error) {
    throw new CommandError(`${(error as Error).message}; see --help`, exitCodes.failed, { cause: error });
  }
}

/** A whole number of at least `least`; `fallback` if it is not given. */
export function wholeNumber(
  options: ReadonlyMap<string, string>,
  name: string,
  fallback: number,
  least = 1,
): number {
  const text = options.get(name);
  if (text === undefined) return fallback;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new CommandError(`--${name} must be a whole number of at least ${least}, not "${text}"`);
}
