import { table } from "../cluster/cluster-command.ts";
import type { Findings } from "./checks.ts";
import type { Kill } from "./killer.ts";
import { median, writeOutages } from "./outages.ts";
import type { Tally } from "./tally.ts";

/** The document of `npm run season -- --json`. */
export interface SeasonReport {
  readonly games: number;
  readonly acknowledged: number;
  readonly lost: number;
  readonly doubled: number;
  readonly refusedButPresent: number;
  readonly conserved: boolean;
  readonly digestsEqual: boolean;
  /** The most that the house lost on one game, and the most it may, in minor units. */
  readonly worstGameLoss: number;
  readonly margin: number;
  readonly kills: number;
  readonly killedLeaders: number;
  readonly killedFollowers: number;
  /** NATS servers, where the book is on them. */
  readonly killedNats: number;
  /** Longest time without an accepted write around the kill of a leader (of the stream's, on NATS), as clients saw it. */
  readonly outageMs: { readonly median: number; readonly max: number };
  /** The same for each kill, of followers too, in their order. */
  readonly outages: readonly { readonly nodeId: string; readonly role: Kill["role"]; readonly ms: number }[];
  readonly betsPerSecond: number;
  readonly seconds: number;
  readonly refusals: Readonly<Record<string, number>>;
  /** Why writes were sent again under their key before they were decided. */
  readonly repeats: Readonly<Record<string, number>>;
  readonly replays: number;
  readonly answeredBy: { readonly rest: number; readonly socket: number };
  readonly seed: number;
  readonly faults: readonly string[];
  readonly passed: boolean;
}

export interface SeasonFacts {
  readonly seed: number;
  readonly games: number;
  readonly seconds: number;
  readonly worstGameLoss: number;
  readonly margin: number;
  readonly digestsEqual: boolean;
  readonly kills: readonly Kill[];
  /** Kills that were asked for, by role. */
  readonly wanted: { readonly leaders: number; readonly followers: number; readonly nats: number };
}

/** Faults told one by one; the counts stay exact beyond. */
const FAULTS_SHOWN = 50;

export function reportSeason(facts: SeasonFacts, tally: Tally, findings: Findings): SeasonReport {
  const { kills, wanted, worstGameLoss, margin, digestsEqual } = facts;
  const killedLeaders = kills.filter(({ role }) => role === "leader").length;
  const killedFollowers = kills.filter(({ role }) => role === "follower").length;
  const killedNats = kills.length - killedLeaders - killedFollowers;
  const outages = writeOutages(
    tally.waits,
    kills.map(({ at }) => at),
  ).map((ms, at) => ({
    nodeId: kills[at]?.nodeId ?? "",
    role: kills[at]?.role ?? "leader",
    ms: Math.round(ms),
  }));
  // A follower's death costs no election; it would only flatter the median. On NATS nor does a game node's.
  const telling = killedNats === 0 ? "leader" : "nats";
  const leaderOutages = outages.filter(({ role }) => role === telling).map(({ ms }) => ms);
  const faults = [...findings.faults, ...tally.faults];
  if (killedLeaders < wanted.leaders || killedFollowers < wanted.followers || killedNats < wanted.nats) {
    faults.push(
      `${killedLeaders} leaders, ${killedFollowers} followers and ${killedNats} NATS servers were killed, too few`,
    );
  }
  const { lost, doubled, refusedButPresent, conserved } = findings;
  const passed =
    faults.length === 0 &&
    lost + doubled + refusedButPresent === 0 &&
    conserved &&
    digestsEqual &&
    worstGameLoss <= margin;
  return {
    games: facts.games,
    acknowledged: tally.acknowledged,
    lost,
    doubled,
    refusedButPresent,
    conserved,
    digestsEqual,
    worstGameLoss,
    margin,
    kills: kills.length,
    killedLeaders,
    killedFollowers,
    killedNats,
    outageMs: { median: median(leaderOutages), max: Math.max(0, ...leaderOutages) },
    outages,
    betsPerSecond: Math.round(tally.acknowledged / facts.seconds),
    seconds: Math.round(facts.seconds),
    refusals: byCount(tally.refusals),
    repeats: byCount(tally.repeats),
    replays: tally.replays,
    answeredBy: { ...tally.byWay },
    seed: facts.seed,
    faults: faults.slice(0, FAULTS_SHOWN),
    passed,
  };
}

/** The report as a table for people. */
export function reportTable(report: SeasonReport): string {
  const money = (minor: number) => (minor / 100).toFixed(2);
  const counts = (record: Readonly<Record<string, number>>) =>
    Object.entries(record)
      .map(([name, count]) => `${name} ${count}`)
      .join(", ") || "none";
  const rows: [string, string][] = [
    ["games settled", String(report.games)],
    ["bets acknowledged", `${report.acknowledged} (${report.betsPerSecond}/s over ${report.seconds} s)`],
    ["answers to accepted", `${report.answeredBy.rest} REST, ${report.answeredBy.socket} WebSocket`],
    ["refusals", counts(report.refusals)],
    ["sent again", counts(report.repeats)],
    ["repeats on purpose", `${report.replays} answered as at first`],
    ["lost", String(report.lost)],
    ["doubled", String(report.doubled)],
    ["refused but present", String(report.refusedButPresent)],
    ["money conserved", report.conserved ? "to the minor unit, on every node" : "NO"],
    ["digests", report.digestsEqual ? "equal on every node" : "DIFFERENT"],
    ["worst game loss", `${money(report.worstGameLoss)} of a margin of ${money(report.margin)}`],
    ["kills", killsOf(report)],
    ["write outage", `median ${report.outageMs.median} ms, longest ${report.outageMs.max} ms`],
    ["  of each kill", report.outages.map(({ role, ms }) => `${role} ${ms}`).join(", ") || "none"],
    ["verdict", report.passed ? "all as it should be" : "SOMETHING IS OFF"],
  ];
  const faults = report.faults.map((fault) => `  ${fault}\n`).join("");
  return `\n${table(rows)}${faults === "" ? "" : `\nFaults:\n${faults}`}`;
}

function killsOf({ killedLeaders, killedFollowers, killedNats }: SeasonReport): string {
  const nodes = `${killedLeaders} leaders, ${killedFollowers} followers`;
  return killedNats === 0 ? nodes : `${nodes}, ${killedNats} NATS servers`;
}

function byCount(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].toSorted(([, a], [, b]) => b - a));
}
