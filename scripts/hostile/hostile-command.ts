import { parseArgs } from "node:util";
import { CommandError } from "../lib/command-error.ts";
import { exitCodes } from "../lib/exit-codes.ts";
import { openSystem } from "../season/season-system.ts";
import { runHostile } from "./run-hostile.ts";

const HELP = `Attacks a system in nine ways, at its entry point and at one node, while honest clients use it.

  npm run hostile                      against the running system, or one of its own if none runs
  npm run hostile -- --seconds N       how long each attack lasts (8)
  npm run hostile -- --sockets N       how many idle connections (10000)
  npm run hostile -- --seed S          other bytes (1)
  npm run -s hostile -- --json         the report as one JSON document on standard output

Malformed JSON, deep nesting, huge bodies, invalid UTF-8, noise for HTTP, tampered tokens, slow requests, idle
sockets, WebSocket frames at random. Exits 1 if a node ends or grows without bound, or honest clients are harmed.
`;

/** `npm run hostile`. The document goes to `out`, everything for people to `tell`. */
export async function hostileCommand(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  out: (text: string) => void,
  tell: (text: string) => void,
): Promise<number> {
  const values = parse(argv);
  if (values.help === true) {
    out(HELP);
    return exitCodes.ok;
  }
  const options = {
    seconds: integer("--seconds", values.seconds, 1, 3_600) ?? 8,
    sockets: integer("--sockets", values.sockets, 1, 50_000) ?? 10_000,
    seed: integer("--seed", values.seed, 0, 2 ** 32 - 1) ?? 1,
  };
  const say = (line: string) => tell(`hostile: ${line}\n`);
  const system = await openSystem(env, [], say);
  let passed = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      say(`${signal}: broken off`);
      void system.close(false).then(() => process.exit(exitCodes.failed));
    });
  }
  try {
    const report = await runHostile(system, options, say);
    passed = report.passed;
    const { before, most, after } = report.memoryMiB;
    say(`memory of the largest node: ${before} MiB before, ${most} at most, ${after} afterwards`);
    for (const fault of report.faults) say(`FAULT: ${fault}`);
    say(passed ? "all nodes stood, and honest clients were served" : "it did not hold");
    if (values.json === true) out(`${JSON.stringify(report)}\n`);
  } finally {
    await system.close(!passed);
  }
  return passed ? exitCodes.ok : exitCodes.failed;
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        seconds: { type: "string" },
        sockets: { type: "string" },
        seed: { type: "string" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw new CommandError(`${error instanceof Error ? error.message : String(error)}; see --help`);
  }
}

function integer(name: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (/^\d{1,10}$/.test(text) && number >= min && number <= max) return number;
  throw new CommandError(`${name} is ${text}, but must be an integer from ${min} to ${max}`);
}
