import { randomInt } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommandError } from "../lib/command-error.ts";
import { exitCodes } from "../lib/exit-codes.ts";
import { type Options, readOptions, SEED_MAX, wholeNumber } from "../lib/options.ts";
import { projectRoot } from "../lib/source-paths.ts";
import { requireNginx } from "../nginx/nginx.ts";
import { reportChaos, reportTable } from "./chaos-report.ts";
import { ChaosSystem, NODES } from "./chaos-system.ts";
import { isInside, onLeave, runInside, whyNoNamespaces } from "./enclosure.ts";
import { type Fault, faults } from "./faults.ts";
import { throttleName } from "./machine.ts";
import { findMissing, removeThrottles } from "./means.ts";
import { runChaos } from "./run-chaos.ts";

const HELP = `Three game nodes, each in a network namespace with a disk and a clock of its own, an entry point, and people who bet,
read and listen all the while; one fault after another is made, held, healed and recovered from. After each round,
in which every fault had its turn, all that anybody was told is checked.

  npm run chaos                          for two minutes
  npm run chaos -- --minutes N           for N, 0.5 say
  npm run chaos -- --faults a,b          only these; kill stands for kill-leader, kill-follower and kill-all
  npm run chaos -- --seed S              another order, other victims and durations (1)
  npm run chaos -- --clients N           how many people (32)
  npm run chaos -- --nginx               nginx as the entry point
  npm run -s chaos -- --json             the report as one JSON document on standard output

Most faults need Linux, root, iproute2, iptables, libfaketime and cgroup v1; what cannot be made is left out, and
said. Checked are: every acknowledged write there once, none that was refused, ledgers to the minor unit, real time
against log index, reads of one's own writes, linearizable reads, each key once, streams that are the same on every
node, the sum of all money, and digests. Exits 1 if anything is off, or a node does not come back.

Faults:
${faults.map(({ name, says }) => `  ${name.padEnd(20)} ${says}`).join("\n")}
`;

/** The folder of a run that was made outside for what runs inside. */
const FOLDER = "QUORUMBOOK_CHAOS_FOLDER";
/** As shells have it for whoever ends at SIGINT. */
const BROKEN_OFF = 130;

/** `npm run chaos`. The document goes to `out`, everything for people to `tell`. */
export async function chaosCommand(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  out: (text: string) => void,
  tell: (text: string) => void,
): Promise<number> {
  const given = readOptions(argv, ["minutes", "faults", "seed", "clients"], ["nginx", "json"]);
  if (given.has("help")) {
    out(HELP);
    return exitCodes.ok;
  }
  const options = {
    minutes: minutesOf(given),
    seed: wholeNumber(given, "seed", 1, 0, SEED_MAX),
    clients: wholeNumber(given, "clients", 32, 2, 1_000),
  };
  const chosen = chooseFaults(given.get("faults"));
  const nginx = given.has("nginx");
  if (nginx) requireNginx(env["PATH"] ?? "");
  const say = (line: string): void => tell(`chaos: ${line}\n`);
  const json = given.has("json") ? out : undefined;
  if (isInside(env)) return perform(options, chosen, env[FOLDER] ?? "", undefined, nginx, tell, json);

  const folder = mkdtempSync(join(tmpdir(), "quorumbook-chaos-"));
  const enclosed = whyNoNamespaces();
  if (enclosed !== undefined) say(`no faults of network and disk here: ${enclosed}`);
  const code =
    enclosed === undefined
      ? await runInside(join(projectRoot, "scripts/chaos.ts"), argv, { ...env, [FOLDER]: folder })
      : await perform(options, chosen, folder, enclosed, nginx, tell, json);
  // Again, in case that what ran inside was killed.
  removeThrottlesOf(folder);
  if (code === exitCodes.ok || code === BROKEN_OFF) rmSync(folder, { recursive: true, force: true });
  else say(`logs and disks are kept in ${folder}`);
  return code;
}

/** @param enclosed why there are no namespaces; undefined: this process runs in its own */
async function perform(
  options: { readonly minutes: number; readonly seed: number; readonly clients: number },
  chosen: readonly Fault[],
  folder: string,
  enclosed: string | undefined,
  nginx: boolean,
  tell: (text: string) => void,
  json: ((text: string) => void) | undefined,
): Promise<number> {
  const say = (line: string): void => tell(`chaos: ${line}\n`);
  const missing = await findMissing(enclosed, folder);
  const leftOut = new Map<string, string>();
  for (const { name, needs } of chosen) {
    const lacking = needs.find((means) => missing.has(means));
    if (lacking !== undefined) leftOut.set(name, `no ${lacking}: ${missing.get(lacking)}`);
  }
  const possible = chosen.filter(({ name }) => !leftOut.has(name));
  if (possible.length === 0)
    throw new CommandError(`none of these faults can be made here: ${reasons(leftOut)}`);
  const lo = `127.${randomInt(16, 240)}.${randomInt(1, 250)}`;
  const site = {
    folder,
    network: missing.has("network") ? lo : "10.77.0",
    missing,
    wired: possible.some(({ needs }) => needs.includes("delay")),
    say,
  };
  say(`starting ${NODES} machines, with all that is theirs in ${folder}`);
  const system = await ChaosSystem.open(site, { nginx });
  let leaving = false;
  const leave = (): void => {
    if (leaving) return;
    leaving = true;
    say("broken off");
    void system.close().then(() => {
      removeThrottlesOf(folder);
      process.exit(BROKEN_OFF);
    });
  };
  const stay = enclosed === undefined ? onLeave(leave) : () => undefined;
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, leave);
  try {
    const began = performance.now();
    const outcome = await runChaos(system, { ...options, faults: possible }, say);
    const report = reportChaos(outcome, options.seed, (performance.now() - began) / 1000, leftOut);
    tell(reportTable(report));
    json?.(`${JSON.stringify(report)}\n`);
    return report.passed ? exitCodes.ok : exitCodes.failed;
  } finally {
    if (!leaving) await system.close();
    stay();
  }
}

function removeThrottlesOf(folder: string): void {
  removeThrottles(Array.from({ length: NODES }, (_, at) => throttleName({ folder }, at + 1)));
}

function chooseFaults(names: string | undefined): readonly Fault[] {
  if (names === undefined) return faults;
  const wanted = names.split(",");
  for (const name of wanted) {
    if (faults.some((fault) => isNamed(fault, name))) continue;
    throw new CommandError(
      `there is no fault "${name}"; there are ${faults.map((fault) => fault.name).join(", ")}`,
    );
  }
  return faults.filter((fault) => wanted.some((name) => isNamed(fault, name)));
}

function isNamed({ name }: Fault, asked: string): boolean {
  return name === asked || (asked !== "" && name.startsWith(`${asked}-`));
}

function minutesOf(given: Options): number {
  const text = given.get("minutes") ?? "2";
  const minutes = Number(text);
  if (/^\d{1,4}(\.\d{1,3})?$/.test(text) && minutes > 0) return minutes;
  throw new CommandError(`--minutes must be a number above 0, not "${text}"`);
}

function reasons(leftOut: ReadonlyMap<string, string>): string {
  return [...leftOut].map(([name, why]) => `${name} (${why})`).join("; ");
}
