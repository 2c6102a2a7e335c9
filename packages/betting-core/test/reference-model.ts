// The book again, deliberately naive: plain objects, BigInt, everything recomputed from the list of bets each time.
// Slow and obvious, so that where it and the book disagree, the book is wrong until shown otherwise.

import { createHash } from "node:crypto";
import type { Command, CommandOf, Draw, LimitWindows, Pricing, Verdict } from "../src/index.ts";
import {
  isPool,
  modelCap,
  type ModelMarket,
  modelOdds,
  modelOffer,
  SCALE,
  total,
} from "./reference-pricing.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WINDOWS = { day: DAY, week: 7 * DAY, month: 30 * DAY };
/** What makes a bet or a row of its own is remembered as long as that. */
const KEPT: ReadonlySet<string> = new Set(["placeBet", "deposit", "withdraw", "cashOut"]);
/** A hash that no preview has. */
export const MADE_UP_PREVIEW = "0123456789abcdef";
const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

export interface ModelBet {
  id: number;
  user: string;
  game: number;
  outcome: number;
  stake: bigint;
  odds: bigint;
  status: "open" | "won" | "lost" | "void" | "cashedOut";
  /** By itself or with its outcome, and not with its game. */
  voided: boolean;
  /** The bets that it was sold for, by outcome; undefined where it was not sold. */
  hedge: bigint[] | undefined;
  /** What it was sold for. */
  price: bigint;
}

export interface ModelGame {
  id: number;
  status: "open" | "suspended" | "closed" | "settled" | "voided";
  version: number;
  /** With its last change of status. */
  reason: string | undefined;
  /** Once it is settled: several in a dead heat, none in a push. */
  winners: readonly number[] | undefined;
  outcomes: number;
  withdrawn: number[];
  closesAt: number | undefined;
  pricing: Pricing;
  draw: Draw | undefined;
  /** Hashes of the seeds that were shown. */
  revealed: Set<string>;
}

interface Movement {
  user: string;
  cause: string;
  amount: bigint;
  at: number;
}

interface ModelLimits {
  deposit: LimitWindows;
  stake: LimitWindows;
  loss: LimitWindows;
  excludedUntil?: number;
}

/** What the model says of a command: `accepted`, or the code of the refusal. */
export interface ModelAnswer {
  code: string;
  /** The entry that decided. */
  index: number;
  replayed: boolean;
}

export class ReferenceModel {
  at = 0;
  house = 0n;
  bankroll = 0n;
  welcome = 0n;
  opened = false;
  readonly users = new Set<string>();
  readonly movements: Movement[] = [];
  readonly games: ModelGame[] = [];
  readonly bets: ModelBet[] = [];
  readonly limits = new Map<
    string,
    { current: ModelLimits; pending?: { limits: ModelLimits; at: number } }
  >();
  readonly #caps = new Map<string, bigint>();
  /** What the history was when betting on a game ended: the book's word, checked elsewhere. */
  closingOf: (game: number) => { size: number; root: string } = () => ({ size: 0, root: "" });
  readonly #seeds = new Map<string, string>();
  readonly #previews = new Map<string, string>([[MADE_UP_PREVIEW, "nothing"]]);
  readonly requests = new Map<
    string,
    { body: string; code: string; index: number; at: number; kept: boolean }
  >();

  apply(command: Command, entry: { index: number; at: number }): ModelAnswer {
    this.at = Math.max(this.at, entry.at);
    this.#notePreview(command);
    const { key, actor, ...body } = command;
    const text = canonicalText(body);
    const id = `${actor}\u0000${key}`;
    const earlier = key === undefined ? undefined : this.requests.get(id);
    if (earlier !== undefined && this.#stillCounts(earlier)) {
      if (earlier.body !== text) return { code: "idempotency_conflict", index: entry.index, replayed: false };
      return { code: earlier.code, index: earlier.index, replayed: true };
    }
    const code = this.#decide(command);
    if (key !== undefined) {
      const kept = code === "accepted" && KEPT.has(command.type);
      this.requests.set(id, { body: text, code, index: entry.index, at: this.at, kept });
    }
    return { code, index: entry.index, replayed: false };
  }

