import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Balance, BetPlaced, EventStream, MoneyMoved } from "@quorumbook/client";
import { type Attempt, readAcceptance, readAttempt } from "./answer.ts";
import type { PlannedBet } from "./bet-plan.ts";
import { type AcceptedBet, acceptanceFaults, type Ledger, payoutOf } from "./ledger.ts";
import type { OddsBoard } from "./odds-board.ts";
import { persist } from "./persist.ts";
import type { Random } from "./random.ts";
import type { Session } from "./session.ts";
import type { Tally } from "./tally.ts";
import type { Acceptance, BetRequest } from "./wire.ts";

/** A bettor whose free money falls below this puts in more, in minor units. */
const POOR = 2_500;
const DEPOSIT = 10_000;
/** How many in a hundred accepted bets are sent again under their key, and how many keys are misused. */
const REPLAY_PERCENT = 3;
const MISUSE_PERCENT = 1;

/** Somebody with an account who bets over REST and WebSocket, and keeps books on every answer. */
export class Bettor implements Ledger {
  readonly username: string;
  readonly session: Session;
  readonly deposits: number[] = [];
  readonly accepted: AcceptedBet[] = [];
  readonly refused: BetRequest[] = [];
  welcome = 0;
  /** The highest log index an answer told of. */
  index = 0;
  /** Stakes in flight, counted as gone until their outcome is known. */
  #atStake = 0;
  #payouts = 0;
  #depositing: Promise<void> | undefined;
  /** Opened with the first bet over the socket; it reconnects by itself. */
  #stream: EventStream | undefined;
  readonly #board: OddsBoard;
  readonly #tally: Tally;
  readonly #random: Random;
  readonly #usedStakes = new Map<number, Set<number>>();

  constructor(session: Session, board: OddsBoard, tally: Tally, random: Random) {
    this.username = session.username;
    this.session = session;
    this.#board = board;
    this.#tally = tally;
    this.#random = random;
  }

  /** Opens the account by asking for the balance. */
  async open(): Promise<void> {
    const decided = await persist(
      `${this.username}'s account`,
      async () =>
        readAttempt(await this.session.attempt<Balance>("GET", "/api/balance"), ({ balance }) => balance),
      this.#tally,
    );
    if (decided.type === "refused") throw new Error(`${this.username}'s balance: ${decided.code}`);
    this.welcome = decided.value;
  }

  /** All money the account can have held, in minor units, by what is booked here and one deposit under way. */
  get funds(): number {
    return this.welcome + this.deposits.reduce((sum, amount) => sum + amount, 0) + DEPOSIT + this.#payouts;
  }

