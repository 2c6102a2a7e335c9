// Every request by name. Writes carry an idempotency key, so that a repeat after a lost answer finds the first
// outcome instead of acting twice.
import type { Answer, HttpClient } from "./http-client.ts";
import type {
  AcceptPolicy,
  AuditItem,
  Balance,
  BetListing,
  BetOrder,
  BetPlaced,
  Book,
  Checkpoint,
  CashedOut,
  CashOutQuote,
  Cluster,
  ClusterFigures,
  Consistency,
  Draw,
  Exposure,
  Game,
  GameTerms,
  Limits,
  LimitsWanted,
  MoneyMoved,
  NewGame,
  OddsPoint,
  Page,
  Receipt,
  ReceiptKey,
  Settlement,
  SettlePreview,
  Transaction,
  UserRow,
  Verdict,
} from "./types.ts";

/** Items of one page of a list. */
const PAGE_SIZE = 50;

export class Commands {
  readonly #http: HttpClient;
  readonly #newKey: () => string;

  constructor(http: HttpClient, newKey: () => string) {
    this.#http = http;
    this.#newKey = newKey;
  }

  games(
    filter: { status?: string; category?: string; q?: string; cursor?: string | null } = {},
  ): Promise<Answer<Page<Game>>> {
    return this.#http.get(`/api/games${query({ ...filter, limit: PAGE_SIZE })}`);
  }
  game(id: number): Promise<Answer<Game>> {
    return this.#http.get(`/api/games/${id}`);
  }
  oddsHistory(id: number, since: number): Promise<Answer<{ items: readonly OddsPoint[] }>> {
    return this.#http.get(`/api/games/${id}/odds-history${query({ since })}`);
  }
  cluster(): Promise<Answer<Cluster>> {
    return this.#http.get("/api/cluster");
  }

  balance(): Promise<Answer<Balance>> {
    return this.#http.get("/api/balance");
  }
  deposit(amount: number, key: string): Promise<Answer<MoneyMoved>> {
    return this.#http.post("/api/deposits", { body: { amount }, key });
  }
  withdraw(amount: number, key: string): Promise<Answer<MoneyMoved>> {
    return this.#http.post("/api/withdrawals", { body: { amount }, key });
  }
  /** One attempt; `untilDecided` repeats it. */
  placeBet(bet: BetOrder, key: string): Promise<Answer<BetPlaced>> {
    return this.#http.post("/api/bets", { body: bet, key, retries: 0 });
  }
  bets(filter: {
    status?: string | undefined;
    gameId?: number;
    cursor?: string | null;
  }): Promise<Answer<Page<BetListing>>> {
    return this.#http.get(`/api/bets${query({ ...filter, limit: PAGE_SIZE })}`);
  }
  cashOutQuote(id: number): Promise<Answer<CashOutQuote>> {
    return this.#http.get(`/api/bets/${id}/cash-out`);
  }
  /**
   * Sells a bet. One attempt; `untilDecided` repeats it.
   *
   * @param price as quoted; `better` takes a higher one too, `any` whatever it is
   */
  cashOut(id: number, price: number, accept: AcceptPolicy, key: string): Promise<Answer<CashedOut>> {
    return this.#http.post(`/api/bets/${id}/cash-out`, { body: { price, accept }, key, retries: 0 });
  }
  /** To be checked with `verifyReceipt` of betting-core. */
  receipt(id: number): Promise<Answer<Receipt>> {
    return this.#http.get(`/api/bets/${id}/receipt`);
  }
  receiptKey(): Promise<Answer<ReceiptKey>> {
    return this.#http.get("/api/receipt-key");
  }
  /** The public values of a drawn game, to be checked with `verifyDraw` of betting-core. */
  draw(id: number): Promise<Answer<Draw>> {
    return this.#http.get(`/api/games/${id}/draw`);
  }
  /** Opens a commitment of a closed game's draw; the last one draws the result. @param seed 64 hexadecimal digits */
  revealSeed(id: number, seed: string): Promise<Answer<Draw>> {
    return this.#http.post(`/api/games/${id}/reveal`, { body: { seed }, key: this.#newKey() });
  }
  /** To be opened with `openCheckpoint` of betting-core and the receipt key. */
  checkpoint(): Promise<Answer<Checkpoint>> {
    return this.#http.get("/api/checkpoint");
  }
  /** Proof that the history of size `to` begins with the one of size `from`. */
  consistency(from: number, to: number): Promise<Answer<Consistency>> {
    return this.#http.get(`/api/checkpoint/consistency${query({ from, to })}`);
  }
  transactions(cursor: string | null): Promise<Answer<Page<Transaction>>> {
    return this.#http.get(`/api/transactions${query({ cursor, limit: PAGE_SIZE })}`);
  }
  limits(): Promise<Answer<Limits>> {
    return this.#http.get("/api/limits");
  }
  setLimits(limits: LimitsWanted): Promise<Answer<Limits>> {
    return this.#http.request("PUT", "/api/limits", { body: limits, key: this.#newKey() });
  }
  changePassword(currentPassword: string, newPassword: string): Promise<Answer<void>> {
    return this.#http.request("PUT", "/api/auth/password", { body: { currentPassword, newPassword } });
  }

