import { exitCodes } from "../lib/exit-codes.ts";
import { readOptions, SEED_MAX, wholeNumber } from "../lib/options.ts";
import { onSystem } from "./on-system.ts";
import { playSeason } from "./play-season.ts";
import { reportTable } from "./report.ts";

const HELP = `Replays the Premier League season 2023/24: 380 matches as three-way games, 200 bettors, real results.

  npm run season                   against the running system, or one of its own if none runs
  npm run season -- --kill         kill -9 of the leader six times on the way, and of a follower twice
  npm run season -- --nginx        through nginx rather than the built-in gateway (a system of its own)
  npm run season -- --nats         on NATS servers rather than on raft-store (a system of its own); with --kill,
                                   the server that leads the stream dies as well, four times
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
  const given = readOptions(argv, ["bets", "seed"], ["kill", "nginx", "nats", "json"]);
  if (given.has("help")) {
    out(HELP);
    return exitCodes.ok;
  }
  const options: SeasonOptions = {
    kill: given.has("kill"),
    bets: wholeNumber(given, "bets", DEFAULT_BETS, 1, 100_000),
    seed: wholeNumber(given, "seed", DEFAULT_SEED, 0, SEED_MAX),
  };
  const say = (line: string) => tell(`season: ${line}\n`);
  const ofStart = ["nginx", "nats"].filter((name) => given.has(name)).map((name) => `--${name}`);
  return onSystem(env, ofStart, say, async (system) => {
    const report = await playSeason(system, options, env, say);
    tell(reportTable(report));
    if (given.has("json")) out(`${JSON.stringify(report)}\n`);
    return report.passed;
  });
}
