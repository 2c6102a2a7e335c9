import type { HttpClient, Page, Transaction } from "@quorumbook/client";
import { setTimeout as sleep } from "node:timers/promises";
import { eachOf } from "../season/pool.ts";
import type { Session } from "../season/session.ts";
import type { Row } from "./history.ts";

const AT_ONCE = 16;
const PAGE = 200;
const TRIES = 40;
const TRY_EVERY_MS = 250;

/** Everybody's whole ledger as every node has it, at one index at least. */
export async function readLedgers(
  sessions: readonly Session[],
  origins: ReadonlyMap<string, string>,
  atLeast: number,
): Promise<Map<string, Map<string, readonly Row[]>>> {
  const ledgers = new Map<string, Map<string, readonly Row[]>>();
  await eachOf(sessions, AT_ONCE, async (session) => {
    const byNode = new Map<string, readonly Row[]>();
    for (const [node, origin] of origins) byNode.set(node, await readLedger(session.at(origin), atLeast));
    ledgers.set(session.username, byNode);
  });
  return ledgers;
}

async function readLedger(http: HttpClient, atLeast: number): Promise<readonly Row[]> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  do {
    const path: string = `/api/transactions?limit=${PAGE}${cursor === null ? "" : `&cursor=${cursor}`}`;
    const page: Page<Transaction> = await readPage(http, path, atLeast);
    for (const { seq, index, cause, amount, balance, gameId } of page.items) {
      rows.push({ seq, index, cause, amount, balance, ...(gameId === undefined ? {} : { gameId }) });
    }
    cursor = page.nextCursor;
  } while (cursor !== null);
  return rows.toReversed();
}

async function readPage(http: HttpClient, path: string, atLeast: number): Promise<Page<Transaction>> {
  let said = "";
  for (let tried = 0; tried < TRIES; tried += 1) {
    const answer = await http.get<Page<Transaction>>(path, { minIndex: atLeast, retries: 0 });
    if (answer.ok) return answer.value;
    said = answer.problem.code;
    await sleep(TRY_EVERY_MS);
  }
  throw new Error(`GET ${path}: ${said}`);
}
