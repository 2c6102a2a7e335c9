// What a run does to its cluster: every size and probability is itself drawn from the seed ("swarm testing"), so
// that runs differ in kind and not only in detail.
import { below, type Random } from "../core/random.ts";
import { between, chance, pick } from "./chance.ts";
import { type DiskFaults, HEALTHY_DISK } from "./sim-disk.ts";
import { HEALTHY_LINK, type LinkFaults } from "./sim-network.ts";
import type { TempoPlan } from "./tempo.ts";

/** One kind of trouble. The weights of a plan say how often each is chosen; 0 is never. */
export const TROUBLES = [
  /** The process is killed; what it wrote and did not sync is still in the kernel's cache. */
  "kill",
  /** The machine loses its power. */
  "power-loss",
  /** The process stands still for a while, and goes on. */
  "pause",
  /** Closed in order, leadership handed over, and started again. */
  "graceful-restart",
  /** One node hears nobody and is heard by nobody. */
  "isolate",
  /** One node is heard, and hears nothing. */
  "deaf",
  /** One node hears, and is not heard. */
  "mute",
  /** The cluster falls into two parts. */
  "split",
  /** One link is cut, all else stands: the two ends still share neighbours. */
  "cut-link",
  /** A connection breaks, losing what is under way. */
  "reset",
  /** The links of a node, or one of them, are cut and healed again and again. */
  "flap",
  /** A voter is demoted to a learner, or a learner promoted; the leader itself, too. */
  "membership",
  /** Leadership is handed over. */
  "transfer",
  /** A member is removed, and comes back later with the data it has. */
  "remove",
  /** A new machine takes a member's place. */
  "replace",
  /** A machine's disk is lost, and it comes back empty under its old id, until a new machine takes its place. */
  "wipe",
  /** A bit flips on the disk of a machine that is down. */
  "rot",
  /** A snapshot is taken now. */
  "snapshot",
  /** A machine's clock runs at another rate, or its wall clock jumps. */
  "clock",
  /** Syncs of one disk take very long. */
  "disk-stall",
  /** A sync of one disk fails. */
  "disk-error",
  /** One disk is full. */
  "disk-full",
] as const;

export type Trouble = (typeof TROUBLES)[number];

export interface Plan {
  readonly nodes: number;
  readonly clients: number;
  /** Virtual time with troubles, before all is healed. */
  readonly troubledMs: number;
  /** The unit of Raft's time; a heartbeat is three of it, the election time-out fifteen. */
  readonly tickMs: number;
  readonly tempo: TempoPlan;
  /** Mean time between a client's operations, and between troubles, while the run is busy. */
  readonly thinkMs: number;
  readonly calmMs: number;
  readonly readProbability: number;
  /** Bytes that a command is padded with, at most. */
  readonly paddingMax: number;
  readonly preVote: boolean;
  readonly checkQuorum: boolean;
  /** Some nodes have these two otherwise. */
  readonly mixed: boolean;
  /** Bytes that every snapshot is larger by. */
  readonly ballastBytes: number;
  readonly snapshotAfterBytes: number;
  readonly trailingLogBytes: number;
  readonly segmentBytes: number;
  readonly appendBytesMax: number;
  readonly pipelineMessagesMax: number;
  readonly uncommittedBytesMax: number;
  readonly link: LinkFaults;
  readonly disk: DiskFaults;
  readonly weights: ReadonlyMap<Trouble, number>;
  /** How likely a trouble strikes the leader rather than anybody. */
  readonly aimAtLeader: number;
}

export function drawPlan(random: Random): Plan {
  /** Mostly 0, else up to `max`: most runs have only some kinds of trouble, and those in earnest. */
  const sometimes = (max: number): number => (chance(random, 0.5) ? 0 : between(random, 0, max));
  const slowNet = chance(random, 0.2);
  return {
    nodes: chance(random, 0.2) ? 5 : 3,
    clients: 2 + below(random, 4),
    troubledMs: between(random, 60_000, 66_000),
    tickMs: pick(random, [15, 25, 40]),
    tempo: {
      busyMs: between(random, 500, 2500),
      quietMs: between(random, 4000, 16_000),
      slowdown: between(random, 10, 40),
    },
    thinkMs: between(random, 10, 80),
    calmMs: between(random, 80, 700),
    readProbability: between(random, 0, 0.6),
    paddingMax: pick(random, [0, 0, 40, 700]),
    preVote: chance(random, 0.85),
    checkQuorum: chance(random, 0.85),
    mixed: chance(random, 0.15),
    ballastBytes: pick(random, [0, 0, 0, 20_000, 200_000]),
    snapshotAfterBytes: pick(random, [600, 2500, 10_000, 1 << 20]),
    trailingLogBytes: pick(random, [1, 500, 4000]),
    segmentBytes: pick(random, [4096, 16_384, 1 << 16]),
    appendBytesMax: pick(random, [1, 200, 2000, 1 << 20]),
    pipelineMessagesMax: pick(random, [1, 3, 64]),
    uncommittedBytesMax: pick(random, [600, 1 << 20, 1 << 20]),
    link: {
      ...HEALTHY_LINK,
      latencyMsMin: between(random, 0.05, 1),
      latencyMsMax: between(random, 1, slowNet ? 60 : 8),
      slowProbability: sometimes(0.05),
      slowMs: between(random, 20, chance(random, 0.3) ? 1500 : 400),
      lossProbability: sometimes(0.1),
      duplicateProbability: sometimes(0.1),
      reorderProbability: sometimes(0.2),
      lateProbability: sometimes(0.06),
    },
    disk: {
      ...HEALTHY_DISK,
      syncMsMax: between(random, 0.3, chance(random, 0.3) ? 40 : 5),
      stallProbability: sometimes(0.01),
      stallMs: between(random, 50, 900),
      tearProbability: sometimes(0.5),
    },
    weights: new Map(TROUBLES.map((trouble) => [trouble, chance(random, 0.5) ? 0 : below(random, 10)])),
    aimAtLeader: between(random, 0, 1),
  };
}
