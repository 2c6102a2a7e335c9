import { type Mutant, MUTANTS, type PlanChange, type SimReport } from "@quorumbook/raft-store/testing";
import { exitCodes } from "../lib/exit-codes.ts";
import { readOptions, wholeNumber } from "../lib/options.ts";
import { SeedPool, type SeedTask, threadsByDefault } from "./seed-pool.ts";

const HELP = `Shows that the simulator finds bugs: switches known ones on, one at a time, and runs seeds until one fails.

  npm run sim:mutants                   every mutant, at most 300 dense seeds each
  npm run sim:mutants -- --budget N     at most N seeds each
  npm run sim:mutants -- --only NAME    one mutant
  npm run sim:mutants -- --threads K    on K threads (${threadsByDefault} unless given)

Exit code 1: a mutant survived, so a bug like it would too.
`;

const BUDGET_DEFAULT = 1000;
/** Runs without quiet stretches: most of what kills a mutant happens while much else does. */
const DENSE: PlanChange = { busy: true, troubledMs: 15_000 };

/** `npm run sim:mutants`. The table goes to `out`. */
export async function mutantsCommand(argv: readonly string[], out: (text: string) => void): Promise<number> {
  const options = readOptions(argv, ["budget", "only", "threads"]);
  if (options.has("help")) {
    out(HELP);
    return exitCodes.ok;
  }
  const only = options.get("only");
  const chosen = MUTANTS.filter((mutant) => only === undefined || mutant === only);
  if (chosen.length === 0) {
    out(`there is no mutant "${only}"; there are ${MUTANTS.join(", ")}\n`);
    return exitCodes.failed;
  }
  const budget = wholeNumber(options, "budget", BUDGET_DEFAULT);
  const pool = new SeedPool(wholeNumber(options, "threads", threadsByDefault));
  const survivors: Mutant[] = [];
  try {
    for (const mutant of chosen) {
      let runs = 0;
      let found: SimReport | undefined;
      const began = performance.now();
      await pool.run(seedsFor(mutant, budget), (report) => {
        runs++;
        if (report.failure === undefined) return undefined;
        found = report;
        return "stop";
      });
      if (found === undefined) survivors.push(mutant);
      const took = `${((performance.now() - began) / 1000).toFixed(1)} s`;
      out(`${mutant.padEnd(32)} ${verdict(found, runs)} (${took})\n`);
    }
  } finally {
    await pool.close();
  }
  if (survivors.length > 0) {
    out(`\n${survivors.length} of ${chosen.length} mutants survived: ${survivors.join(", ")}\n`);
    return exitCodes.failed;
  }
  out(`\nall ${chosen.length} mutants were found\n`);
  return exitCodes.ok;
}

function verdict(found: SimReport | undefined, runs: number): string {
  if (found?.failure === undefined) return `SURVIVED ${runs} seeds`;
  const message = found.failure.message.split("\n")[0] ?? "";
  return `found after ${String(runs).padStart(3)} seeds, seed ${found.seed}: ${message.slice(0, 110)}`;
}

function* seedsFor(mutant: Mutant, budget: number): Generator<SeedTask> {
  for (let seed = 1; seed <= budget; seed++) yield { seed, mutants: [mutant], change: DENSE };
}