  balance(user: string): bigint {
    return this.#sum((movement) => movement.user === user);
  }

  balances(): bigint {
    return this.#sum(() => true);
  }

  openStake(user: string): bigint {
    return total(
      this.bets.filter((bet) => bet.user === user && bet.status === "open").map((bet) => bet.stake),
    );
  }

  deposits(): bigint {
    return this.#sum((movement) => movement.cause === "deposit");
  }

  withdrawals(): bigint {
    return -this.#sum((movement) => movement.cause === "withdrawal");
  }

  escrow(): bigint {
    return total(this.#live().map((game) => this.#held(game)));
  }

  exposure(): bigint {
    return total(this.#live().map((game) => this.worstCase(game)));
  }

  openGames(): number {
    return this.#live().length;
  }

  staked(game: ModelGame, outcome: number): bigint {
    const stands = total(this.#on(game, outcome).map((bet) => bet.stake));
    return stands + total(this.#sold(game).map((bet) => stakeWithHedge(bet, outcome)));
  }

  totalStaked(game: ModelGame): bigint {
    return total(Array.from({ length: game.outcomes }, (_, outcome) => this.staked(game, outcome)));
  }

  liability(game: ModelGame, outcome: number): bigint {
    return total([...this.#on(game, outcome), ...this.#sold(game)].map((bet) => promise(game, bet)));
  }

  /** What the bet is paid if those outcomes win. */
  payoutIf(game: ModelGame, bet: ModelBet, winners: readonly number[]): bigint {
    if (this.#statusIf(game, bet, winners) === "void") return bet.stake;
    if (!winners.includes(bet.outcome)) return 0n;
    if (!isPool(game.pricing)) return payout(bet) / BigInt(winners.length);
    const net = (this.totalStaked(game) * (SCALE - BigInt(game.pricing.commissionBp))) / SCALE;
    const backed = winners.map((winner) => this.staked(game, winner)).filter((stakes) => stakes > 0n);
    const left = net - total(backed);
    const part = left > 0n ? left / BigInt(backed.length) : 0n;
    const tick = BigInt(game.pricing.tick);
    const gained = ((part * SCALE) / this.staked(game, bet.outcome) / tick) * tick;
    return (bet.stake * (SCALE + gained)) / SCALE;
  }

  /** What settling pays in all. */
  paidIf(game: ModelGame, winners: readonly number[]): bigint {
    return total(this.#standing(game).map((bet) => this.payoutIf(game, bet, winners)));
  }

  worstCase(game: ModelGame): bigint {
    let greatest = 0n;
    for (let outcome = 0; outcome < game.outcomes; outcome++) {
      const loss = this.liability(game, outcome) - this.totalStaked(game);
      if (loss > greatest) greatest = loss;
    }
    return greatest;
  }

  /** What the user's bet can be sold for: its payout, less bets on all other outcomes that pay as much. */
  hedge(game: ModelGame, bet: ModelBet): { price: bigint; hedge: bigint[] } | undefined {
    if (isPool(game.pricing)) return undefined;
    const owed = payout(bet);
    const hedge = Array.from({ length: game.outcomes }, () => 0n);
    const market = this.#market(game);
    const staked = [...market.staked];
    const promised = [...market.promised];
    for (let outcome = 0; outcome < game.outcomes; outcome++) {
      if (outcome === bet.outcome || game.withdrawn.includes(outcome)) continue;
      const now = { ...market, staked, promised };
      let high = this.#capIn(now, outcome);
      const pays = (stake: bigint): boolean => (stake * modelOffer(now, outcome, stake)) / SCALE >= owed;
      if (high < 1n || !pays(high)) return undefined;
      for (let low = 1n; low < high; ) {
        const middle = (low + high) / 2n;
        if (pays(middle)) high = middle;
        else low = middle + 1n;
      }
      hedge[outcome] = high;
      staked[outcome] = (staked[outcome] as bigint) + high;
      promised[outcome] = (promised[outcome] as bigint) + owed;
    }
    const price = owed - total(hedge);
    const kept = total(this.#sold(game).map((sold) => sold.stake - sold.price)) + bet.stake - price;
    return price < 1n || kept + BigInt(game.pricing.margin) < 0n ? undefined : { price, hedge };
  }

  /** Odds in ten-thousandths that the smallest stake gets, 0 where the outcome is not offered. */
  odds(game: ModelGame, outcome: number): bigint {
    return game.withdrawn.includes(outcome) ? 0n : modelOdds(this.#market(game), outcome);
  }

  cap(game: ModelGame, outcome: number): bigint {
    return game.withdrawn.includes(outcome) ? 0n : this.#capIn(this.#market(game), outcome);
  }

  #capIn(market: ModelMarket, outcome: number): bigint {
    // The one thing that is remembered, by all that it depends on: trying takes long.
    const sums = [...market.staked.map(String), ...market.promised.map(String)];
    const all = [market.pricing, ...sums, ...market.withdrawn, outcome];
    const known = JSON.stringify(all);
    const cap = this.#caps.get(known) ?? modelCap(market, outcome);
    this.#caps.set(known, cap);
    return cap;
  }

  #decide(command: Command): string {
    switch (command.type) {
      case "openBook":
        if (!this.opened) {
          this.opened = true;
          this.house += BigInt(command.openingBankroll);
          this.bankroll += BigInt(command.openingBankroll);
          this.welcome = BigInt(command.welcomeBalance);
        }
        return "accepted";
      case "openAccount":
        this.#open(command.actor);
        return "accepted";
      case "deposit": {
        if (this.#excluded(command.actor)) return "excluded";
        if (this.#over(command.actor, "deposit", BigInt(command.amount))) return "limit_reached";
        if (this.bankroll + this.deposits() + BigInt(command.amount) > SAFE) return "invalid_request";
        this.#open(command.actor);
        this.#move(command.actor, "deposit", BigInt(command.amount));
        return "accepted";
      }
      case "withdraw": {
        if (this.#balanceOrWelcome(command.actor) < BigInt(command.amount)) return "insufficient_balance";
        this.#open(command.actor);
        this.#move(command.actor, "withdrawal", -BigInt(command.amount));
        return "accepted";
      }
      case "createGame": {
        const { strategy, prior } = command.pricing;
        const needsChance = strategy === "cpmm" || strategy === "lmsr";
        if (needsChance && prior !== undefined && prior.includes(0)) return "invalid_request";
        if (command.closesAt !== undefined && command.closesAt <= this.at) return "invalid_request";
        if (command.draw !== undefined && !this.#canDraw(command, command.draw)) return "invalid_request";
        if (this.house < BigInt(command.pricing.margin)) return "house_underfunded";
        this.house -= BigInt(command.pricing.margin);
        this.games.push({
          id: this.games.length + 1,
          status: "open",
          version: 1,
          reason: undefined,
          winners: undefined,
          outcomes: command.outcomes.length,
          withdrawn: [],
          closesAt: command.closesAt,
          pricing: command.pricing,
          draw: command.draw,
          revealed: new Set(),
        });
        return "accepted";
      }
      case "placeBet":
        return this.#placeBet(command);
      case "suspendGame":
        return this.#turn(command, ["open"], "suspended");
      case "resumeGame":
        return this.#turn(command, ["suspended"], "open");
      case "closeGame":
        return this.#turn(command, ["open", "suspended"], "closed");
      case "settleGame": {
        const game = this.games[command.gameId - 1];
        if (game === undefined) return "game_not_found";
        if (game.draw !== undefined) return "drawn_game";
        const winners = this.#winners(game, command);
        if (typeof winners === "string") return winners;
        if (game.status === "settled") return same(game.winners, winners) ? "accepted" : "already_settled";
        if (game.status !== "closed") return "wrong_status";
        if (command.previewHash !== undefined && !this.#previewHolds(command)) return "preview_stale";
        this.#settle(game, winners);
        return "accepted";
      }
      case "resettleGame": {
        const game = this.games[command.gameId - 1];
        if (game === undefined) return "game_not_found";
        if (game.draw !== undefined) return "drawn_game";
        const winners = this.#winners(game, command);
        if (typeof winners === "string") return winners;
        if (game.status !== "settled") return "wrong_status";
        if (!same(game.winners, winners)) this.#resettle(game, winners);
        return "accepted";
      }
      case "voidGame": {
        const game = this.games[command.gameId - 1];
        if (game === undefined) return "game_not_found";
        if (game.status === "settled") return "wrong_status";
        if (game.status === "voided") return "accepted";
        this.#void(game);
        return "accepted";
      }
      case "revealSeed":
        return this.#reveal(command);
      case "voidBet":
        return this.#voidBet(command.betId, command.force === true);
      case "withdrawOutcome":
        return this.#withdraw(command);
      case "cashOut":
        return this.#cashOut(command);
      case "setLimits":
        this.#setLimits(command.actor, command.limits);
        return "accepted";
      case "addBankroll":
        if (this.bankroll + this.deposits() + BigInt(command.amount) > SAFE) return "invalid_request";
        this.house += BigInt(command.amount);
        this.bankroll += BigInt(command.amount);
        return "accepted";
      case "expire":
        for (const game of this.games) {
          const due = game.closesAt !== undefined && game.closesAt <= this.at;
          if (due && (game.status === "open" || game.status === "suspended")) {
            game.status = "closed";
            game.version++;
          }
        }
        this.#voidLate();
        return "accepted";
      default:
        return command satisfies never;
    }
  }

  #voidBet(id: number, force: boolean): string {
    const bet = this.bets[id - 1];
    if (bet === undefined) return "bet_not_found";
    if (bet.hedge !== undefined) return "bet_closed";
    if (bet.voided) return "accepted";
    const game = this.games[bet.game - 1] as ModelGame;
    if (game.status === "settled" || game.status === "voided") return "wrong_status";
    return this.#takeOut(game, [bet], force);
  }

  #withdraw(command: CommandOf<"withdrawOutcome">): string {
    const game = this.games[command.gameId - 1];
    if (game === undefined) return "game_not_found";
    if (game.draw !== undefined) return "drawn_game";
    const outcome = this.#position(game, command.outcome);
    if (outcome === undefined) return "unknown_outcome";
    if (game.withdrawn.includes(outcome)) return "accepted";
    if (game.status === "settled" || game.status === "voided") return "wrong_status";
    if (game.outcomes - game.withdrawn.length < 3) return "invalid_request";
    game.withdrawn.push(outcome);
    const answer = this.#takeOut(game, this.#on(game, outcome), command.force === true);
    if (answer !== "accepted") game.withdrawn.pop();
    return answer;
  }

  /** Voids bets, unless some outcome that is left then costs more above the margin than it did. */
  #takeOut(game: ModelGame, bets: readonly ModelBet[], force: boolean): string {
    const costs = (): bigint[] =>
      Array.from({ length: game.outcomes }, (_, outcome) => {
        const over = this.liability(game, outcome) - this.totalStaked(game) - BigInt(game.pricing.margin);
        return over > 0n && !game.withdrawn.includes(outcome) ? over : 0n;
      });
    const before = costs();
    for (const bet of bets) bet.voided = true;
    if (!force && costs().some((over, outcome) => over > (before[outcome] ?? 0n))) {
      for (const bet of bets) bet.voided = false;
      return "margin_exceeded";
    }
    game.version++;
    for (const bet of bets) {
      bet.status = "void";
      this.#move(bet.user, "refund", bet.stake);
    }
    return "accepted";
  }

  #cashOut({ actor, betId, price, accept }: CommandOf<"cashOut">): string {
    const bet = this.bets[betId - 1];
    if (bet === undefined || bet.user !== actor) return "bet_not_found";
    if (bet.status !== "open") return "bet_closed";
    const game = this.games[bet.game - 1] as ModelGame;
    const late = game.closesAt !== undefined && this.at >= game.closesAt;
    if (game.status !== "open" || late) return "betting_closed";
    const offer = this.hedge(game, bet);
    if (offer === undefined) return "no_cash_out";
    const current = Number(offer.price);
    const taken = { exact: current === price, better: current >= price, any: true }[accept];
    if (!taken) return "price_changed";
    Object.assign(bet, offer, { status: "cashedOut" });
    game.version++;
    this.#move(actor, "payout", offer.price);
    return "accepted";
  }

  /** What escrow has for the game: stakes that stand, what cash-outs left of theirs, and the margin. */
  #held(game: ModelGame): bigint {
    const stands = total(this.#standing(game).map((bet) => bet.stake));
    const left = total(this.#sold(game).map((bet) => bet.stake - bet.price));
    return stands + left + BigInt(game.pricing.margin);
  }

  /** The game whose seeds are longest overdue. */
  #voidLate(): void {
    const late = this.#live()
      .filter(({ draw }) => draw !== undefined && draw.revealBy <= this.at)
      .sort((one, other) => (one.draw?.revealBy ?? 0) - (other.draw?.revealBy ?? 0) || one.id - other.id);
    if (late[0] !== undefined) this.#void(late[0]);
  }

  #void(game: ModelGame): void {
    this.house += this.#held(game) - total(this.#standing(game).map((bet) => bet.stake));
    game.status = "voided";
    game.version++;
    for (const bet of this.#standing(game)) {
      bet.status = "void";
      this.#move(bet.user, "refund", bet.stake);
    }
  }

  #canDraw({ category, closesAt }: { category: string; closesAt?: number }, draw: Draw): boolean {
    const { commitments, revealBy } = draw;
    const several = new Set(commitments).size === commitments.length && commitments.length >= 2;
    return category === "virtual" && several && revealBy > this.at && revealBy > (closesAt ?? 0);
  }

  #reveal({ gameId, seed }: Extract<Command, { type: "revealSeed" }>): string {
    const game = this.games[gameId - 1];
    if (game === undefined) return "game_not_found";
    const hash = createHash("sha256").update(Buffer.from(seed, "hex")).digest("hex");
    if (game.draw === undefined || !game.draw.commitments.includes(hash)) return "unknown_seed";
    if (game.revealed.has(hash)) return "accepted";
    if (game.status !== "closed") return "wrong_status";
    if (this.at >= game.draw.revealBy) return "reveal_too_late";
    game.revealed.add(hash);
    this.#seeds.set(hash, seed);
    if (game.revealed.size === game.draw.commitments.length)
      this.#settle(game, [this.#drawn(game, game.draw)]);
    return "accepted";
  }

  /** The draw as docs/draws.md has it. */
  #drawn(game: ModelGame, draw: Draw): number {
    const { size, root } = this.closingOf(game.id);
    const number = (value: number | bigint): Buffer => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64BE(BigInt(value));
      return bytes;
    };
    const sha = (...parts: readonly Uint8Array[]): Buffer =>
      createHash("sha256").update(Buffer.concat(parts)).digest();
    const seeds = draw.commitments.map((hash) => Buffer.from(this.#seeds.get(hash) ?? "", "hex"));
    const key = sha(
      Buffer.from("quorumbook draw 1\n"),
      number(game.id),
      number(size),
      Buffer.from(root, "hex"),
      ...seeds,
    );
    const weights = game.pricing.prior ?? Array.from({ length: game.outcomes }, () => 1);
    const sum = total(weights.map(BigInt));
    for (let word = 0; ; word++) {
      const value = BigInt(sha(key, number(Math.floor(word / 8))).readUInt32BE((word % 8) * 4));
      if (value >= ((1n << 32n) / sum) * sum) continue;
      let rest = value % sum;
      return weights.findIndex((weight) => (rest -= BigInt(weight)) < 0n);
    }
  }

  /** A preview's hash is the book's own business; the model knows what it stood for when it was first seen. */
  #notePreview(command: Command): void {
    if (command.type !== "settleGame" || command.previewHash === undefined) return;
    if (this.#previews.has(command.previewHash)) return;
    this.#previews.set(command.previewHash, this.#previewed(command));
  }

  #previewHolds(command: CommandOf<"settleGame">): boolean {
    return this.#previews.get(command.previewHash ?? "") === this.#previewed(command);
  }

  #previewed({ gameId, ...verdict }: CommandOf<"settleGame">): string {
    const bets = this.bets.filter((bet) => bet.game === gameId);
    const winners = verdict.winners?.toSorted().join() ?? verdict.winner ?? "push";
    const gone = bets.filter(({ voided, hedge }) => voided || hedge !== undefined);
    return `${gameId} ${winners} ${bets.length} ${gone.length}`;
  }

  /** The positions of all winners, none in a push; or the refusal. */
  #winners(game: ModelGame, { winner, winners, push }: Verdict): readonly number[] | string {
    if (push === true) return [];
    const positions = (winners ?? [winner]).map((key) => this.#position(game, key));
    if (positions.includes(undefined)) return "unknown_outcome";
    const each = new Set(positions as number[]);
    if (each.size < positions.length || each.size === 0) return "invalid_request";
    if (game.withdrawn.some((outcome) => each.has(outcome))) return "outcome_withdrawn";
    return [...each].toSorted((one, other) => one - other);
  }

  #placeBet(command: Extract<Command, { type: "placeBet" }>): string {
    const game = this.games[command.gameId - 1];
    if (game === undefined) return "game_not_found";
    const outcome = this.#position(game, command.outcome);
    if (outcome === undefined) return "unknown_outcome";
    const late = game.closesAt !== undefined && this.at >= game.closesAt;
    if (game.status !== "open" || late) return "betting_closed";
    if (this.#excluded(command.actor)) return "excluded";
    if (this.odds(game, outcome) === 0n) return "outcome_not_offered";
    const sent = BigInt(command.odds);
    const tick = BigInt(game.pricing.tick);
    if (sent % tick !== 0n || sent < SCALE + tick) return "invalid_odds";
    const stake = BigInt(command.stake);
    const odds = modelOffer(this.#market(game), outcome, stake);
    const floor = { exact: sent, better: sent, any: BigInt(command.minOdds ?? 0) }[command.accept];
    if (odds < floor || (command.accept === "exact" && odds !== sent)) return "odds_changed";
    if (odds === 0n) return "stake_above_cap";
    if ((stake * odds) / SCALE <= stake) return "stake_too_small";
    if (stake > this.cap(game, outcome)) return "stake_above_cap";
    if (this.#over(command.actor, "stake", stake)) return "limit_reached";
    if (this.#over(command.actor, "loss", stake)) return "limit_reached";
    if (this.#balanceOrWelcome(command.actor) < stake) return "insufficient_balance";
    this.#open(command.actor);
    this.#move(command.actor, "stake", -stake);
    const id = this.bets.length + 1;
    this.bets.push({
      id,
      user: command.actor,
      game: game.id,
      outcome,
      stake,
      odds,
      status: "open",
      voided: false,
      hedge: undefined,
      price: 0n,
    });
    game.version++;
    return "accepted";
  }

  #settle(game: ModelGame, winners: readonly number[]): void {
    this.house += this.#held(game) - this.paidIf(game, winners);
    game.status = "settled";
    game.winners = winners;
    game.version++;
    for (const bet of this.#standing(game)) {
      bet.status = this.#statusIf(game, bet, winners);
      if (bet.status === "won") this.#move(bet.user, "payout", this.payoutIf(game, bet, winners));
      if (bet.status === "void") this.#move(bet.user, "refund", bet.stake);
    }
  }

  #resettle(game: ModelGame, winners: readonly number[]): void {
    const before = game.winners as readonly number[];
    this.house += this.paidIf(game, before) - this.paidIf(game, winners);
    for (const bet of this.#standing(game)) {
      const taken = this.payoutIf(game, bet, before);
      const given = this.payoutIf(game, bet, winners);
      const status = this.#statusIf(game, bet, winners);
      if (taken === given && status === bet.status) continue;
      if (taken !== 0n) this.#move(bet.user, "adjustment", -taken);
      if (given !== 0n) this.#move(bet.user, "adjustment", given);
      bet.status = status;
    }
    game.winners = winners;
    game.version++;
  }

  #turn(
    { gameId, reason }: CommandOf<"suspendGame" | "resumeGame" | "closeGame">,
    from: readonly ModelGame["status"][],
    to: ModelGame["status"],
  ): string {
    const game = this.games[gameId - 1];
    if (game === undefined) return "game_not_found";
    if (game.status === to) return "accepted";
    if (!from.includes(game.status)) return "wrong_status";
    game.status = to;
    game.reason = reason;
    game.version++;
    return "accepted";
  }

  #setLimits(user: string, asked: ModelLimits): void {
    this.#open(user);
    const { current, pending } = this.#limits(user);
    const exclusions = [current.excludedUntil, asked.excludedUntil].filter((time) => time !== undefined);
    const exclusion = exclusions.length === 0 ? {} : { excludedUntil: Math.max(...exclusions) };
    const now: ModelLimits = { deposit: {}, stake: {}, loss: {}, ...exclusion };
    let looser = false;
    for (const kind of ["deposit", "stake", "loss"] as const) {
      for (const window of ["day", "week", "month"] as const) {
        const before = current[kind][window];
        const after = asked[kind][window];
        const lower = Math.min(before ?? Number.POSITIVE_INFINITY, after ?? Number.POSITIVE_INFINITY);
        if (lower !== Number.POSITIVE_INFINITY) Object.assign(now[kind], { [window]: lower });
        if (lower !== (after ?? Number.POSITIVE_INFINITY)) looser = true;
      }
    }
    if (!looser) {
      this.limits.set(user, { current: now });
      return;
    }
    const same = pending !== undefined && sameWindows(pending.limits, asked);
    const limits: ModelLimits = {
      deposit: asked.deposit,
      stake: asked.stake,
      loss: asked.loss,
      ...exclusion,
    };
    this.limits.set(user, { current: now, pending: { limits, at: same ? pending.at : this.at + DAY } });
  }

  #limits(user: string): { current: ModelLimits; pending?: { limits: ModelLimits; at: number } } {
    const record = this.limits.get(user) ?? { current: { deposit: {}, stake: {}, loss: {} } };
    if (record.pending === undefined || record.pending.at > this.at) return record;
    const exclusions = [record.current.excludedUntil, record.pending.limits.excludedUntil];
    const known = exclusions.filter((time) => time !== undefined);
    return {
      current: {
        ...record.pending.limits,
        ...(known.length === 0 ? {} : { excludedUntil: Math.max(...known) }),
      },
    };
  }

  #excluded(user: string): boolean {
    const until = this.#limits(user).current.excludedUntil;
    return until !== undefined && until > this.at;
  }

  #over(user: string, kind: "deposit" | "stake" | "loss", amount: bigint): boolean {
    const causes = {
      deposit: ["deposit"],
      stake: ["stake"],
      loss: ["stake", "payout", "refund", "adjustment"],
    };
    const windows = this.#limits(user).current[kind];
    return (["day", "week", "month"] as const).some((window) => {
      const limit = windows[window];
      if (limit === undefined) return false;
      const moved = this.#sum(
        (each) =>
          each.user === user && each.at > this.at - WINDOWS[window] && causes[kind].includes(each.cause),
      );
      const used = kind === "deposit" ? moved : -moved;
      return (used > 0n ? used : 0n) + amount > BigInt(limit);
    });
  }

