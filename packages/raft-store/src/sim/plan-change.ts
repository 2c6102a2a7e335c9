// A run may be made milder than its seed would have it: without some kinds of fault, or shorter. So a failure is brought
// down to what it needs (see `minimise.ts`).
import { type Plan, TROUBLES, type Trouble } from "./plan.ts";

/** The kinds of fault that are not a trouble of the nemesis. */
const LASTING = [
  "slow",
  "loss",
  "duplicate",
  "reorder",
  "late",
  "stall",
  "tear",
  "mixed",
  "ballast",
  "padding",
] as const;

/** A kind of fault that a run can be freed of. */
export type FaultClass = Trouble | (typeof LASTING)[number];

/** Everything that can go wrong in a run, by name. */
export const FAULT_CLASSES: readonly FaultClass[] = [...TROUBLES, ...LASTING];

/** What is to be otherwise than the seed would have it. */
export interface PlanChange {
  readonly without?: readonly FaultClass[];
  /** How long the troubles last, in virtual milliseconds. */
  readonly troubledMs?: number;
  /** No quiet stretches: much happens in little time. */
  readonly busy?: boolean;
}

export function changedPlan(plan: Plan, { without = [], troubledMs, busy }: PlanChange): Plan {
  const off = (name: FaultClass): boolean => without.includes(name);
  const { link, disk } = plan;
  return {
    ...plan,
    ...(troubledMs !== undefined && { troubledMs }),
    ...(busy === true && { tempo: { ...plan.tempo, quietMs: 1 } }),
    mixed: plan.mixed && !off("mixed"),
    ballastBytes: off("ballast") ? 0 : plan.ballastBytes,
    paddingMax: off("padding") ? 0 : plan.paddingMax,
    link: {
      ...link,
      slowProbability: off("slow") ? 0 : link.slowProbability,
      lossProbability: off("loss") ? 0 : link.lossProbability,
      duplicateProbability: off("duplicate") ? 0 : link.duplicateProbability,
      reorderProbability: off("reorder") ? 0 : link.reorderProbability,
      lateProbability: off("late") ? 0 : link.lateProbability,
    },
    disk: {
      ...disk,
      stallProbability: off("stall") ? 0 : disk.stallProbability,
      tearProbability: off("tear") ? 0 : disk.tearProbability,
    },
    weights: new Map([...plan.weights].map(([trouble, weight]) => [trouble, off(trouble) ? 0 : weight])),
  };
}

/** The kinds of fault that a plan has. */
export function faultsOf(plan: Plan): FaultClass[] {
  const { link, disk, weights } = plan;
  const lasting: Readonly<Record<(typeof LASTING)[number], boolean>> = {
    slow: link.slowProbability > 0,
    loss: link.lossProbability > 0,
    duplicate: link.duplicateProbability > 0,
    reorder: link.reorderProbability > 0,
    late: link.lateProbability > 0,
    stall: disk.stallProbability > 0,
    tear: disk.tearProbability > 0,
    mixed: plan.mixed,
    ballast: plan.ballastBytes > 0,
    padding: plan.paddingMax > 0,
  };
  return [
    ...TROUBLES.filter((trouble) => (weights.get(trouble) ?? 0) > 0),
    ...LASTING.filter((name) => lasting[name]),
  ];
}
