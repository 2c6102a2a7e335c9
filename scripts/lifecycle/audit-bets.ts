import { CommandError } from "../lib/command-error.ts";
import { until } from "../lib/until.ts";
import type { Bettor } from "./bettors.ts";

/** How long nodes may take to be alike once nobody bets any more, in ms. */
const ALIKE_MS = 15_000;
const PAGE = 200;

/**
 * Asks each of the nodes for all bets of everybody: what was acknowledged is there exactly once, and nothing else is; and
 * the digests of all are one.
 *
 * @returns how many bets each node has
 * @throws CommandError that names node and bets
 */
export async function auditBets(bettors: readonly Bettor[], nodes: readonly string[]): Promise<number> {
  let bets = 0;
  for (const node of nodes) {
    bets = 0;
    for (const bettor of bettors) {
      const found = await betsOf(bettor, node);
      bets += found.length;
      const missing = [...bettor.acknowledged].filter((id) => !found.includes(id));
      const surplus = found.filter((id) => !bettor.acknowledged.has(id));
      if (missing.length > 0)
        throw new CommandError(`${node} has lost ${bettor.name}'s bets ${missing.join()}`);
      if (surplus.length > 0) {
        throw new CommandError(
          `${node} has bets ${surplus.join()} of ${bettor.name} that nobody acknowledged`,
        );
      }
      if (new Set(found).size !== found.length) throw new CommandError(`${node} lists a bet twice`);
    }
  }
  const alike = await until(async () => {
    const digests = await Promise.all(nodes.map((node) => digestOf(bettors, node)));
    return new Set(digests).size === 1 && digests[0] !== undefined;
  }, ALIKE_MS);
  if (alike !== true) throw new CommandError("the nodes' digests are not alike");
  return bets;
}

async function betsOf(bettor: Bettor, node: string): Promise<number[]> {
  const found: number[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const from: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const answer = await bettor.ask(
      node,
      "GET",
      `/api/bets?limit=${PAGE}${from}${cursor === "" ? "&consistency=linearizable" : ""}`,
    );
    if (answer.status !== 200) throw new CommandError(`${node} does not list bets: ${answer.text}`);
    const page = answer.json as { items: { id: number }[]; nextCursor: string | number | null };
    found.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor === null ? null : String(page.nextCursor);
  }
  return found;
}

async function digestOf([bettor]: readonly Bettor[], node: string): Promise<string | undefined> {
  const answer = await bettor?.ask(node, "GET", "/api/cluster");
  const view = answer?.json as {
    nodeId: string;
    nodes: { nodeId: string; digest: { index: number; value: string } | null }[];
  };
  const digest = view.nodes.find(({ nodeId }) => nodeId === view.nodeId)?.digest;
  return digest ? `${digest.value} at ${digest.index}` : undefined;
}
