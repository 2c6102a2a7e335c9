// A season of 380 matches through the bare book, without servers: as a log of commands, cut by a snapshot halfway, and
// checked at the end.
// Run it: node --conditions=@quorumbook/source examples/replay-season/main.ts
import { checkBook, minorUnits, restoreBook } from "@quorumbook/betting-core";
import { readMatches, replay, seasonLog } from "./season.ts";

const log = seasonLog(readMatches(), { commissionBp: 500, margin: minorUnits(5_000) });
const started = performance.now();
const { book, result } = await replay(log);
const seconds = (performance.now() - started) / 1_000;

// The same log again, but halfway the book is written to chunks and read back, as a node that joins would do.
const halfway = Math.floor(log.length / 2);
const other = await replay(log, (current, number) =>
  number === halfway ? restoreBook(current.snapshot().encode()) : current,
);
checkBook(book);
if (other.book.digest() !== book.digest()) throw new Error("a replay cut by a snapshot ended elsewhere");

const money = (minor: number): string => (minor / 100).toFixed(2);
console.log(
  `${log.length} entries, ${result.bets} bets, ${result.refused} refused, in ${seconds.toFixed(2)} s`,
);
console.log(`staked ${money(result.staked)}, the house won ${money(result.house)}`);
console.log(`worst game ${money(result.worstGame)}, where the margin allows -50.00`);
console.log(`digest ${book.digest()}, the same with a snapshot in between`);
