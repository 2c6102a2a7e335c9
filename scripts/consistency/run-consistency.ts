import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { HOST } from "../cluster/ports.ts";
import { compareDigests } from "../season/audit.ts";
import { noFindings } from "../season/checks.ts";
import { eachOf } from "../season/pool.ts";
import { seededRandom } from "../season/random.ts";
import type { SeasonSystem } from "../season/season-system.ts";
import { Session } from "../season/session.ts";
import { Bettor, type Surroundings } from "./bettor.ts";
import { checkHistory } from "./check-history.ts";
import type { History } from "./history.ts";
import { House } from "./house.ts";
import { Listener } from "./listener.ts";
import { Nemesis } from "./nemesis.ts";
import { readLedgers } from "./read-ledgers.ts";

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

const LISTENERS = 8;
const REGISTER_AT_ONCE = 8;

/** Lets many ask at random while leaders die and sleep, and checks all that they were told. */
export async function runConsistency(
  system: SeasonSystem,
  { seconds, seed, clients }: ConsistencyOptions,
  say: (line: string) => void,
): Promise<ConsistencyReport> {
  const run = randomBytes(4).toString("hex");
  const nodes = await system.nodes();
  const origins = new Map(nodes.map(({ nodeId, httpPort }) => [nodeId, `http://${HOST}:${httpPort}`]));
  const sockets = new Map(nodes.map(({ nodeId, wsPort }) => [nodeId, `ws://${HOST}:${wsPort}/ws`]));
  const { username, password } = await system.control.createAdmin(`consistency-${run}`);
  const admin = new Session(system.entry, username, password);
  await admin.login();
  const house = new House(admin, seededRandom(seed + 1));
  let newest = 0;
  const around: Surroundings = {
    origins,
    games: house.games,
    told: (index) => {
      newest = Math.max(newest, index);
    },
  };
  const phrase = randomBytes(18).toString("base64url");
  const bettors = Array.from({ length: clients }, (_, at) => {
    const session = new Session(system.entry, `c-${run}-${at}`, phrase);
    return new Bettor(session, around, seededRandom(seed + 100 + at));
  });
  say(`${clients} clients register …`);
  await eachOf(bettors, REGISTER_AT_ONCE, ({ session }) => session.register());
  const sessions = bettors.map(({ session }) => session);
  const listeners = Array.from(
    { length: LISTENERS },
    (_, at) => new Listener(sockets, sessions, seededRandom(seed + 10_000 + at), () => newest),
  );
  const nemesis = new Nemesis(system, seededRandom(seed + 2), say);

  const endsAt = performance.now() + seconds * 1_000;
  const over = (): boolean => performance.now() >= endsAt;
  await Promise.all([
    house.run(over),
    nemesis.run(over),
    ...bettors.map((bettor) => bettor.run(over)),
    ...listeners.map((listener) => listener.run(over)),
  ]);
  say("all is quiet; what was left open is asked for …");
  await Promise.all(bettors.map((bettor) => bettor.resolve()));
  const [last] = listeners;
  for (const [node, url] of sockets) await last?.listen(node, url, undefined, 0, 500);
  await sleep(500);
  const ledgers = await readLedgers(sessions, origins, newest);
  const findings = noFindings();
  const digestsEqual = await compareDigests(system, findings);
  const history: History = {
    operations: bettors.flatMap(({ operations }) => operations),
    ledgers,
    segments: listeners.flatMap(({ segments }) => segments),
    quotes: listeners.flatMap(({ quotes }) => quotes),
  };
  say(`${history.operations.length} operations are checked …`);
  const faults = [...checkHistory(history), ...findings.faults];
  return reportOf({ seconds, seed, clients }, history, nemesis.counts, digestsEqual, faults);
}

function reportOf(
  options: ConsistencyOptions,
  { operations, segments }: History,
  disturbances: Nemesis["counts"],
  digestsEqual: boolean,
  faults: readonly string[],
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
