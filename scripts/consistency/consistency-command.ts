import { parseArgs } from "node:util";
import { CommandError } from "../lib/command-error.ts";
import { exitCodes } from "../lib/exit-codes.ts";
import { openSystem } from "../season/season-system.ts";
import { type ConsistencyReport, runConsistency } from "./run-consistency.ts";

const HELP = `Many clients write and read at random nodes while leaders are killed and paused; what they were told is checked.

  npm run consistency                      against the running system, or one of its own if none runs
  npm run consistency -- --seconds N       how long (60)
  npm run consistency -- --clients N       how many (64)
  npm run consistency -- --seed S          another run (1)
  npm run -s consistency -- --json         the report as one JSON document on standard output

Checked are: real time against log index, reads of one's own writes, linearizable reads, each key once, refusals
that did nothing, and streams that are the same on every node from any index. Exits 1 if anything is off.
`;

/** Faults told to people; the report has all. */
const FAULTS_SHOWN = 20;

/** `npm run consistency`. The document goes to `out`, everything for people to `tell`. */
export async function consistencyCommand(
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
    seconds: integer("--seconds", values.seconds, 1, 86_400) ?? 60,
    clients: integer("--clients", values.clients, 1, 1_000) ?? 64,
    seed: integer("--seed", values.seed, 0, 2 ** 32 - 1) ?? 1,
  };
  const say = (line: string) => tell(`consistency: ${line}\n`);
  const system = await openSystem(env, [], say);
  let passed = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      say(`${signal}: broken off`);
      void system.close(false).then(() => process.exit(exitCodes.failed));
    });
  }
  try {
    const report = await runConsistency(system, options, say);
    passed = report.passed;
    tell(table(report));
    if (values.json === true) out(`${JSON.stringify(report)}\n`);
  } finally {
    await system.close(!passed);
  }
  return passed ? exitCodes.ok : exitCodes.failed;
}

function table(report: ConsistencyReport): string {
  const { disturbances, faults } = report;
  const counted = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .toSorted(([, a], [, b]) => b - a)
      .map(([name, count]) => `${name} ${count}`)
      .join(", ");
  const lines = [
    ["clients", `${report.clients} for ${report.seconds} s, seed ${report.seed}`],
    ["operations", String(report.operations)],
    ["writes", counted(report.writes)],
    ["reads", counted(report.reads)],
    ["streams", `${report.segments} connections, ${report.messages} messages`],
    ["disturbances", counted({ ...disturbances })],
    ["digests", report.digestsEqual ? "equal on every node" : "DIFFER"],
    ["verdict", report.passed ? "all as promised" : `${faults.length} FAULTS`],
  ];
  const shown = faults.slice(0, FAULTS_SHOWN).map((fault) => `  ${fault}\n`);
  return `\n${lines.map(([name = "", text]) => `${name.padEnd(14)}${text}\n`).join("")}${shown.join("")}`;
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        seconds: { type: "string" },
        clients: { type: "string" },
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
