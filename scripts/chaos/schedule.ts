import type { Random } from "../season/random.ts";
import type { Fault } from "./faults.ts";

export interface Appointment {
  readonly fault: Fault;
  readonly holdMs: number;
  /** Between its end, once all nodes serve again, and the next fault. */
  readonly calmMs: number;
}

const CALM_MS = [500, 1_500] as const;

/** A round: each fault once, in an order and for durations that the seed draws. */
export function planRound(faults: readonly Fault[], random: Random): readonly Appointment[] {
  const left = [...faults];
  return faults.map(() => {
    const [fault] = left.splice(random.int(0, left.length - 1), 1);
    if (fault === undefined) throw new RangeError("a round has as many appointments as faults");
    return { fault, holdMs: random.int(...fault.holdMs), calmMs: random.int(...CALM_MS) };
  });
}
