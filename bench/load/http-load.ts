// Bets over REST from some connections, spread over the nodes: each sends the next bet once the last is answered.
import { betRequest, betsOn, OddsSeen } from "./bets.ts";
import type { Policy } from "./bettors.ts";
import { HttpConnection } from "./http-connection.ts";
import { Tally, type Tallied } from "./tally.ts";

export interface HttpLoad {
  readonly ports: readonly number[];
  readonly tokens: readonly string[];
  readonly games: readonly number[];
  readonly policy: Policy;
  readonly connections: number;
  /** Before the counting begins, and counted. */
  readonly warmMs: number;
  readonly measureMs: number;
  readonly contentType?: string;
  /** All connections together, at most; without it as many as are answered. */
  readonly perSecond?: number;
}

export async function loadOverHttp(load: HttpLoad): Promise<Tallied> {
  const { ports, tokens, games, policy, warmMs, measureMs } = load;
  const connections = await Promise.all(
    Array.from({ length: load.connections }, (_, i) => HttpConnection.open(ports[i % ports.length] ?? 0)),
  );
  const seen = new OddsSeen();
  const next = betsOn(games, tokens.length, policy, seen);
  const tally = new Tally(warmMs, measureMs);
  const intervalMs = load.perSecond === undefined ? 0 : (load.connections * 1_000) / load.perSecond;
  const run = (connection: HttpConnection, first: number): Promise<void> =>
    new Promise((resolve) => {
      // At a fixed rate a late answer makes the bets behind it late, and that counts: it is when they were due.
      let dueAt = performance.now() + first * intervalMs;
      const ask = (): void => {
        const { game, outcome, bettor, body } = next();
        const askedAt = intervalMs === 0 ? performance.now() : dueAt;
        connection.ask(betRequest(tokens[bettor] ?? "", body, load.contentType), (status, answer) => {
          const now = performance.now();
          if (policy !== "any") {
            if (status === 201) seen.note(game, answer.toString("latin1"));
            else seen.noteChanged(game, outcome, answer.toString("latin1"));
          }
          tally.count(now, now - askedAt, status === 201 ? "accepted" : codeOf(status, answer));
          if (status === 0 || tally.isOver(now)) {
            resolve();
            return;
          }
          dueAt += intervalMs;
          const wait = dueAt - now;
          if (wait <= 1) ask();
          else setTimeout(ask, wait);
        });
      };
      if (intervalMs === 0) ask();
      else setTimeout(ask, first * intervalMs);
    });
  await Promise.all(connections.map((connection, i) => run(connection, i / connections.length)));
  for (const connection of connections) connection.close();
  return tally.result();
}

function codeOf(status: number, answer: Buffer): string {
  if (status === 0) return "cut";
  return /"code":"(?<code>\w+)"/.exec(answer.toString("latin1"))?.groups?.["code"] ?? String(status);
}
