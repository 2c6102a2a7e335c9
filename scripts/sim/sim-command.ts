import { randomInt } from "node:crypto";
import {
  FAULT_CLASSES,
  type FaultClass,
  minimise,
  type Mutant,
  MUTANTS,
  type PlanChange,
  type SimReport,
  simulate,
} from "@quorumbook/raft-store/testing";
import { CommandError } from "../lib/command-error.ts";
import { exitCodes } from "../lib/exit-codes.ts";
import { type Options, readOptions, wholeNumber } from "../lib/options.ts";
import { SeedPool, type SeedTask, threadsByDefault } from "./seed-pool.ts";

const HELP = `Simulates Raft clusters under faults: the shipped core, driver, storage and recovery on a simulated clock,
network and disk. One seed is one run; the same seed is the same run, event for event.

  npm run sim                        500 seeds, from 1 on
  npm run sim -- --seeds N           N seeds
  npm run sim -- --seeds N --seed S  N seeds, from S on
  npm run sim -- --from S            500 seeds, from S on; "fresh" draws it
  npm run sim -- --seconds T         as many seeds as fit into T seconds
  npm run sim -- --seed S            one seed, with its last events, twice, to show that it is the same run
  npm run sim -- --threads K         on K threads (${threadsByDefault} unless given)
  npm run sim -- --without A,B       without these kinds of fault
  npm run sim -- --for MS            troubled for so many virtual milliseconds, rather than a minute
  npm run sim -- --busy              without quiet stretches
  npm run sim -- --mutant NAME       with a deliberate bug switched on; see npm run sim:mutants

Exit code 1: a promise was broken. The kinds of fault are then taken away one by one, for as long as the run still
fails; the last events of the simplest run and the command that replays it are printed.
`;

const SEEDS_DEFAULT = 500;
const PROGRESS_MS = 2_000;

/** `npm run sim`. The summary goes to `out`, progress and failures to `tell`. */
export async function simCommand(
  argv: readonly string[],
  out: (text: string) => void,
  tell: (text: string) => void,
): Promise<number> {
  const options = readOptions(
    argv,
    ["seeds", "from", "seconds", "seed", "threads", "mutant", "without", "for"],
    ["busy"],
  );
  if (options.has("help")) {
    out(HELP);
    return exitCodes.ok;
  }
  const mutants = mutantsOf(options.get("mutant"));
  const change = changeOf(options);
  const seed = wholeNumber(options, "seed", 1);
  if (options.has("seed") && !options.has("seeds")) return replay(seed, mutants, change, out);

  const from = options.get("from") === "fresh" ? randomInt(2 ** 40) : wholeNumber(options, "from", seed);
  const seconds = wholeNumber(options, "seconds", 0);
  const seeds = wholeNumber(options, "seeds", seconds > 0 ? Number.MAX_SAFE_INTEGER - from : SEEDS_DEFAULT);
  const began = performance.now();
  const elapsed = (): number => (performance.now() - began) / 1000;
  const total = { runs: 0, events: 0, virtualMs: 0, acknowledged: 0 };
  const tallies = new Map<string, number>();
  let failure: SimReport | undefined;
  const pool = new SeedPool(wholeNumber(options, "threads", threadsByDefault));
  const progress = setInterval(() => {
    const of = seconds > 0 ? `${Math.floor(elapsed())} of ${seconds} s` : `of ${seeds}`;
    tell(`${total.runs} runs (${of}), ${Math.round(total.virtualMs / 1000)} simulated seconds\n`);
  }, PROGRESS_MS);
  try {
    const inTime = (): boolean => seconds === 0 || elapsed() < seconds;
    await pool.run(tasksFrom(from, seeds, mutants, change, inTime), (report) => {
      total.runs++;
      total.events += report.events;
      total.virtualMs += report.virtualMs;
      total.acknowledged += report.acknowledged;
      for (const [kind, times] of Object.entries(report.tallies)) {
        tallies.set(kind, (tallies.get(kind) ?? 0) + times);
      }
      if (report.failure === undefined) return undefined;
      failure = report;
      return "stop";
    });
  } finally {
    clearInterval(progress);
    await pool.close();
  }
  if (failure !== undefined) {
    tell(`seed ${failure.seed} fails: ${failure.failure?.message}\nlooking for the simplest run that does\n`);
    const first = failure;
    const simplest = await minimise(
      (milder) => simulate(first.seed, { mutants: new Set(mutants), change: milder }),
      first,
      change,
    );
    out(failureText(simplest.report, mutants, simplest.change));
    return exitCodes.failed;
  }
  out(
    `${total.runs} runs from seed ${from}: every promise kept. ${Math.round(total.virtualMs / 1000)} simulated seconds, ` +
      `${total.events} steps, ${total.acknowledged} acknowledged writes, in ${elapsed().toFixed(1)} s.\n${talliesText(tallies)}\n`,
  );
  return exitCodes.ok;
}

