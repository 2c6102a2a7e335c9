// Bets on PostgreSQL: the same bets by as many connections as over HTTP, each sending its next one when it has its answer.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { betsOn, OddsSeen } from "../load/bets.ts";
import { freshKey } from "../load/bettors.ts";
import { Tally, type Tallied } from "../load/tally.ts";
import { PgConnection } from "./pg-connection.ts";

const PLACE = "SELECT * FROM place_bet($1::int, $2::int, $3::int, $4::bigint, $5::int, $6::text)";

export interface PgLoad {
  readonly port: number;
  readonly bettors: number;
  readonly games: readonly number[];
  readonly connections: number;
  readonly warmMs: number;
  readonly measureMs: number;
}

/** Makes tables, procedure, bettors with money, and games, with the figures that the nodes' have. */
export async function prepareBook(
  port: number,
  {
    bettors,
    games,
    money,
    virtualStake,
    margin,
  }: Readonly<Record<"bettors" | "games" | "money" | "virtualStake" | "margin", number>>,
): Promise<number[]> {
  const connection = await PgConnection.open(port, "bench");
  await connection.query(readFileSync(join(import.meta.dirname, "place-bet.sql"), "utf8"));
  await connection.query(
    `INSERT INTO accounts (id, balance) SELECT i, ${money} FROM generate_series(0, ${bettors - 1}) i`,
  );
  await connection.query(
    `INSERT INTO games (id, virtual_stake, margin) SELECT i, ${virtualStake}, ${margin} FROM generate_series(1, ${games}) i`,
  );
  await connection.query("VACUUM ANALYZE");
  connection.close();
  return Array.from({ length: games }, (_, i) => i + 1);
}

export async function loadOnPostgres(load: PgLoad): Promise<Tallied> {
  const { port, bettors, games, warmMs, measureMs } = load;
  const connections = await Promise.all(
    Array.from({ length: load.connections }, () => PgConnection.open(port, "bench")),
  );
  for (const connection of connections) await connection.prepare(PLACE);
  const next = betsOn(games, bettors, "any", new OddsSeen());
  const tally = new Tally(warmMs, measureMs);
  const run = (connection: PgConnection): Promise<void> =>
    new Promise((resolve) => {
      const ask = (): void => {
        const { game, outcome, stake, bettor } = next();
        const askedAt = performance.now();
        const parameters = [
          String(bettor),
          String(game),
          String(outcome + 1),
          String(stake),
          "10100",
          freshKey(),
        ];
        connection.execute(parameters, (answer) => {
          const now = performance.now();
          tally.count(now, now - askedAt, "row" in answer ? (answer.row[0] ?? "nothing") : answer.error);
          if (tally.isOver(now)) resolve();
          else ask();
        });
      };
      ask();
    });
  await Promise.all(connections.map(run));
  for (const connection of connections) connection.close();
  return tally.result();
}
