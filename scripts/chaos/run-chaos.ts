import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Crowd, ENTRY } from "../consistency/crowd.ts";
import type { History, Row } from "../consistency/history.ts";
import { readLedgers } from "../consistency/read-ledgers.ts";
import { until } from "../lib/until.ts";
import { type Random, seededRandom } from "../season/random.ts";
import type { Session } from "../season/session.ts";
import type { ChaosSystem } from "./chaos-system.ts";
import { countOpen, type Event, feel, type Felt } from "./events.ts";
import type { Fault } from "./faults.ts";
import { type Appointment, planRound } from "./schedule.ts";

export interface ChaosOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly clients: number;
  readonly faults: readonly Fault[];
}

export interface ChaosOutcome {
  readonly rounds: number;
  readonly felt: readonly Felt[];
  readonly operations: number;
  readonly acknowledged: number;
  readonly streams: { readonly connections: number; readonly messages: number };
  /** Keys whose outcome was once open; found by asking again; and left open on purpose. */
  readonly open: { readonly keys: number; readonly found: number };
  readonly digestsEqual: boolean;
  readonly violations: readonly string[];
}

/** How long the nodes may take to serve again, all of them, in ms. */
const RECOVERY_MS = 60_000;
/** Before the first fault of a round, in ms. */
const BEFORE_MS = 1_000;
/** With less time left no further round is begun, as there would be no fault in it. */
const SHORTEST_ROUND_MS = 10_000;

/** A client's ledger as it was at the end of its round. */
interface Kept {
  readonly session: Session;
  readonly rows: number;
  readonly hash: string;
}

/** Disturbs a system in rounds: each fault once a round, people at work all the while, everything checked after it. */
export async function runChaos(
  system: ChaosSystem,
  { minutes, seed, clients, faults }: ChaosOptions,
  say: (line: string) => void,
): Promise<ChaosOutcome> {
  const random = seededRandom(seed);
  // Now, so that no fault has to wait for it.
  await system.operator();
  const endsAt = performance.now() + minutes * 60_000;
  const kept: Kept[] = [];
  const total = { rounds: 0, operations: 0, acknowledged: 0, connections: 0, messages: 0, keys: 0, found: 0 };
  const felt: Felt[] = [];
  const violations: string[] = [];
  let digestsEqual = true;
  /** A node did not come back: there is nobody to ask for its books. */
  let gone = false;
  do {
    total.rounds += 1;
    say(`round ${total.rounds}`);
    const crowd = await Crowd.gather(system, { clients, seed: random.int(0, 1 << 30), atEntry: true }, say);
    const events: Event[] = [];
    let over = false;
    const disturb = async (): Promise<void> => {
      try {
        await sleep(BEFORE_MS);
        for (const appointment of planRound(faults, random)) {
          if (performance.now() >= endsAt || gone) break;
          const event = await make(appointment, system, random, say);
          if (event.wholeAt === Number.POSITIVE_INFINITY) {
            gone = true;
            violations.push(
              `after ${event.fault} (${event.what}) not every node served within ${RECOVERY_MS / 1000} s`,
            );
          } else events.push(event);
        }
      } finally {
        over = true;
      }
    };
    await Promise.all([crowd.run(() => over), disturb()]);
    if (gone) {
      felt.push(
        ...feel(
          events,
          crowd.bettors.flatMap(({ operations }) => operations),
          ENTRY,
        ),
      );
      break;
    }
    const { history, faults: found, ...concluded } = await crowd.conclude();
    felt.push(...feel(events, history.operations, ENTRY));
    count(total, history);
    violations.push(...found.map((fault) => `round ${total.rounds}: ${fault}`));
    digestsEqual &&= concluded.digestsEqual;
    for (const fault of found) say(`VIOLATION: ${fault}`);
    kept.push(...keep(crowd.sessions, history));
  } while (performance.now() < endsAt - SHORTEST_ROUND_MS);
  if (total.rounds > 1 && !gone) {
    say(`the books of all ${total.rounds} rounds are read once more …`);
    violations.push(...(await compareKept(kept, system)));
  }
  const { rounds, operations, acknowledged, connections, messages, keys, found } = total;
  return {
    rounds,
    felt,
    operations,
    acknowledged,
    streams: { connections, messages },
    open: { keys, found },
    digestsEqual,
    violations,
  };
}

/** Begins a fault, holds it, heals it, and waits until every node serves. */
async function make(
  { fault, holdMs, calmMs }: Appointment,
  system: ChaosSystem,
  random: Random,
  say: (line: string) => void,
): Promise<Event> {
  // Who leads is looked up before the time counts.
  await system.leader();
  const begunAt = performance.now();
  const { what, heal } = await fault.begin(system, random);
  await sleep(holdMs);
  await heal();
  const healedAt = performance.now();
  const whole = await until(() => system.isWhole(), RECOVERY_MS);
  const wholeAt = whole === true ? performance.now() : Number.POSITIVE_INFINITY;
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  say(
    `${fault.name}: ${what}; held ${seconds(healedAt - begunAt)}, whole ${seconds(wholeAt - healedAt)} later`,
  );
  await sleep(calmMs);
  return { fault: fault.name, what, begunAt, healedAt, wholeAt };
}

function count(
  total: {
    operations: number;
    acknowledged: number;
    connections: number;
    messages: number;
    keys: number;
    found: number;
  },
  { operations, segments }: History,
): void {
  total.operations += operations.length;
  total.acknowledged += operations.filter(
    (operation) => operation.type === "write" && operation.outcome.type === "accepted",
  ).length;
  total.connections += segments.length;
  total.messages += segments.reduce((sum, { messages }) => sum + messages.length, 0);
  const { keys, found } = countOpen(operations);
  total.keys += keys;
  total.found += found;
}

function keep(sessions: readonly Session[], { ledgers }: History): Kept[] {
  return sessions.map((session) => {
    const [rows = []] = ledgers.get(session.username)?.values() ?? [];
    return { session, rows: rows.length, hash: hashOf(rows) };
  });
}

/** What was there at the end of a round is there still, and first: later rounds may only have settled games of it. */
async function compareKept(kept: readonly Kept[], system: ChaosSystem): Promise<string[]> {
  const [one] = await system.origins();
  if (one === undefined) return [];
  // The digests of all nodes are one, so the books of one are those of all.
  const ledgers = await readLedgers(
    kept.map(({ session }) => session),
    new Map([one]),
    0,
  );
  return kept.flatMap(({ session: { username }, rows, hash }) => {
    const now = ledgers.get(username)?.get(one[0]) ?? [];
    return hashOf(now.slice(0, rows)) === hash
      ? []
      : [`${username}'s ledger is not what it was after its round`];
  });
}

function hashOf(rows: readonly Row[]): string {
  return createHash("sha256").update(JSON.stringify(rows)).digest("hex");
}
