// What a bench found, for people and for programs.
import { spawnSync } from "node:child_process";

export interface Row {
  /** Dotted, beginning with the bench's name, ending with the unit where it is not plain. */
  readonly name: string;
  /** Median of the runs. */
  readonly value: number;
  readonly unit: string;
  /** Greatest minus least of the runs. */
  readonly spread?: number;
  /** What the machine does in the same run with nothing of ours around it. */
  readonly limit?: number;
  /** Value divided by limit. */
  readonly ratio?: number;
  /** What the other system had in the same run. */
  readonly peer?: number;
}

/** A row of the samples of several runs, with the limit's and the peer's samples of the same runs beside it. */
export function rowOf(
  name: string,
  unit: string,
  samples: readonly number[],
  limits?: readonly number[],
  peers?: readonly number[],
): Row {
  const value = median(samples);
  const limit = limits && median(limits);
  return {
    name,
    value: short(value),
    unit,
    spread: short(Math.max(...samples) - Math.min(...samples)),
    ...(limit !== undefined && { limit: short(limit), ratio: short(value / limit) }),
    ...(peers !== undefined && { peer: short(median(peers)) }),
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

export function table(rows: readonly Row[]): string {
  const cells = [
    ["", "median", "unit", "spread", "limit", "ratio", "peer"],
    ...rows.map(({ name, value, unit, spread = "", limit = "", ratio = "", peer = "" }) =>
      [name, value, unit, spread, limit, ratio, peer].map(String),
    ),
  ];
  const widths =
    cells[0]?.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0))) ?? [];
  const lines = cells.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return `${lines.join("\n")}\n`;
}

export function jsonLine(bench: string, rows: readonly Row[]): string {
  const git = spawnSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" });
  const commit = git.status === 0 ? git.stdout.trim() : null;
  return JSON.stringify({ bench, commit, node: process.version, rows });
}

/** Four digits: more would be noise. */
function short(value: number): number {
  return Number(value.toPrecision(4));
}