function talliesText(tallies: ReadonlyMap<string, number>): string {
  const sorted = [...tallies].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([kind, times]) => `${kind} ${times}`).join(", ");
}

async function replay(
  seed: number,
  mutants: readonly Mutant[],
  change: PlanChange,
  out: (text: string) => void,
): Promise<number> {
  const first = await simulate(seed, { mutants: new Set(mutants), change });
  const again = await simulate(seed, { mutants: new Set(mutants), change });
  if (first.hash !== again.hash) {
    out(`seed ${seed} is not one run: ${first.hash} and then ${again.hash}\n`);
    return exitCodes.failed;
  }
  if (first.failure !== undefined) {
    out(failureText(first, mutants, change));
    return exitCodes.failed;
  }
  out(
    `seed ${seed}: every promise kept. ${Math.round(first.virtualMs)} simulated milliseconds, ${first.events} steps, ` +
      `${first.acknowledged} acknowledged writes, hash ${first.hash} both times.\n`,
  );
  return exitCodes.ok;
}

function failureText(
  { seed, failure, virtualMs }: SimReport,
  mutants: readonly Mutant[],
  { without = [], troubledMs, busy }: PlanChange,
): string {
  const switches = [
    ...mutants.map((mutant) => ` --mutant ${mutant}`),
    without.length === 0 ? "" : ` --without ${without.join(",")}`,
    troubledMs === undefined ? "" : ` --for ${troubledMs}`,
    busy === true ? " --busy" : "",
  ].join("");
  return [
    ...(failure?.tail ?? []),
    "",
    `plan: ${failure?.plan}`,
    `kinds of fault: ${failure?.faults.join(", ")}`,
    "",
    `seed ${seed} fails at ${virtualMs.toFixed(3)} ms: ${failure?.message}`,
    `replay: npm run sim -- --seed ${seed}${switches}`,
    "",
  ].join("\n");
}

function changeOf(options: Options): PlanChange {
  const without = (options.get("without") ?? "").split(",").filter((name) => name !== "");
  return {
    without: without.map(faultClass),
    ...(options.has("for") && { troubledMs: wholeNumber(options, "for", 1) }),
    ...(options.has("busy") && { busy: true }),
  };
}

function faultClass(name: string): FaultClass {
  const found = FAULT_CLASSES.find((one) => one === name);
  if (found === undefined) {
    throw new CommandError(`there is no fault "${name}"; there are ${FAULT_CLASSES.join(", ")}`);
  }
  return found;
}

function mutantsOf(name: string | undefined): readonly Mutant[] {
  if (name === undefined) return [];
  const mutant = MUTANTS.find((one) => one === name);
  if (mutant === undefined) {
    throw new CommandError(`there is no mutant "${name}"; there are ${MUTANTS.join(", ")}`);
  }
  return [mutant];
}

function* tasksFrom(
  from: number,
  count: number,
  mutants: readonly Mutant[],
  change: PlanChange,
  go: () => boolean,
): Generator<SeedTask> {
  for (let i = 0; i < count && go(); i++) yield { seed: from + i, mutants, change };
}
