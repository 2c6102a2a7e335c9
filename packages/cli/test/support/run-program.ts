import { CommanderError } from "commander";
import { Writable } from "node:stream";
import { createProgram } from "../../src/program.ts";

export interface Ran {
  readonly out: string;
  readonly err: string;
  /** What it threw; undefined where all went well. */
  readonly error: unknown;
  /** Documents on standard output, one a line. */
  readonly json: readonly unknown[];
}

/** Runs the command line in this process. */
export async function runProgram(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const out = new Collected();
  const err = new Collected();
  let error: unknown;
  try {
    await createProgram(env, out, err).parseAsync(words, { from: "user" });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError && thrown.exitCode === 0)) error = thrown;
  }
  const json = words.includes("--json")
    ? out.text
        .split("\n")
        .filter((line) => line !== "")
        .map((line): unknown => JSON.parse(line))
    : [];
  return { out: out.text, err: err.text, error, json };
}

class Collected extends Writable {
  text = "";

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
