import type { NodeStatus } from "../cluster/node-status.ts";
import { until } from "../lib/until.ts";
import type { Bettor } from "./bettor.ts";
import { checkAccount, checkBook, checkDigests, type Findings, type NodeAccount } from "./checks.ts";
import type { Winners } from "./ledger.ts";
import { eachOf } from "./pool.ts";
import type { BettingSystem } from "./season-system.ts";
import type { Session } from "./session.ts";
import type { BetView, BookView } from "./wire.ts";

/** How long the nodes may take until they report a digest at one common index, in ms. */
const SETTLE_MS = 30_000;
const TRIES = 20;
const TRY_EVERY_MS = 250;
const AT_ONCE = 16;
/** The longest page of a list (docs/api.md). */
const PAGE = 200;

/** Asks every node, directly, for everything that the bettors know, and compares. Says whether the digests agree. */
export async function auditNodes(
  system: BettingSystem,
  bettors: readonly Bettor[],
  admin: Session,
  winners: Winners,
  findings: Findings,
  say: (line: string) => void,
): Promise<boolean> {
  const highest = Math.max(0, ...bettors.map(({ index }) => index));
  await auditBooks(system, admin, highest, findings);
  for (const [node, origin] of await system.origins()) {
    say(`auditing ${node} …`);
    await eachOf(bettors, AT_ONCE, async (bettor) => {
      const account = await readAccount(bettor.session, origin, highest);
      checkAccount(node, bettor, account, winners, findings);
    });
  }
  return compareDigests(system, findings);
}

/** Has every node add up its whole book. @param atLeast the log index that it is to be of */
export async function auditBooks(
  system: Pick<BettingSystem, "origins">,
  admin: Session,
  atLeast: number,
  findings: Findings,
): Promise<void> {
  for (const [node, origin] of await system.origins()) {
    const book = (await read(admin, origin, "/api/admin/book", atLeast)) as BookView;
    checkBook(node, book, findings);
  }
}

async function readAccount(session: Session, origin: string, atLeast: number): Promise<NodeAccount> {
  const { balance } = (await read(session, origin, "/api/balance", atLeast)) as { balance: number };
  const bets: BetView[] = [];
  let cursor: string | null = null;
  do {
    const path = `/api/bets?limit=${PAGE}${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`;
    const page = (await read(session, origin, path, atLeast)) as {
      items: BetView[];
      nextCursor: string | null;
    };
    bets.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return { balance, bets };
}

/** A read at one node, no older than an index. Its node has to answer: the audit asks all of them. */
async function read(session: Session, origin: string, path: string, atLeast: number): Promise<unknown> {
  const node = session.at(origin);
  let said = "";
  for (let tried = 0; tried < TRIES; tried += 1) {
    const answer = await node.get<unknown>(path, { minIndex: atLeast, retries: 0 });
    if (answer.ok) return answer.value;
    said = `${answer.problem.code} ${answer.problem.detail}`;
    await new Promise((resolve) => setTimeout(resolve, TRY_EVERY_MS));
  }
  throw new Error(`GET ${origin}${path}: ${said}`);
}

/** Waits until all nodes tell a digest of the same index, and compares the values. */
export async function compareDigests(
  system: Pick<BettingSystem, "nodes">,
  findings: Findings,
): Promise<boolean> {
  let last: NodeStatus[] = [];
  const common = await until(async () => {
    last = await system.nodes();
    const indexes = new Set(last.map(({ digest }) => digest?.index));
    return indexes.size === 1 && !indexes.has(undefined);
  }, SETTLE_MS);
  if (common !== true) {
    const told = last.map(({ nodeId, digest }) => `${nodeId} ${digest?.index ?? "none"}`).join(", ");
    findings.faults.push(`the nodes came to no common index for their digests: ${told}`);
    return false;
  }
  const digests = last.map(({ nodeId, digest }) => ({
    node: nodeId,
    index: digest?.index ?? 0,
    value: digest?.value ?? "",
  }));
  return checkDigests(digests, findings);
}
