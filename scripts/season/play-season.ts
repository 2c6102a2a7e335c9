import { randomBytes } from "node:crypto";
import { auditNodes } from "./audit.ts";
import { Bettor } from "./bettor.ts";
import { noFindings } from "./checks.ts";
import { House } from "./house.ts";
import { type Kill, Killer } from "./killer.ts";
import { payoutOf } from "./ledger.ts";
import { type OpenGame, playBets } from "./matchday.ts";
import { OddsBoard } from "./odds-board.ts";
import { eachOf } from "./pool.ts";
import { type Random, seededRandom } from "./random.ts";
import { reportSeason, type SeasonReport } from "./report.ts";
import type { SeasonOptions } from "./season-command.ts";
import { type Match, readSeason } from "./season-data.ts";
import type { SeasonSystem } from "./season-system.ts";
import { Session } from "./session.ts";
import { Tally } from "./tally.ts";

const BETTORS = 200;
const MATCHDAY_GAMES = 10;
/** Registrations at once: hashing a password is slow on purpose, and queues at the auth-server. */
const REGISTER_AT_ONCE = 8;
/** What share of a matchday's bets is in before a kill, so that most of them feel it. */
const KILL_AFTER = 0.3;
/** Every so many matchdays the progress is told. */
const TELL_EVERY = 2;
/** Kills without which a season with `--kill` counts as failed. */
const KILLS_WANTED = { leaders: 5, followers: 1, nats: 0 };
const KILLS_WANTED_ON_NATS = { ...KILLS_WANTED, nats: 3 };