  createGame(game: NewGame, key: string): Promise<Answer<Game>> {
    return this.#http.post("/api/games", { body: game, key });
  }
  changeStatus(
    id: number,
    action: "suspend" | "resume" | "close" | "void",
    reason: string,
  ): Promise<Answer<Game>> {
    const body = reason === "" ? {} : { reason };
    return this.#http.post(`/api/games/${id}/${action}`, { body, key: this.#newKey() });
  }
  /** @param result the winner's key, or what else came out */
  previewSettlement(id: number, result: string | Verdict): Promise<Answer<SettlePreview>> {
    return this.#http.post(`/api/games/${id}/settle/preview`, { body: verdictOf(result) });
  }
  settle(
    id: number,
    result: string | Verdict,
    previewHash: string,
    key: string,
  ): Promise<Answer<Settlement>> {
    return this.#http.post(`/api/games/${id}/settle`, { body: { ...verdictOf(result), previewHash }, key });
  }
  resettle(id: number, result: string | Verdict, reason: string, key: string): Promise<Answer<Settlement>> {
    return this.#http.post(`/api/games/${id}/resettle`, { body: { ...verdictOf(result), reason }, key });
  }
  /** Takes an outcome out of a game. @param force also where the game may then cost the house more than its margin */
  withdrawOutcome(
    id: number,
    outcome: string,
    reason: string,
    force: boolean,
    key: string,
  ): Promise<Answer<Game>> {
    const body = force ? { outcome, reason, force } : { outcome, reason };
    return this.#http.post(`/api/games/${id}/withdraw`, { body, key });
  }
  /** @param force also where the game may then cost the house more than its margin */
  voidBet(id: number, reason: string, force: boolean, key: string): Promise<Answer<BetListing>> {
    const body = force ? { reason, force } : { reason };
    return this.#http.post(`/api/admin/bets/${id}/void`, { body, key });
  }
  book(): Promise<Answer<Book>> {
    return this.#http.get("/api/admin/book");
  }
  exposure(id: number): Promise<Answer<Exposure>> {
    return this.#http.get(`/api/admin/games/${id}/exposure`);
  }
  gameTerms(id: number): Promise<Answer<GameTerms>> {
    return this.#http.get(`/api/admin/games/${id}/terms`);
  }
  audit(cursor: string | null): Promise<Answer<Page<AuditItem>>> {
    return this.#http.get(`/api/admin/audit${query({ cursor, limit: PAGE_SIZE })}`);
  }

  /** The user of that name, whatever its case; null where there is none. */
  async userNamed(username: string): Promise<Answer<UserRow | null>> {
    const answer = await this.#http.get<Page<UserRow>>(`/api/auth/users${query({ username })}`);
    return answer.ok ? { ...answer, value: answer.value.items[0] ?? null } : answer;
  }

  /** The paths that the game nodes answer, as their own description lists them. */
  async offeredPaths(): Promise<ReadonlySet<string>> {
    const answer = await this.#http.get<{ paths: Record<string, unknown> }>("/api/openapi.json");
    return new Set(answer.ok ? Object.keys(answer.value.paths) : []);
  }
  transferLeadership(nodeId: string): Promise<Answer<unknown>> {
    return this.#http.post("/api/cluster/leader", { body: { nodeId }, key: this.#newKey() });
  }
  /** Queues, connections, snapshots, and how long commits take; the event stream tells the same to who watches. */
  clusterFigures(): Promise<Answer<ClusterFigures>> {
    return this.#http.get("/api/cluster/figures");
  }
  /** Adds a member without a vote. @param address `host:port` of its Raft transport */
  addLearner(nodeId: string, address: string): Promise<Answer<Cluster>> {
    return this.#http.post("/api/cluster/learners", { body: { nodeId, address }, key: this.#newKey() });
  }
  /** Gives a learner its vote. */
  promoteMember(nodeId: string): Promise<Answer<Cluster>> {
    const path = `/api/cluster/members/${encodeURIComponent(nodeId)}/promote`;
    return this.#http.post(path, { body: {}, key: this.#newKey() });
  }
  /** Takes a member out for good. */
  removeMember(nodeId: string): Promise<Answer<Cluster>> {
    const path = `/api/cluster/members/${encodeURIComponent(nodeId)}`;
    return this.#http.request("DELETE", path, { key: this.#newKey() });
  }
  takeSnapshot(): Promise<Answer<unknown>> {
    return this.#http.post("/api/cluster/snapshot", { body: {}, key: this.#newKey() });
  }
}

function verdictOf(result: string | Verdict): Verdict {
  return typeof result === "string" ? { winner: result } : result;
}

/** Query string of what is given; empty for nothing. */
function query(parameters: Record<string, string | number | null | undefined>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined);
  if (given.length === 0) return "";
  return `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()}`;
}
