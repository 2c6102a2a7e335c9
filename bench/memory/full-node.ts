// A game node on a log in memory whose book is full: accounts, games and bets as many as it is told. Says its port when
// it is ready; told "memory", it answers with its resident bytes, after a collection.
import {
  amount,
  type Command,
  DEFAULT_PRICING,
  gameId,
  minorUnits,
  odds,
  userId,
} from "@quorumbook/betting-core";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { childOptions } from "../lib/child.ts";
import { startOneNode } from "../lib/one-node.ts";

export interface FullNodeOptions {
  readonly accounts: number;
  readonly games: number;
  readonly bets: number;
  readonly jwksUrl: string;
}

/** Commands between two turns of the loop, which is alive all the while. */
const BATCH = 5_000;
const BANKROLL = 1e14;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const { accounts, games, bets, jwksUrl } = childOptions() as FullNodeOptions;
const { port, log } = await startOneNode({ sockets: "uws", jwksUrl, bankroll: BANKROLL });
await fill(games, (number) => ({
  type: "createGame",
  actor: userId("admin"),
  question: `Game ${number + 1}`,
  category: "real",
  outcomes: ["Home", "Draw", "Away"],
  pricing: { ...DEFAULT_PRICING, margin: minorUnits(1e8) },
}));
await fill(accounts, (number) => ({
  type: "deposit",
  actor: userId(`user-${number}`),
  key: `deposit-${number}-5d1c-4c5a-9d0e`,
  amount: amount(10_000_000),
}));
await fill(bets, (number) => ({
  type: "placeBet",
  actor: userId(`user-${scattered(number, accounts)}`),
  key: `${number.toString(16).padStart(8, "0")}-9c1b-4f6e-8a55-3d2f`,
  gameId: gameId(1 + scattered(number ^ 0x5bd1e995, games)),
  outcome: `opt${1 + (number % 3)}`,
  stake: amount(100 + (number % 900)),
  odds: odds(10_100),
  accept: "any",
}));
process.on("message", () => {
  void (async () => {
    collectGarbage();
    await setImmediate();
    collectGarbage();
    process.send?.(process.memoryUsage.rss());
  })();
});
process.send?.(port);

async function fill(count: number, command: (number: number) => Command): Promise<void> {
  for (let done = 0; done < count; done += BATCH) {
    for (let number = done; number < Math.min(done + BATCH, count); number++) {
      const applied = (await log.submit(command(number))).applied;
      if (applied.outcome.status !== "accepted") throw new Error(`refused: ${JSON.stringify(applied)}`);
    }
    await setImmediate();
  }
}

/** Numbers in no order, the same in each run. */
function scattered(number: number, below: number): number {
  let mixed = Math.imul(number ^ (number >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) % below;
}
