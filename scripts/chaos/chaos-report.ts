import { table } from "../cluster/cluster-command.ts";
import { median } from "../season/outages.ts";
import type { Felt } from "./events.ts";
import type { ChaosOutcome } from "./run-chaos.ts";

/** All times that a kind of fault was made. */
export interface KindReport {
  readonly fault: string;
  readonly count: number;
  readonly heldMs: Spread;
  readonly outageMs: Spread;
  readonly recoveryMs: Spread;
  readonly refused: number;
  readonly open: number;
}

export interface Spread {
  readonly median: number;
  readonly max: number;
}

/** The document of `npm run chaos -- --json`. */
export interface ChaosReport extends Omit<ChaosOutcome, "felt"> {
  readonly seed: number;
  readonly seconds: number;
  readonly kinds: readonly KindReport[];
  /** Kinds that could not be made here, and why. */
  readonly leftOut: Readonly<Record<string, string>>;
  readonly passed: boolean;
}

/** Violations told to people; the document has all. */
const VIOLATIONS_SHOWN = 20;

export function reportChaos(
  { felt, ...outcome }: ChaosOutcome,
  seed: number,
  seconds: number,
  leftOut: ReadonlyMap<string, string>,
): ChaosReport {
  const violations = [...outcome.violations];
  for (const { fault, what, outageMs } of felt) {
    if (!Number.isFinite(outageMs)) violations.push(`${fault} (${what}): no write was accepted around it`);
  }
  return {
    ...outcome,
    violations,
    seed,
    seconds: Math.round(seconds),
    kinds: [...Map.groupBy(felt, ({ fault }) => fault)].map(([fault, some]) => kindOf(fault, some)),
    leftOut: Object.fromEntries(leftOut),
    passed: violations.length === 0 && outcome.digestsEqual && felt.length > 0,
  };
}

function kindOf(fault: string, felt: readonly Felt[]): KindReport {
  const spread = (of: (one: Felt) => number): Spread => {
    const values = felt.map(of);
    return { median: Math.round(median(values)), max: Math.round(Math.max(...values)) };
  };
  return {
    fault,
    count: felt.length,
    heldMs: spread(({ heldMs }) => heldMs),
    outageMs: spread(({ outageMs }) => outageMs),
    recoveryMs: spread(({ recoveryMs }) => recoveryMs),
    refused: felt.reduce((sum, { refused }) => sum + refused, 0),
    open: felt.reduce((sum, { open }) => sum + open, 0),
  };
}

/** The report as tables for people. */
export function reportTable(report: ChaosReport): string {
  const { kinds, open, streams, violations, leftOut } = report;
  const spread = ({ median: middle, max }: Spread): string => `${middle} / ${max}`;
  const rows = kinds
    .toSorted((a, b) => a.fault.localeCompare(b.fault))
    .map((kind) => [
      kind.fault,
      String(kind.count),
      spread(kind.heldMs),
      spread(kind.outageMs),
      spread(kind.recoveryMs),
      String(kind.refused),
      String(kind.open),
    ]);
  const head = ["fault", "times", "held", "no write", "until whole", "refused", "unknown"];
  const facts = [
    ["seed", `${report.seed}, ${report.rounds} rounds in ${report.seconds} s`],
    ["operations", `${report.operations}, of them ${report.acknowledged} writes acknowledged`],
    [
      "outcomes",
      `${open.keys} unknown at first, ${open.found} found out by asking again, the others left so`,
    ],
    ["streams", `${streams.connections} connections, ${streams.messages} messages`],
    ["digests", report.digestsEqual ? "equal on every node, after every round" : "DIFFER"],
    ["verdict", report.passed ? "nothing lost, nothing doubled, all as promised" : verdictOf(violations)],
  ];
  const left = Object.entries(leftOut).map(([fault, why]) => `left out: ${fault}: ${why}\n`);
  const shown = violations.slice(0, VIOLATIONS_SHOWN).map((violation) => `  ${violation}\n`);
  return `\n${table([head, ...rows])}(median / longest, in ms)\n\n${table(facts)}${left.join("")}${shown.join("")}`;
}

function verdictOf(violations: readonly string[]): string {
  return violations.length === 0 ? "NOTHING WAS SHOWN" : `${violations.length} VIOLATIONS`;
}
