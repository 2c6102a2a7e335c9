import { exitCodes } from "../lib/exit-codes.ts";
import { readOptions, SEED_MAX, wholeNumber } from "../lib/options.ts";
import { onSystem } from "../season/on-system.ts";
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
  const given = readOptions(argv, ["seconds", "sockets", "seed"], ["json"]);
  if (given.has("help")) {
    out(HELP);
    return exitCodes.ok;
  }
  const options = {
    seconds: wholeNumber(given, "seconds", 8, 1, 3_600),
    sockets: wholeNumber(given, "sockets", 10_000, 1, 50_000),
    seed: wholeNumber(given, "seed", 1, 0, SEED_MAX),
  };
  const say = (line: string) => tell(`hostile: ${line}\n`);
  return onSystem(env, [], say, async (system) => {
    const report = await runHostile(system, options, say);
    const { before, most, after } = report.memoryMiB;
    say(`memory of the largest node: ${before} MiB before, ${most} at most, ${after} afterwards`);
    for (const fault of report.faults) say(`FAULT: ${fault}`);
    say(report.passed ? "all nodes stood, and honest clients were served" : "it did not hold");
    if (given.has("json")) out(`${JSON.stringify(report)}\n`);
    return report.passed;
  });
}