  #open(user: string): void {
    if (this.users.has(user)) return;
    const gift = this.#balanceOrWelcome(user);
    this.users.add(user);
    this.house -= gift;
    this.#move(user, "welcome", gift);
  }

  #balanceOrWelcome(user: string): bigint {
    if (this.users.has(user)) return this.balance(user);
    return this.welcome;
  }

  #move(user: string, cause: string, amount: bigint): void {
    this.movements.push({ user, cause, amount, at: this.at });
  }

  #sum(which: (movement: Movement) => boolean): bigint {
    return total(this.movements.filter(which).map((movement) => movement.amount));
  }

  #market(game: ModelGame): ModelMarket {
    const outcomes = Array.from({ length: game.outcomes }, (_, outcome) => outcome);
    return {
      pricing: game.pricing,
      staked: outcomes.map((outcome) => this.staked(game, outcome)),
      promised: outcomes.map((outcome) => this.liability(game, outcome)),
      withdrawn: game.withdrawn,
    };
  }

  #statusIf(game: ModelGame, bet: ModelBet, winners: readonly number[]): ModelBet["status"] {
    if (winners.length === 0) return "void";
    if (isPool(game.pricing) && winners.every((winner) => this.staked(game, winner) === 0n)) return "void";
    return winners.includes(bet.outcome) ? "won" : "lost";
  }

  #live(): ModelGame[] {
    return this.games.filter((game) => game.status !== "settled" && game.status !== "voided");
  }

  #on(game: ModelGame, outcome: number): ModelBet[] {
    return this.#standing(game).filter((bet) => bet.outcome === outcome);
  }

  /** Without those that left the game before it was over. */
  #standing(game: ModelGame): ModelBet[] {
    return this.bets.filter((bet) => bet.game === game.id && !bet.voided && bet.hedge === undefined);
  }

  #sold(game: ModelGame): ModelBet[] {
    return this.bets.filter((bet) => bet.game === game.id && bet.hedge !== undefined);
  }

  #position(game: ModelGame, key: string | undefined): number | undefined {
    const found = Array.from({ length: game.outcomes }, (_, outcome) => `opt${outcome + 1}`).indexOf(
      key ?? "",
    );
    return found < 0 ? undefined : found;
  }

  #stillCounts(request: { code: string; at: number; kept: boolean }): boolean {
    return request.kept || this.at < request.at + (request.code === "accepted" ? DAY : HOUR);
  }
}

function payout(bet: ModelBet): bigint {
  return (bet.stake * bet.odds) / SCALE;
}

/** What the house owes for the bet if its outcome wins, whatever comes. */
function promise(game: ModelGame, bet: ModelBet): bigint {
  return isPool(game.pricing) ? bet.stake : payout(bet);
}

/** What a bet that was sold, with the bets that it was sold for, staked on an outcome. */
function stakeWithHedge(bet: ModelBet, outcome: number): bigint {
  return outcome === bet.outcome ? bet.stake : (bet.hedge?.[outcome] ?? 0n);
}

function same(one: readonly number[] | undefined, other: readonly number[]): boolean {
  return one !== undefined && one.join() === other.join();
}

function sameWindows(one: ModelLimits, other: ModelLimits): boolean {
  return (["deposit", "stake", "loss"] as const).every((kind) =>
    (["day", "week", "month"] as const).every((window) => one[kind][window] === other[kind][window]),
  );
}

/** Fields sorted, so that the order in which they were given does not matter. */
function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}
