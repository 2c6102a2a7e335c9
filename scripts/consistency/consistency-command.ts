import { exitCodes } from "../lib/exit-codes.ts";
import { readOptions, SEED_MAX, wholeNumber } from "../lib/options.ts";
import { onSystem } from "../season/on-system.ts";
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
  const given = readOptions(argv, ["seconds", "clients", "seed"], ["json"]);
  if (given.has("help")) {
    out(HELP);
    return exitCodes.ok;
  }
  const options = {
    seconds: wholeNumber(given, "seconds", 60, 1, 86_400),
    clients: wholeNumber(given, "clients", 64, 1, 1_000),
    seed: wholeNumber(given, "seed", 1, 0, SEED_MAX),
  };
  const say = (line: string) => tell(`consistency: ${line}\n`);
  return onSystem(env, [], say, async (system) => {
    const report = await runConsistency(system, options, say);
    tell(table(report));
    if (given.has("json")) out(`${JSON.stringify(report)}\n`);
    return report.passed;
  });
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
