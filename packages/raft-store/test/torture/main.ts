// `npm run torture`: real processes, real sockets, real disks, and no mercy. Exit code 0 only if nothing was lost, nothing
// was applied twice, and the cluster went on after every blow.
import { parseArgs } from "node:util";
import { DEFAULT_TUNING } from "../../src/config.ts";
import { type Audit, NOTHING_AMISS } from "../integration/audit.ts";
import { fillDisk, runLow, whyNoSmallDisk } from "./full-disk.ts";
import { torment } from "./torment.ts";

const HELP = `Three processes under load are killed (kill -9), stopped (SIGSTOP for 5 s) and killed all at once, for as long as
asked; then a disk fills up. Every write that was acknowledged has to be in every ledger at the end, once.

  npm run torture                    for a minute
  npm run torture -- --minutes N
  npm run torture -- --seconds N
`;

const { values } = parseArgs({
  options: {
    minutes: { type: "string" },
    seconds: { type: "string" },
    help: { type: "boolean", short: "h" },
  },
});
if (values.help === true) process.stdout.write(HELP);
else process.exitCode = await main(Number(values.seconds ?? 60 * Number(values.minutes ?? 1)));

async function main(seconds: number): Promise<number> {
  if (!(seconds > 0)) {
    process.stderr.write(HELP);
    return 2;
  }
  const tell = (line: string): void => void process.stderr.write(`${line}\n`);
  const { acknowledged, unknown, outagesMs, audit } = await torment(seconds * 1000, tell);
  say(`${acknowledged} writes acknowledged, ${unknown} of unknown outcome: ${auditText(audit)}`);
  const { electionTimeoutMs, heartbeatMs, lostLeaderMs } = DEFAULT_TUNING;
  say(
    `time-outs: election ${electionTimeoutMs} ms, heartbeat ${heartbeatMs} ms, lost leader ${lostLeaderMs} ms`,
  );
  for (const [blow, times] of outagesMs) {
    const sorted = times.toSorted((a, b) => a - b);
    const at = (part: number): string => (sorted[Math.floor(part * (sorted.length - 1))] ?? 0).toFixed(0);
    say(
      `${blow} × ${times.length}: no write for ${at(0.5)} ms in the median, ${at(0.9)} at p90, ${at(1)} at most`,
    );
  }
  let kept = isKept(audit);

  const hindrance = await whyNoSmallDisk();
  if (hindrance !== undefined) {
    say(`LEFT OUT: the full disk: ${hindrance}`);
    return kept ? 0 : 1;
  }
  for (const whose of ["follower", "leader"] as const) {
    const filled = await fillDisk(whose);
    say(
      `the ${whose}'s disk full: it ended with ${filled.exit} (70: told, and stopped), the others went on, it came back; ` +
        `${filled.acknowledged} writes acknowledged: ${auditText(filled.audit)}`,
    );
    kept &&= isKept(filled.audit) && filled.exit === 70;
  }
  const low = await runLow();
  say(
    `the leader's disk nearly full: ${low.tookOver ? "another took over, and it lived on" : "NOBODY TOOK OVER"}; ` +
      `${low.acknowledged} writes acknowledged: ${auditText(low.audit)}`,
  );
  return kept && isKept(low.audit) && low.tookOver ? 0 : 1;
}

function auditText({ lost, doubled, uncalledFor, differing }: Audit): string {
  return `${lost} lost, ${doubled} applied twice, ${uncalledFor} uncalled for, ${differing} ledgers differ`;
}

function isKept(audit: Audit): boolean {
  return JSON.stringify(audit) === JSON.stringify(NOTHING_AMISS);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
