// Reads against the ledgers: each shows the book at exactly the index that it names, and no less than was asked for.
import type { History, Read, Row } from "./history.ts";

export function checkReads({ operations, ledgers }: History): string[] {
  const faults: string[] = [];
  const reads = operations.filter((operation): operation is Read => operation.type === "read");
  const games = new Map<string, Read>();
  const rowsOf = new Map([...ledgers].map(([client, byNode]) => [client, [...byNode.values()][0] ?? []]));
  const stakes = stakesByGame([...rowsOf.values()].flat());
  for (const read of reads) {
    if (read.index < read.minIndex) {
      faults.push(`${read.client} asked ${read.node} for ${read.minIndex} and was shown ${read.index}`);
    }
    const { saw } = read;
    if (saw.type === "balance") {
      const row = lastAt(rowsOf.get(read.client) ?? [], read.index);
      // An account that is not open yet has nothing. A settlement that pays nothing moves `seq` without a row.
      const expected = row ?? { balance: 0, seq: 0 };
      if (saw.balance !== expected.balance || saw.seq < expected.seq) {
        faults.push(
          `${read.client} was shown ${saw.balance} (seq ${saw.seq}) of ${read.index} at ${read.node}; ` +
            `the ledger has ${expected.balance} (seq ${expected.seq})`,
        );
      }
      continue;
    }
    const id = `${saw.gameId} at ${read.index}`;
    const other = games.get(id);
    if (other === undefined) games.set(id, read);
    else if (other.saw.type === "game" && other.saw.text !== saw.text) {
      faults.push(`game ${id} is one thing at ${other.node} and another at ${read.node}`);
    }
    const staked = sumThrough(stakes.get(saw.gameId) ?? [], read.index);
    if (saw.totalStaked !== staked) {
      faults.push(`game ${id} has ${saw.totalStaked} staked at ${read.node}, the ledgers ${staked}`);
    }
  }
  return faults;
}

/** The row that holds at an index; several may have one. */
function lastAt(rows: readonly Row[], index: number): Row | undefined {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle]?.index ?? 0) <= index) low = middle + 1;
    else high = middle;
  }
  return rows[low - 1];
}

interface Stake {
  readonly index: number;
  /** Of all stakes up to this one. */
  readonly sum: number;
}

function stakesByGame(rows: readonly Row[]): ReadonlyMap<number, readonly Stake[]> {
  const stakes = rows.filter(({ cause, gameId }) => cause === "stake" && gameId !== undefined);
  const byGame = Map.groupBy(
    stakes.toSorted((a, b) => a.index - b.index),
    ({ gameId }) => gameId ?? 0,
  );
  return new Map(
    [...byGame].map(([gameId, ofGame]) => {
      let sum = 0;
      return [gameId, ofGame.map(({ index, amount }) => ({ index, sum: (sum -= amount) }))];
    }),
  );
}

function sumThrough(stakes: readonly Stake[], index: number): number {
  return stakes.findLast((stake) => stake.index <= index)?.sum ?? 0;
}
