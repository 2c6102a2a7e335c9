import { seededRandom } from "../season/random.ts";
import type { SeasonSystem } from "../season/season-system.ts";
import { type Conclusion, Crowd } from "./crowd.ts";
import { Nemesis } from "./nemesis.ts";

export interface ConsistencyOptions {
  readonly seconds: number;
  readonly seed: number;
  readonly clients: number;
}

export interface ConsistencyReport {
  readonly seed: number;
  readonly seconds: number;
  readonly clients: number;
  readonly operations: number;
  /** Attempts at writes by what came of them, and reads by how they were asked for. */
  readonly writes: Readonly<Record<string, number>>;
  readonly reads: Readonly<Record<string, number>>;
  readonly segments: number;
  readonly messages: number;
  readonly disturbances: Nemesis["counts"];
  readonly digestsEqual: boolean;
  readonly faults: readonly string[];
  readonly passed: boolean;
}

/** Lets many ask at random while leaders die and sleep, and checks all that they were told. */
export async function runConsistency(
  system: SeasonSystem,
  { seconds, seed, clients }: ConsistencyOptions,
  say: (line: string) => void,
): Promise<ConsistencyReport> {
  const crowd = await Crowd.gather(system, { clients, seed }, say);
  const nemesis = new Nemesis(system, seededRandom(seed + 2), say);
  const endsAt = performance.now() + seconds * 1_000;
  const over = (): boolean => performance.now() >= endsAt;
  await Promise.all([crowd.run(over), nemesis.run(over)]);
  return reportOf({ seconds, seed, clients }, nemesis.counts, await crowd.conclude());
}

function reportOf(
  options: ConsistencyOptions,
  disturbances: Nemesis["counts"],
  { history: { operations, segments }, digestsEqual, faults }: Conclusion,
): ConsistencyReport {
  const writes: Record<string, number> = {};
  const reads: Record<string, number> = {};
  for (const operation of operations) {
    if (operation.type === "write") {
      const { outcome } = operation;
      const name = "code" in outcome ? `${outcome.type}: ${outcome.code}` : outcome.type;
      writes[name] = (writes[name] ?? 0) + 1;
    } else {
      const name = operation.linearizable ? "linearizable" : operation.minIndex > 0 ? "own writes" : "local";
      reads[name] = (reads[name] ?? 0) + 1;
    }
  }
  return {
    ...options,
    operations: operations.length,
    writes,
    reads,
    segments: segments.length,
    messages: segments.reduce((sum, { messages }) => sum + messages.length, 0),
    disturbances,
    digestsEqual,
    faults,
    passed: faults.length === 0 && digestsEqual,
  };
}
