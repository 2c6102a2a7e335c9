import { parseArgs } from "node:util";
import { CommandError } from "./command-error.ts";

/** What a command was given: the text of each `--name value`, and `"true"` for each switch. */
export type Options = ReadonlyMap<string, string>;

/** The largest seed: generators take 32 bits. */
export const SEED_MAX = 2 ** 32 - 1;

/** Reads `--name value` pairs, `--switch` and `--help`; anything else ends the command with a sentence. */
export function readOptions(
  argv: readonly string[],
  names: readonly string[],
  switches: readonly string[] = [],
): Options {
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
    throw new CommandError(`${(error as Error).message}; see --help`, undefined, { cause: error });
  }
}

/** A whole number from `least` to `most`; `fallback` if it is not given. */
export function wholeNumber(
  options: Options,
  name: string,
  fallback: number,
  least = 1,
  most = Number.MAX_SAFE_INTEGER,
): number {
  const text = options.get(name);
  if (text === undefined) return fallback;
  const value = Number(text);
  if (/^\d{1,16}$/.test(text) && value >= least && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new CommandError(`--${name} must be a whole number ${range}, not "${text}"`);
}