/** Plays the whole season on a running system, and audits every node afterwards. */
export async function playSeason(
  system: SeasonSystem,
  options: SeasonOptions,
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<SeasonReport> {
  const season = new Season(system, options, say);
  try {
    await season.gather(env);
    return await season.play();
  } finally {
    await season.close();
  }
}

class Season {
  readonly #system: SeasonSystem;
  readonly #options: SeasonOptions;
  readonly #say: (line: string) => void;
  readonly #random: Random;
  readonly #tally = new Tally();
  readonly #board: OddsBoard;
  readonly #killer: Killer;
  readonly #bettors: Bettor[] = [];
  readonly #winners = new Map<number, string>();
  #house: House | undefined;
  #worstGameLoss = 0;
  #margin = 0;

  constructor(system: SeasonSystem, options: SeasonOptions, say: (line: string) => void) {
    this.#system = system;
    this.#options = options;
    this.#say = say;
    this.#random = seededRandom(options.seed);
    this.#board = new OddsBoard(system.entry);
    this.#killer = new Killer(system, say);
  }

  /** Logs the admin in and registers the bettors. */
  async gather(env: NodeJS.ProcessEnv): Promise<void> {
    const run = randomBytes(4).toString("hex");
    const { username, password } = await this.#adminCredentials(env, run);
    const admin = new Session(this.#system.entry, username, password);
    await admin.login();
    this.#house = new House(admin, this.#tally);
    this.#say(`${BETTORS} bettors register …`);
    const bettorPassword = randomBytes(18).toString("base64url");
    for (let number = 1; number <= BETTORS; number += 1) {
      const name = `season-${run}-${String(number).padStart(3, "0")}`;
      const session = new Session(this.#system.entry, name, bettorPassword);
      const random = seededRandom(this.#options.seed + number);
      this.#bettors.push(new Bettor(session, this.#board, this.#tally, random));
    }
    let done = 0;
    await eachOf(this.#bettors, REGISTER_AT_ONCE, async (bettor) => {
      await bettor.session.register();
      await bettor.open();
      done += 1;
      if (done % 50 === 0) this.#say(`${done} bettors have accounts`);
    });
  }

  async play(): Promise<SeasonReport> {
    const matches = readSeason();
    const began = performance.now();
    // A killed node stays down for a day, and comes back while the next one is played.
    let down: Kill | undefined;
    let comingBack: Promise<void> | undefined;
    for (let day = 0; day * MATCHDAY_GAMES < matches.length; day += 1) {
      const role = this.#options.kill ? this.#killer.roleOn(day, this.#system.onNats) : undefined;
      if (role !== undefined) await comingBack;
      const today = matches.slice(day * MATCHDAY_GAMES, (day + 1) * MATCHDAY_GAMES);
      const kill = await this.#playDay(day, today, role);
      if (down !== undefined) {
        comingBack = this.#killer.bringBack(down);
        // Its failure is met where it is awaited; until then it is nobody's unhandled rejection.
        comingBack.catch(() => undefined);
      }
      down = kill;
    }
    await comingBack;
    if (down !== undefined) await this.#killer.bringBack(down);
    const seconds = (performance.now() - began) / 1000;
    return this.#audit(matches.length, seconds);
  }

  async close(): Promise<void> {
    this.#board.close();
    for (const bettor of this.#bettors) bettor.close();
  }

  async #playDay(
    day: number,
    matches: readonly Match[],
    role: Kill["role"] | undefined,
  ): Promise<Kill | undefined> {
    const house = this.#houseOrThrow();
    const began = performance.now();
    const before = this.#tally.acknowledged;
    const games = await Promise.all(
      matches.map(async (match): Promise<OpenGame> => {
        const game = await house.openGame(match);
        this.#board.learn(game);
        return { id: game.id, match, accepted: 0, inFlight: 0, attempts: 0 };
      }),
    );
    this.#board.follow(games.map(({ id }) => id));
    const killAt = before + KILL_AFTER * games.length * this.#options.bets;
    let killing: Promise<Kill> | undefined;
    await playBets(games, this.#options.bets, this.#bettors, this.#board, this.#random, () => {
      if (role !== undefined && killing === undefined && this.#tally.acknowledged >= killAt) {
        killing = this.#killer.kill(role);
        // Its failure is met below; until then it is nobody's unhandled rejection.
        killing.catch(() => undefined);
      }
    });
    const kill = await killing;
    await Promise.all(games.map(({ id }) => house.closeGame(id)));
    await Promise.all(games.map((game) => this.#settle(game, house)));
    if (day % TELL_EVERY === 0 || day === 37) await this.#tellProgress(day, before, began);
    return kill;
  }

  /** Settles by the real result, and checks the house's arithmetic where all bets are ours. */
  async #settle({ id, match }: OpenGame, house: House): Promise<void> {
    const margin = await house.marginOf(id);
    const settled = await house.settleGame(id, match.winner);
    this.#margin = Math.max(this.#margin, margin);
    this.#worstGameLoss = Math.max(this.#worstGameLoss, -settled.bookResult);
    if (-settled.bookResult > margin) {
      this.#tally.faults.push(`game ${id} lost ${-settled.bookResult}, more than its margin of ${margin}`);
    }
    this.#winners.set(id, match.winner);
    let stakes = 0;
    let paid = 0;
    let winners = 0;
    for (const bettor of this.#bettors) {
      bettor.settled(id, match.winner);
      for (const { acceptance } of bettor.accepted) {
        const { gameId, stake, odds, outcome } = acceptance.bet;
        if (gameId !== id) continue;
        stakes += stake;
        if (outcome !== match.winner) continue;
        paid += payoutOf(stake, odds);
        winners += 1;
      }
    }
    if (!this.#system.own) return;
    const agrees =
      settled.paid === paid && settled.winners === winners && settled.bookResult === stakes - paid;
    if (agrees) return;
    this.#tally.faults.push(
      `game ${id} was settled as ${JSON.stringify(settled)}; its bets make ${winners} winners, ${paid} paid, ` +
        `${stakes - paid} for the house`,
    );
  }

  async #audit(games: number, seconds: number): Promise<SeasonReport> {
    const findings = noFindings();
    const { session } = this.#houseOrThrow();
    const digestsEqual = await auditNodes(
      this.#system,
      this.#bettors,
      session,
      this.#winners,
      findings,
      this.#say,
    );
    return reportSeason(
      {
        seed: this.#options.seed,
        games,
        seconds,
        worstGameLoss: this.#worstGameLoss,
        margin: this.#margin,
        digestsEqual,
        kills: this.#killer.kills,
        wanted: this.#killsWanted(),
      },
      this.#tally,
      findings,
    );
  }

  #killsWanted() {
    if (!this.#options.kill) return { leaders: 0, followers: 0, nats: 0 };
    return this.#system.onNats ? KILLS_WANTED_ON_NATS : KILLS_WANTED;
  }

  async #tellProgress(day: number, before: number, began: number): Promise<void> {
    const bets = this.#tally.acknowledged - before;
    const perSecond = Math.round((bets * 1000) / (performance.now() - began));
    const leader = (await this.#system.nodes()).find(({ role }) => role === "leader")?.nodeId ?? "none";
    this.#say(`matchday ${day + 1} of 38: ${bets} bets, ${perSecond}/s, leader ${leader}`);
  }

  async #adminCredentials(
    env: NodeJS.ProcessEnv,
    run: string,
  ): Promise<{ username: string; password: string }> {
    const given = env["QUORUMBOOK_ADMIN"];
    const colon = given?.indexOf(":") ?? -1;
    if (given !== undefined && colon > 0) {
      return { username: given.slice(0, colon), password: given.slice(colon + 1) };
    }
    return this.#system.createAdmin(`season-${run}-admin`);
  }

  #houseOrThrow(): House {
    if (this.#house === undefined) throw new Error("gather() comes first");
    return this.#house;
  }
}
