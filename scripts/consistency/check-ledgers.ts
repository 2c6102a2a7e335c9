// Writes against the ledgers: what was acknowledged is there once, where and as it was told; what was refused is not;
// what was left open is there once or not at all. And the nodes agree.
import type { History, Row, Write } from "./history.ts";

export function checkLedgers({ operations, ledgers }: History): string[] {
  const faults: string[] = [];
  const writes = Map.groupBy(
    operations.filter((operation): operation is Write => operation.type === "write"),
    ({ client }) => client,
  );
  for (const [client, byNode] of ledgers) {
    const [first, ...others] = byNode.values();
    if (first === undefined) continue;
    const text = JSON.stringify(first);
    if (others.some((other) => JSON.stringify(other) !== text)) {
      faults.push(`${client}'s ledgers differ between nodes`);
    }
    faults.push(...checkSums(client, first), ...checkWrites(client, first, writes.get(client) ?? []));
  }
  return faults;
}

/** Each row's balance follows from the one before. */
function checkSums(client: string, rows: readonly Row[]): string[] {
  const faults: string[] = [];
  let balance = 0;
  let index = 0;
  for (const row of rows) {
    balance += row.amount;
    if (row.balance !== balance) {
      faults.push(`${client}'s row ${row.seq} has a balance of ${row.balance}, its rows sum to ${balance}`);
    }
    if (row.index < index) faults.push(`${client}'s row ${row.seq} is of ${row.index}, after ${index}`);
    index = row.index;
  }
  return faults;
}

function checkWrites(client: string, rows: readonly Row[], writes: readonly Write[]): string[] {
  const faults: string[] = [];
  const moved = Map.groupBy(
    rows.filter(({ cause }) => cause === "deposit" || cause === "withdrawal" || cause === "stake"),
    ({ cause, amount }) => `${cause} ${Math.abs(amount)}`,
  );
  for (const [name, found] of moved) {
    if (found.length > 1) faults.push(`${client}'s ${name} is there ${found.length} times`);
  }
  const asked = Map.groupBy(writes, ({ move, amount }) => `${move} ${amount}`);
  for (const name of moved.keys()) {
    if (!asked.has(name)) faults.push(`${client}'s ${name} is there, and nobody asked for it`);
  }
  for (const [name, attempts] of asked) {
    const row = moved.get(name)?.[0];
    const accepted = attempts.find(({ outcome }) => outcome.type === "accepted")?.outcome;
    if (accepted?.type === "accepted") {
      const { commandIndex, balance, seq } = accepted;
      if (row === undefined)
        faults.push(`${client}'s ${name} was acknowledged at ${commandIndex} and is lost`);
      else if (row.index !== commandIndex || row.balance !== balance || row.seq !== seq) {
        faults.push(`${client}'s ${name} was told as ${JSON.stringify(accepted)}, is ${JSON.stringify(row)}`);
      }
    } else if (row !== undefined && !attempts.some(({ outcome }) => outcome.type === "open")) {
      const codes = attempts.map(({ outcome }) => ("code" in outcome ? outcome.code : "")).join(", ");
      faults.push(`${client}'s ${name} was refused (${codes}) and took effect at ${row.index}`);
    } else if (row !== undefined && attempts.some(({ outcome }) => outcome.type === "refused")) {
      faults.push(`${client}'s ${name} was refused by the book and took effect at ${row.index}`);
    }
  }
  return faults;
}
