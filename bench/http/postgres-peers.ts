// PostgreSQL beside the nodes: alone, and with two standbys. Left out, with a word, where it cannot be had.
import { join } from "node:path";
import { MONEY, PRICING } from "../load/bettors.ts";
import type { Tallied } from "../load/tally.ts";
import { loadOnPostgres, prepareBook } from "../postgres/load.ts";
import { findPostgres, startPostgres } from "../postgres/postgres.ts";

export interface Peer {
  /** Ends the names of its rows. */
  readonly name: "postgres" | "postgres_single";
  /** @param games on how many */
  readonly run: (load: {
    readonly games: "games100" | "hot";
    readonly connections: number;
    readonly warmMs: number;
    readonly measureMs: number;
  }) => Promise<Tallied>;
  stop(): Promise<void>;
}

const GAMES = 101;

export async function startPostgresPeers(folder: string, bettors: number): Promise<Peer[]> {
  const programs = findPostgres();
  if (programs === undefined) {
    process.stderr.write("PostgreSQL cannot be had here: its rows are left out\n");
    return [];
  }
  const peers: Peer[] = [];
  try {
    for (const name of ["postgres", "postgres_single"] as const) {
      const server = await startPostgres(programs, join(folder, name), name === "postgres");
      const { version, port } = server;
      peers.push({
        name,
        run: (load) => loadOnPostgres({ ...load, port, bettors, games: sets[load.games] }),
        stop: () => server.stop(),
      });
      const games = await prepareBook(port, { bettors, games: GAMES, money: MONEY, ...PRICING });
      const sets = { games100: games.slice(1), hot: games.slice(0, 1) };
      process.stderr.write(`PostgreSQL ${version}: ${name}\n`);
    }
    return peers;
  } catch (error) {
    for (const peer of peers) await peer.stop();
    throw error;
  }
}
