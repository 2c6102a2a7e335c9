// How many bets one process applies: every rule, idempotency, events, digest. 100 games, 100 000 users. Beside it, in
// the same run, the same bets in a plain Map of objects that does nothing else: the machine's own measure.
//
//   node --expose-gc --conditions=@quorumbook/source packages/betting-core/bench/apply-bets.ts [bets]

import {
  amount,
  type Command,
  createBook,
  decodeCommand,
  DEFAULT_PRICING,
  encodeCommand,
  gameId,
  logIndex,
  minorUnits,
  odds,
  type PlaceBet,
  unixMillis,
  userId,
} from "../src/index.ts";
import { PlainMapBook } from "./plain-map.ts";

const GAMES = 100;
const USERS = 100_000;
/** Commands in hand at a time: as many as a log commits at once, still in the cache when they are applied. */
const BATCH = 1_000;
/** Bets in one sample of the rates. */
const SAMPLE = 100_000;
const START = 1_700_000_000_000;
const total = Math.ceil(Number(process.argv[2] ?? 1_000_000) / SAMPLE) * SAMPLE;

interface Measured {
  readonly accepted: number;
  /** Bets a second of CPU time, of the whole process with its collector threads, by sample: what other work on the machine cannot distort. */
  readonly perCpuSecond: readonly number[];
  readonly perSecond: readonly number[];
  readonly bytesPerBet: number;
}

const book = createBook({ openingBankroll: minorUnits(1e14), welcomeBalance: minorUnits(1e8) });
let index = 0;
const entry = (): { index: ReturnType<typeof logIndex>; at: ReturnType<typeof unixMillis> } => {
  index++;
  return { index: logIndex(index), at: unixMillis(START + Math.floor(index / 1_000)) };
};
for (let game = 1; game <= GAMES; game++) {
  book.apply(
    {
      type: "createGame",
      actor: userId("admin"),
      question: `Game ${game}`,
      category: "real",
      outcomes: ["Home", "Draw", "Away"],
      pricing: { ...DEFAULT_PRICING, margin: minorUnits(1e9) },
    },
    entry(),
  );
}
const core = measure((command) => book.apply(command, entry()).outcome.status === "accepted");
const opened = performance.now();
const snapshot = book.snapshot();
const snapshotMs = performance.now() - opened;

const plainBook = new PlainMapBook();
const plain = measure((command) => plainBook.apply(command, ++index, START).status === "open");

const perCpuSecond = median(core.perCpuSecond);
const plainPerCpuSecond = median(plain.perCpuSecond);
const rows = [
  row("core.accepted", core.accepted, "bets"),
  row("core.apply_per_s", median(core.perSecond), "bets/s", { limit: median(plain.perSecond) }),
  row("core.apply_per_cpu_s", perCpuSecond, "bets/s", {
    limit: plainPerCpuSecond,
    ratio: perCpuSecond / plainPerCpuSecond,
  }),
  row("core.apply_per_cpu_s.best_sample", Math.max(...core.perCpuSecond), "bets/s", {
    limit: Math.max(...plain.perCpuSecond),
  }),
  row("core.bytes_per_bet", core.bytesPerBet, "bytes", { limit: plain.bytesPerBet }),
  row("core.snapshot_open_ms", snapshotMs, "ms"),
];
console.log("limit: the same bets in a plain Map of objects, which checks nothing; ratio: to that limit");
console.table(Object.fromEntries(rows.map(({ name, ...rest }) => [name, rest])));
console.log(JSON.stringify({ bench: "core", node: process.version, digest: snapshot.digest, rows }));

/** Commands are made beforehand, as a log hands them over: decoded. Only applying them is measured. */
function measure(applied: (command: PlaceBet) => boolean): Measured {
  const before = memory();
  let accepted = 0;
  const perSecond: number[] = [];
  const perCpuSecond: number[] = [];
  for (let done = 0; done < total; done += SAMPLE) {
    globalThis.gc?.();
    let seconds = 0;
    let cpuSeconds = 0;
    for (let first = done; first < done + SAMPLE; first += BATCH) {
      const commands = Array.from({ length: BATCH }, (_, at) => command(first + at));
      const started = performance.now();
      const cpuStarted = process.cpuUsage();
      for (const each of commands) if (applied(each)) accepted++;
      const { user, system } = process.cpuUsage(cpuStarted);
      cpuSeconds += (user + system) / 1e6;
      seconds += (performance.now() - started) / 1e3;
    }
    perSecond.push(SAMPLE / seconds);
    perCpuSecond.push(SAMPLE / cpuSeconds);
  }
  return { accepted, perSecond, perCpuSecond, bytesPerBet: (memory() - before) / accepted };
}

function command(number: number): PlaceBet {
  const made: Command = {
    type: "placeBet",
    actor: userId(`user-${(number * 7_919) % USERS}`),
    key: `${number.toString(16).padStart(8, "0")}-9c1b-4f6e-8a55-3d2f`,
    gameId: gameId(1 + (number % GAMES)),
    outcome: `opt${1 + (number % 3)}`,
    stake: amount(100 + (number % 900)),
    odds: odds(10_100),
    accept: "any",
  };
  return decodeCommand(encodeCommand(made)) as PlaceBet;
}

function row(
  name: string,
  value: number,
  unit: string,
  beside: { limit?: number; ratio?: number } = {},
): { name: string; value: number; unit: string; limit?: number; ratio?: number } {
  const short = (number: number): number => Number(number.toPrecision(4));
  return {
    name,
    value: short(value),
    unit,
    ...(beside.limit === undefined ? {} : { limit: short(beside.limit) }),
    ...(beside.ratio === undefined ? {} : { ratio: short(beside.ratio) }),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

function memory(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
