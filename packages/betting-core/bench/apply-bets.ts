// How many bets one process applies: every rule, idempotency, events, digest. 100 games, 100 000 users.
//
//   node --conditions=@quorumbook/source packages/betting-core/bench/apply-bets.ts [bets]

import {
  amount,
  createBook,
  DEFAULT_PRICING,
  gameId,
  logIndex,
  minorUnits,
  odds,
  type PlaceBet,
  unixMillis,
  userId,
} from "../src/index.ts";

const GAMES = 100;
const USERS = 100_000;
const BATCH = 100_000;
const START = 1_700_000_000_000;
const total = Number(process.argv[2] ?? 1_000_000);

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

const before = memory();
let accepted = 0;
let spent = 0;
/** Of the whole process, its collector threads included: what the machine's other work cannot distort. */
let cpuSpent = 0;
const rates: number[] = [];
for (let done = 0; done < total; done += BATCH) {
  // Commands are made beforehand, as a log would hand them over; only applying them is measured.
  const commands: PlaceBet[] = [];
  for (let at = 0; at < BATCH; at++) {
    const number = done + at;
    commands.push({
      type: "placeBet",
      actor: userId(`user-${(number * 7_919) % USERS}`),
      key: `${number.toString(16).padStart(8, "0")}-9c1b-4f6e-8a55-3d2f`,
      gameId: gameId(1 + (number % GAMES)),
      outcome: `opt${1 + (number % 3)}`,
      stake: amount(100 + (number % 900)),
      odds: odds(10_100),
      accept: "any",
    });
  }
  const started = performance.now();
  const cpuStarted = process.cpuUsage();
  for (const command of commands) {
    if (book.apply(command, entry()).outcome.status === "accepted") accepted++;
  }
  const took = performance.now() - started;
  spent += took;
  const cpu = process.cpuUsage(cpuStarted);
  cpuSpent += (cpu.user + cpu.system) / 1_000;
  rates.push(BATCH / took);
}
const opened = performance.now();
const snapshot = book.snapshot();
const snapshotMs = performance.now() - opened;
const row = (name: string, value: number, unit: string): { name: string; value: number; unit: string } => ({
  name,
  value: Number(value.toPrecision(4)),
  unit,
});
console.log(
  JSON.stringify({
    bench: "core",
    node: process.version,
    digest: snapshot.digest,
    rows: [
      row("core.accepted", accepted, "bets"),
      row("core.apply_per_s", (total / spent) * 1000, "bets/s"),
      row("core.apply_per_cpu_s", (total / cpuSpent) * 1000, "bets/s"),
      row("core.apply_per_s.best_batch", Math.max(...rates) * 1000, "bets/s"),
      row("core.bytes_per_bet", (memory() - before) / accepted, "bytes"),
      row("core.snapshot_open_ms", snapshotMs, "ms"),
    ],
  }),
);

function memory(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
