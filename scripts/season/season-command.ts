import { parseArgs } from "node:util";
import { CommandError } from "../lib/command-error.ts";
import { exitCodes } from "../lib/exit-codes.ts";
import { openSystem } from "./season-system.ts";
import { playSeason } from "./play-season.ts";
import { reportTable } from "./report.ts";

const HELP = `Replays the Premier League season 2023/24: 380 matches as three-way games, 200 bettors, real results.

  npm run season                   against the running system, or one of its own if none runs
  npm run season -- --kill         kill -9 of the leader six times on the way, and of a follower twice
  npm run season -- --nginx        through nginx rather than the built-in gateway (a system of its own)
  npm run season -- --bets N       bets a game takes (110)
  npm run season -- --seed S       another stream of bets (2024)
  npm run -s season -- --json      the report as one JSON document on standard output

At the end every node is asked for everything: each acknowledged bet there exactly once, no refused
one, every ledger right to the minor unit, equal digests, no game's loss above its margin. Exits 1 if
anything is off.

QUORUMBOOK_ADMIN (name:password) says who opens the games; unset, an admin is made for it.
`;

export interface SeasonOptions {
  readonly kill: boolean;
  readonly bets: number;
  readonly seed: number;
}

const DEFAULT_BETS = 110;
const DEFAULT_SEED = 2024;

/** `npm run season`. The document goes to `out`, everything for people to `tell`. */
export async function seasonCommand(
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
  const options: SeasonOptions = {
    kill: values.kill === true,
    bets: integer("--bets", values.bets, 1, 100_000) ?? DEFAULT_BETS,
    seed: integer("--seed", values.seed, 0, 2 ** 32 - 1) ?? DEFAULT_SEED,
  };
  const say = (line: string) => tell(`season: ${line}\n`);
  const system = await openSystem(env, values.nginx === true ? ["--nginx"] : [], say);
  let passed = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      say(`${signal}: the season is broken off`);
      void system.close(false).then(() => process.exit(exitCodes.failed));
    });
  }
  try {
    const report = await playSeason(system, options, env, say);
    passed = report.passed;
    tell(reportTable(report));
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
        kill: { type: "boolean" },
        nginx: { type: "boolean" },
        bets: { type: "string" },
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