  /** As `funds`, with the payouts of games that are settled by now but not booked here yet, and of all others. */
  #mostEverHeld(): number {
    const payouts = this.accepted.map(({ acceptance: { bet } }) => payoutOf(bet.stake, bet.odds));
    return this.funds + payouts.reduce((sum, payout) => sum + payout, 0);
  }

  usedStakes(gameId: number): Set<number> {
    let used = this.#usedStakes.get(gameId);
    if (used === undefined) {
      used = new Set();
      this.#usedStakes.set(gameId, used);
    }
    return used;
  }

  /** Places a bet and stays with it until its outcome is known. True when it was accepted. */
  async place({ request, hopeless }: PlannedBet): Promise<boolean> {
    if (hopeless === false) await this.#seeToMoney(request.stake);
    const key = randomUUID();
    this.#atStake += request.stake;
    const outcome = await persist(
      `a bet of ${this.username}`,
      () => this.#send(key, request, this.#random.chance(50)),
      this.#tally,
    );
    if (outcome.type === "refused") {
      this.#atStake -= request.stake;
      this.refused.push(request);
      this.#tally.refused(outcome.code);
      return false;
    }
    const acceptance = outcome.value;
    const beyondFunds = request.stake > this.#mostEverHeld();
    this.accepted.push({ request, acceptance });
    this.index = Math.max(this.index, acceptance.index);
    this.#tally.acknowledged += 1;
    this.#tally.faults.push(...acceptanceFaults(request, acceptance));
    if (hopeless === "off-tick" || (hopeless === "beyond-funds" && beyondFunds)) {
      this.#tally.faults.push(
        `bet ${acceptance.bet.id} was accepted, but must not be: ${JSON.stringify(request)}`,
      );
    }
    if (this.#random.chance(REPLAY_PERCENT)) await this.#replay(key, request, acceptance);
    else if (this.#random.chance(MISUSE_PERCENT)) await this.#misuse(key, request);
    return true;
  }

  /** Books the result of a game; payouts are free money again. */
  settled(gameId: number, winner: string): void {
    for (const { acceptance } of this.accepted) {
      const { bet } = acceptance;
      if (bet.gameId === gameId && bet.outcome === winner) this.#payouts += payoutOf(bet.stake, bet.odds);
    }
  }

  close(): void {
    this.#stream?.stop();
  }

  /** One attempt. On the socket or over REST: to the book it is the same request if it has the same key. */
  async #send(key: string, request: BetRequest, overSocket: boolean): Promise<Attempt<Acceptance>> {
    const attempt = overSocket ? await this.#say(key, request) : await this.#post(key, request);
    if (attempt.type === "accepted") {
      this.#tally.accepted();
      this.#tally.byWay[overSocket ? "socket" : "rest"] += 1;
    }
    return attempt;
  }

  async #post(key: string, request: BetRequest): Promise<Attempt<Acceptance>> {
    const answer = await this.session.attempt<BetPlaced>("POST", "/api/bets", { body: request, key });
    return readAttempt(answer, (placed, index) => {
      this.#board.learn(placed.game);
      return readAcceptance(placed, index);
    });
  }

  async #say(key: string, request: BetRequest): Promise<Attempt<Acceptance>> {
    this.#stream ??= this.session.client.follow({}, []);
    const answer = await this.#stream.placeBet(request, key);
    return readAttempt(answer, (confirmed, index) => {
      if (confirmed.game !== null) this.#board.learn(confirmed.game);
      return readAcceptance(confirmed, index);
    });
  }

  /** Sends an accepted bet's key again, by either way, and expects the first answer. */
  async #replay(key: string, request: BetRequest, first: Acceptance): Promise<void> {
    const again = await persist(
      `a repeat of ${this.username}`,
      () => this.#send(key, request, this.#random.chance(50)),
      this.#tally,
    );
    if (again.type === "accepted" && isDeepStrictEqual(again.value, first)) this.#tally.replays += 1;
    else {
      const said = again.type === "accepted" ? again.value : again.code;
      this.#tally.faults.push(
        `the key of bet ${first.bet.id} was answered ${JSON.stringify(said)}, at first ${JSON.stringify(first)}`,
      );
    }
  }

  /** Sends an accepted bet's key with another stake, which must be refused for that. */
  async #misuse(key: string, request: BetRequest): Promise<void> {
    const other = { ...request, stake: request.stake + 1 };
    const outcome = await persist(
      `a misused key of ${this.username}`,
      () => this.#send(key, other, this.#random.chance(50)),
      this.#tally,
    );
    if (outcome.type === "refused" && outcome.code === "idempotency_conflict") this.#tally.conflicts += 1;
    else this.#tally.faults.push(`a key was used for two bets: ${JSON.stringify([request, other, outcome])}`);
  }

  /** Deposits when the money that is surely there would not cover the stake and some more. */
  async #seeToMoney(stake: number): Promise<void> {
    if (this.#free() - stake >= POOR) return;
    this.#depositing ??= this.#deposit().finally(() => {
      this.#depositing = undefined;
    });
    await this.#depositing;
  }

  #free(): number {
    return (
      this.welcome + this.deposits.reduce((sum, amount) => sum + amount, 0) + this.#payouts - this.#atStake
    );
  }

  async #deposit(): Promise<void> {
    const options = { body: { amount: DEPOSIT }, key: randomUUID() };
    const outcome = await persist(
      `a deposit of ${this.username}`,
      async () =>
        readAttempt(
          await this.session.attempt<MoneyMoved>("POST", "/api/deposits", options),
          ({ index }) => index,
        ),
      this.#tally,
    );
    if (outcome.type === "refused")
      throw new Error(`a deposit of ${this.username} was refused: ${outcome.code}`);
    this.deposits.push(DEPOSIT);
    this.index = Math.max(this.index, outcome.value);
    this.#tally.accepted();
  }
}
