import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../season/random.ts";
import type { ChaosSystem } from "./chaos-system.ts";
import type { Machine } from "./machine.ts";
import type { Means } from "./means.ts";

/** One thing that can go wrong. */
export interface Fault {
  readonly name: string;
  /** For people, in a few words. */
  readonly says: string;
  readonly needs: readonly Means[];
  /** How long it is held, from and to, in ms. */
  readonly holdMs: readonly [number, number];
  begin(system: ChaosSystem, random: Random): Promise<Begun>;
}

export interface Begun {
  /** Whom it hit, and how. */
  readonly what: string;
  readonly heal: () => Promise<void>;
}

/** What stands in for whoever is hit: the leader, or a follower drawn by the seed. */
type Victim = "leader" | "follower";

/** A leader with less free than this hands over: half of what a node asks for. In MiB. */
const LOW_MIB = 32;
const CLOCK_OFFSETS_S = [2, 10, 90, 3_600, 86_400] as const;

export const faults: readonly Fault[] = [
  ...forBoth("kill", "kill -9 of", [], [500, 3_000], async (victim) => {
    await victim.node.kill();
    return { what: "", heal: async () => victim.node.start() };
  }),
  {
    name: "kill-all",
    says: "kill -9 of all at once",
    needs: [],
    holdMs: [200, 1_500],
    async begin({ machines }) {
      await Promise.all(machines.map(({ node }) => node.kill()));
      return {
        what: "all",
        heal: async () => {
          for (const { node } of machines) node.start();
        },
      };
    },
  },
  {
    name: "restart-leader",
    says: "SIGTERM to the leader, which hands over, and a start",
    needs: [],
    holdMs: [200, 1_000],
    async begin(system) {
      const victim = await system.leader();
      await victim.node.stop();
      return { what: victim.nodeId, heal: async () => victim.node.start() };
    },
  },
  ...forBoth("stop", "SIGSTOP of", [], [1_000, 4_000], async (victim) => {
    victim.node.pause();
    return {
      what: "",
      heal: async () => {
        victim.node.resume();
      },
    };
  }),
  {
    name: "halves",
    says: "one node, whichever, cut off from the others",
    needs: ["network"],
    holdMs: [1_500, 5_000],
    async begin({ machines }, random) {
      const victim = random.pick(machines);
      await victim.cutFrom(othersThan(victim, machines), "both");
      return { what: victim.nodeId, heal: () => victim.mend() };
    },
  },
  {
    name: "cut-all",
    says: "every node cut off from every other",
    needs: ["network"],
    holdMs: [1_000, 3_000],
    async begin({ machines }) {
      for (const one of machines) await one.cutFrom(othersThan(one, machines), "in");
      return { what: "all", heal: async () => void (await Promise.all(machines.map((one) => one.mend()))) };
    },
  },
  ...forBoth(
    "isolate",
    "cut off from the others, with clients that still reach it:",
    ["network"],
    [1_500, 5_000],
    async (victim, { machines }) => {
      await victim.cutFrom(othersThan(victim, machines), "both");
      return { what: "", heal: () => victim.mend() };
    },
  ),
  ...forBoth(
    "one-way",
    "heard and not hearing, or hearing and not heard:",
    ["network"],
    [1_500, 5_000],
    async (victim, { machines }, random) => {
      const direction = random.pick(["in", "out"] as const);
      await victim.cutFrom(othersThan(victim, machines), direction);
      return { what: direction === "in" ? "does not hear" : "is not heard", heal: () => victim.mend() };
    },
  ),
  ...forBoth("unplug", "without any network:", ["network"], [1_500, 5_000], async (victim) => {
    await victim.plug("down");
    return { what: "", heal: () => victim.plug("up") };
  }),
  ...forBoth(
    "flap",
    "whose cable has a loose contact:",
    ["network"],
    [2_000, 5_000],
    async (victim, _system, random) => {
      const over = new AbortController();
      const flapping = (async () => {
        while (!over.signal.aborted) {
          await victim.plug("down");
          await sleep(random.int(50, 600));
          await victim.plug("up");
          await sleep(random.int(50, 600));
        }
      })();
      // Its failure is met where it is healed.
      flapping.catch(() => undefined);
      return {
        what: "",
        heal: async () => {
          over.abort();
          await flapping;
        },
      };
    },
  ),
  {
    name: "loss",
    says: "a share of all packets between nodes lost",
    needs: ["loss"],
    holdMs: [2_000, 6_000],
    async begin({ machines }, random) {
      const percent = random.int(2, 25);
      for (const one of machines) await one.lose(othersThan(one, machines), percent);
      return {
        what: `${percent} %`,
        heal: async () => void (await Promise.all(machines.map((one) => one.mend()))),
      };
    },
  },
  {
    name: "delay",
    says: "all messages between nodes late",
    needs: ["network", "delay"],
    holdMs: [2_000, 6_000],
    begin: ({ machines }, random) => delay(machines, random),
  },
  ...forBoth("delay", "messages late for", ["network", "delay"], [2_000, 6_000], (victim, _system, random) =>
    delay([victim], random),
  ),
  ...forBoth(
    "full-disk",
    "not a byte left on the disk, and a snapshot asked for, of",
    ["disk"],
    [1_000, 3_000],
    async (victim, system) => {
      await victim.fillDisk(0);
      // The log has its blocks for a while yet; a snapshot needs new ones. What becomes of it is what is to be seen.
      const operator = await system.operator();
      void operator.at(victim.origin).post("/api/cluster/snapshot", { retries: 0 });
      return {
        what: "",
        heal: async () => {
          victim.emptyDisk();
          // It has ended, and waits for its turn to be started again; or it has not written anything meanwhile.
          victim.node.start();
        },
      };
    },
  ),
  ...forBoth("low-disk", `${LOW_MIB} MiB left on the disk of`, ["disk"], [2_000, 4_000], async (victim) => {
    await victim.fillDisk(LOW_MIB);
    return { what: "", heal: async () => victim.emptyDisk() };
  }),
  ...forBoth(
    "slow-disk",
    "a disk that takes few writes a second:",
    ["slow disk"],
    [2_000, 6_000],
    async (victim, _system, random) => {
      const perSecond = random.int(10, 40);
      victim.slowDisk(perSecond);
      return { what: `${perSecond} writes/s`, heal: async () => victim.slowDisk(0) };
    },
  ),
  ...forBoth(
    "hung-disk",
    "a disk that takes one write a second:",
    ["slow disk"],
    [3_000, 6_000],
    async (victim) => {
      victim.slowDisk(1);
      return { what: "", heal: async () => victim.slowDisk(0) };
    },
  ),
  ...forBoth(
    "clock",
    "a wall clock that jumps, and back:",
    ["clock"],
    [2_000, 5_000],
    async (victim, _system, random) => {
      const seconds = random.pick(CLOCK_OFFSETS_S) * random.pick([1, -1]);
      victim.setClock(seconds);
      return { what: `${seconds > 0 ? "+" : ""}${seconds} s`, heal: async () => victim.setClock(0) };
    },
  ),
];

