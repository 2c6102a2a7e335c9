// More bets at once than three nodes can take: each is told at once whether it waits, and none is lost or doubled.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freshKey } from "../support/memory-node.ts";
import { eventually, TestCluster } from "./support/cluster.ts";
import { SocketClient } from "./support/socket-client.ts";

/** At each node; together more than may wait there at first. */
const CONNECTIONS = 4;
const BETS_EACH = 500;
/** Repeating what was refused, a client gets it in sooner or later. */
const ROUNDS_MAX = 60;

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await TestCluster.start({ QUORUMBOOK_BANKROLL: "100000000000" });
});
afterAll(() => cluster.stop());

/** Sends a bet for each id, all at once; says of each that was not taken the code, once all are answered. */
async function flood(
  client: SocketClient,
  gameId: number,
  ids: readonly string[],
): Promise<Map<string, unknown>> {
  const from = client.heard.length;
  const bet = { type: "placeBet", gameId, outcome: "opt1", stake: 100, odds: 2, accept: "any" };
  for (const requestId of ids) client.send({ ...bet, requestId });
  const waiting = new Set(ids);
  const refused = new Map<string, unknown>();
  let seen = from;
  const hasAll = async (): Promise<boolean> => {
    for (; seen < client.heard.length; seen += 1) {
      const { type, requestId, code } = client.heard[seen] ?? { type: "" };
      if (type !== "betConfirmed" && type !== "betRejected") continue;
      waiting.delete(String(requestId));
      if (type === "betRejected") refused.set(String(requestId), code);
      else refused.delete(String(requestId));
    }
    return waiting.size === 0;
  };
  await eventually("each bet is answered", hasAll, 60_000);
  return refused;
}

describe("three nodes that are asked for more than they can do", () => {
  it("say no early, keep their leader, and take each bet once when it is repeated", async () => {
    const { leader } = await cluster.roles();
    const { term } = await leader.cluster();
    const pricing = { margin: 100_000_000, virtualStake: 1_000_000_000 };
    const body = { question: "Too many?", category: "real", outcomes: ["yes", "no"], pricing };
    const opened = await leader.ask("POST", "/api/games", { as: "admin", key: freshKey(), body });
    expect(opened.status, JSON.stringify(opened.body)).toBe(201);
    const gameId = opened.body["id"] as number;
    const clients = await Promise.all(
      cluster.nodes.flatMap(({ nodeId, httpPort }) =>
        Array.from({ length: CONNECTIONS }, async (_, at) => {
          const as = `${nodeId}-${at}`;
          await leader.ask("POST", "/api/deposits", { as, key: freshKey(), body: { amount: 10_000_000 } });
          const client = await SocketClient.connect(httpPort);
          client.send({ type: "authenticate", token: await cluster.issuer.token(as, "bettor") });
          await client.next("authenticated");
          return { as, client };
        }),
      ),
    );

    const asked = clients.map(({ client }) => ({
      client,
      ids: Array.from({ length: BETS_EACH }, () => freshKey()),
    }));
    let left = asked;
    let refusedAtFirst: number | undefined;
    const codes = new Set<unknown>();
    for (let round = 0; left.length > 0 && round < ROUNDS_MAX; round += 1) {
      const refused = await Promise.all(left.map(({ client, ids }) => flood(client, gameId, ids)));
      left = left
        .map(({ client }, at) => ({ client, ids: [...(refused[at]?.keys() ?? [])] }))
        .filter(({ ids }) => ids.length > 0);
      for (const each of refused) for (const code of each.values()) codes.add(code);
      refusedAtFirst ??= left.reduce((sum, { ids }) => sum + ids.length, 0);
    }

    // Where the machine is too slow even for what was let in, some are told so, and repeating tells.
    codes.delete("outcome_unknown");
    expect(codes).toEqual(new Set(["overloaded"]));
    expect(refusedAtFirst).toBeGreaterThan(0);
    expect(left).toEqual([]);
    expect((await leader.cluster()).term).toBe(term);
    for (const { as } of clients) {
      const { body: account } = await leader.ask("GET", "/api/balance?consistency=linearizable", { as });
      expect(account["openStake"], as).toBe(BETS_EACH * 100);
    }
    await cluster.commonDigest();
    for (const { client } of clients) client.terminate();
  });
});
