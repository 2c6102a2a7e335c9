// `core`: what the book alone does in one process, without a log, a disk or a network.
import { type Book, type Command, restoreBook } from "@quorumbook/betting-core";
import { betNumber, bookWithGames, entries, userOf, USERS } from "./core/bets.ts";
import { applyBets, memory, type Rates, SAMPLE } from "./core/measure.ts";
import { PlainColumns } from "./core/plain-columns.ts";
import { PlainMapBook } from "./core/plain-map.ts";
import { settlementRows } from "./core/settlement.ts";
import { type Row, rowOf } from "./lib/report.ts";

const GAMES = 100;
const FIRST = 1_000_000;
const ALL = 10_000_000;
/** Bets applied between two chunks of a snapshot that is encoded. */
const BETS_PER_CHUNK = 20;
const RUNS = 5;

export async function benchCore(): Promise<Row[]> {
  const rows: Row[] = [];
  const plain = await measurePlainMap();
  const columns = measurePlainColumns();

  const unexpected = measureOneByOne();
  const before = await memory();
  const entry = entries();
  const book = bookWithGames(GAMES, entry);
  const place = (command: ReturnType<typeof betNumber>): boolean =>
    book.apply(command, entry()).outcome.status === "accepted";
  const expect = (commands: readonly Command[]): void => book.expect(commands);
  const rates = applyBets({ first: 0, count: FIRST, games: GAMES }, place, expect);
  const bytes = ((await memory()) - before) / FIRST;
  rows.push(
    rowOf("core.apply_per_s", "bets/s", rates.perSecond, plain.rates.perSecond),
    rowOf("core.apply_per_cpu_s", "bets/s", rates.perCpuSecond, plain.rates.perCpuSecond),
    rowOf("core.apply_per_cpu_s.columns", "bets/s", rates.perCpuSecond, columns.perCpuSecond),
    rowOf("core.apply_per_cpu_s.one_by_one", "bets/s", unexpected.perCpuSecond, rates.perCpuSecond),
    rowOf("core.bytes_per_bet.1m", "bytes", [bytes], [plain.bytesPerBet]),
  );
  const more = applyBets({ first: FIRST, count: ALL - FIRST, games: GAMES }, place, expect);
  rows.push(
    rowOf("core.apply_per_cpu_s.10m", "bets/s", more.perCpuSecond.slice(-10), rates.perCpuSecond),
    rowOf("core.bytes_per_bet", "bytes", [((await memory()) - before) / ALL], [plain.bytesPerBet]),
    ...(await snapshotRows(book, place)),
    ...settlementRows(),
  );
  return rows;
}

async function measurePlainMap(): Promise<{ readonly rates: Rates; readonly bytesPerBet: number }> {
  const before = await memory();
  const map = new PlainMapBook();
  const rates = applyBets(
    { first: 0, count: FIRST, games: GAMES },
    (command, number) => map.apply(command, number + 1, number).status === "open",
  );
  return { rates, bytesPerBet: ((await memory()) - before) / map.count };
}

/** The same bets, of each of which the book learns when it is applied. */
function measureOneByOne(): Rates {
  const entry = entries();
  const book = bookWithGames(GAMES, entry);
  return applyBets(
    { first: 0, count: FIRST, games: GAMES },
    (command) => book.apply(command, entry()).outcome.status === "accepted",
  );
}

function measurePlainColumns(): Rates {
  const columns = new PlainColumns(FIRST, USERS);
  return applyBets(
    { first: 0, count: FIRST, games: GAMES },
    (command, number) => columns.apply(command, userOf(number), number) === number,
  );
}

/** Opened, encoded while bets go on, and restored. */
async function snapshotRows(
  book: Book,
  place: (command: ReturnType<typeof betNumber>) => boolean,
): Promise<Row[]> {
  const opened: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const started = performance.now();
    book.snapshot();
    opened.push(performance.now() - started);
  }
  let number = ALL;
  const commands = Array.from({ length: 2 * SAMPLE }, () => betNumber(number++, GAMES));
  const turn = (): void => {
    for (const command of commands.splice(-BETS_PER_CHUNK)) place(command);
  };
  const alone: number[] = [];
  while (commands.length > SAMPLE) {
    const started = performance.now();
    turn();
    alone.push(performance.now() - started);
  }
  const snapshot = book.snapshot();
  const encoding = snapshot.encode();
  const chunks: Uint8Array[] = [];
  const pauses: number[] = [];
  for (;;) {
    const started = performance.now();
    const next = await encoding.next();
    turn();
    pauses.push(performance.now() - started);
    if (next.done === true) break;
    chunks.push(next.value);
  }
  const started = performance.now();
  const copy = await restoreBook(chunks);
  const seconds = (performance.now() - started) / 1e3;
  if (copy.digest() !== snapshot.digest) throw new Error("the restored book is another one");
  return [
    rowOf("core.snapshot_open_ms", "ms", opened),
    rowOf("core.snapshot_max_pause_ms", "ms", [greatest(pauses)], [greatest(alone)]),
    rowOf("core.snapshot_p999_pause_ms", "ms", [almostGreatest(pauses)], [almostGreatest(alone)]),
    rowOf("core.restore_10m_s", "s", [seconds]),
    rowOf("core.snapshot_bytes_per_bet", "bytes", [
      chunks.reduce((sum, { length }) => sum + length, 0) / ALL,
    ]),
  ];
}

function greatest(pauses: readonly number[]): number {
  return pauses.reduce((most, pause) => Math.max(most, pause), 0);
}

/** One turn in a thousand takes longer. */
function almostGreatest(pauses: readonly number[]): number {
  return pauses.toSorted((one, other) => one - other)[Math.floor(pauses.length * 0.999)] ?? Number.NaN;
}