/** The same for the leader and for a follower. */
function forBoth(
  name: string,
  says: string,
  needs: readonly Means[],
  holdMs: Fault["holdMs"],
  begin: (victim: Machine, system: ChaosSystem, random: Random) => Promise<Begun>,
): Fault[] {
  const faultOf = (victim: Victim): Fault => ({
    name: `${name}-${victim}`,
    says: `${says} ${victim === "leader" ? "the leader" : "a follower"}`,
    needs,
    holdMs,
    async begin(system, random) {
      const leader = await system.leader();
      const hit = victim === "leader" ? leader : random.pick(othersThan(leader, system.machines));
      const { what, heal } = await begin(hit, system, random);
      return { what: what === "" ? hit.nodeId : `${hit.nodeId} ${what}`, heal };
    },
  });
  return [faultOf("leader"), faultOf("follower")];
}

async function delay(machines: readonly Machine[], random: Random): Promise<Begun> {
  const delayMs = random.int(10, 80);
  const jitterMs = random.int(0, delayMs);
  for (const one of machines) one.delay(delayMs, jitterMs);
  return {
    what: `${delayMs} to ${delayMs + jitterMs} ms`,
    heal: async () => {
      for (const one of machines) one.delay(0, 0);
    },
  };
}

function othersThan(one: Machine, machines: readonly Machine[]): readonly Machine[] {
  return machines.filter((machine) => machine !== one);
}
