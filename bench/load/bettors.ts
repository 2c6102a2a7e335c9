// The people of the load: each has a token and money on a cluster of three nodes, and bets on games without end.
import { randomBytes } from "node:crypto";
import type {
  NodeProcess,
  TestCluster,
} from "../../packages/node-server/test/integration/support/cluster.ts";

export type Policy = "any" | "better" | "exact";

/** Of each bettor, in minor units: more than it can lose in a bench. */
export const MONEY = 10_000_000_000;
/** So large that no game ever says no, and small enough that odds move with the bets. */
export const PRICING = { virtualStake: 1_000_000, margin: 500_000_000 };
const AT_ONCE = 64;
const OUTCOMES = ["Home", "Draw", "Away"];

/** Gives that many people money, and every node a look at their tokens, which are returned. */
export async function makeBettors(
  cluster: Pick<TestCluster, "nodes" | "issuer">,
  count: number,
): Promise<readonly string[]> {
  const [node] = cluster.nodes;
  if (node === undefined) throw new Error("a cluster without nodes");
  await forEach(bettorNames(count), async (name) => {
    const body = { amount: MONEY };
    const paid = await node.ask("POST", "/api/deposits", { as: name, body, key: freshKey() });
    if (paid.status !== 201) throw new Error(`a deposit was refused: ${JSON.stringify(paid.body)}`);
  });
  return signIn(cluster, count);
}

/** New tokens of the same people, good for as long as auth-server's, and every node's look at them. */
export async function signIn(
  cluster: Pick<TestCluster, "nodes" | "issuer">,
  count: number,
): Promise<readonly string[]> {
  const tokens = await Promise.all(bettorNames(count).map((name) => cluster.issuer.token(name)));
  // A signature costs more than a bet: the first look at each token is not what is measured.
  for (const each of cluster.nodes) {
    await forEach(tokens, async (token) => {
      const headers = { authorization: `Bearer ${token}` };
      await (await fetch(`http://127.0.0.1:${each.httpPort}/api/balance`, { headers })).arrayBuffer();
    });
  }
  return tokens;
}

function bettorNames(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `bettor-${i}`);
}

/** Opens games; gives their ids. */
export async function openGames(node: NodeProcess, count: number): Promise<number[]> {
  const ids: number[] = [];
  for (let game = 0; game < count; game += 1) {
    const body = { question: `Game ${game}`, category: "real", outcomes: OUTCOMES, pricing: PRICING };
    const opened = await node.ask("POST", "/api/games", { as: "admin", body, key: freshKey() });
    if (opened.status !== 201) throw new Error(`no game was opened: ${JSON.stringify(opened.body)}`);
    ids.push(opened.body["id"] as number);
  }
  return ids;
}

let keys = 0;
const keyPrefix = randomBytes(12).toString("hex");

/** As long as a UUID; no other request has it, of this run or another. */
export function freshKey(): string {
  keys += 1;
  return `${keyPrefix}-${keys.toString(16).padStart(11, "0")}`;
}

/** Calls for each, some at a time. */
export async function forEach<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const item = items[next] as T;
      next += 1;
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}
