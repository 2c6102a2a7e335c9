// Random lives of a book. A life is a list of draws, plain data that fast-check can shrink; each becomes a command
// only while it runs, because the interesting ones depend on the games, odds and caps of the moment.

import * as fc from "fast-check";
import {
  type Applied,
  amount,
  type BetId,
  betId,
  type Book,
  type Command,
  type CommandOf,
  createBook,
  DEFAULT_PRICING,
  type Entry,
  type GameId,
  type GameView,
  gameId,
  type Limits,
  logIndex,
  type MinorUnits,
  minorUnits,
  type Odds,
  odds,
  type Pricing,
  restoreBook,
  unixMillis,
  userId,
  type Verdict,
} from "../src/index.ts";
import { fromHex, toHex } from "../src/hash/hex.ts";
import { sha256 } from "../src/hash/sha256.ts";
import { ADMIN, DAY, HOUR, paced, START } from "./fixtures.ts";

/** Secrets of those who take part in draws. */
const SEEDS = Array.from({ length: 4 }, (_, number) => {
  const seed = toHex(sha256(Uint8Array.of(number)));
  return { seed, commitment: toHex(sha256(fromHex(seed) as Uint8Array)) };
});
const USERS = ["ann", "ben", "cyd", "dee"].map(userId);
/** Draws of these name a game, or an outcome, that is not there. */
const NO_GAME = 30;
const NO_OUTCOME = 40;

const DEEDS = [
  ["bet", 50],
  ["repeat", 10],
  ["advance", 9],
  ["createGame", 7],
  ["deposit", 4],
  ["withdraw", 4],
  ["setLimits", 3],
  ["expire", 3],
  ["suspendGame", 2],
  ["resumeGame", 3],
  ["closeGame", 1],
  ["settleGame", 2],
  ["resettleGame", 3],
  ["revealSeed", 3],
  ["voidBet", 4],
  ["cashOut", 7],
  ["withdrawOutcome", 2],
  ["voidGame", 1],
  ["addBankroll", 1],
  ["openAccount", 1],
  ["openBook", 1],
] as const;
/** All that there are. */
export const STRATEGIES = ["ratio/pre", "ratio/post", "cpmm", "lmsr", "tote"] as const;

type Deed = (typeof DEEDS)[number][0];

const draw = fc.record({
  deed: fc.oneof(...DEEDS.map(([deed, weight]) => ({ weight, arbitrary: fc.constant<Deed>(deed) }))),
  user: fc.integer({ min: 0, max: USERS.length - 1 }),
  game: fc.integer({ min: 0, max: NO_GAME }),
  outcome: fc.integer({ min: 0, max: NO_OUTCOME }),
  money: fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 30 }) },
    { weight: 12, arbitrary: fc.integer({ min: 1, max: 3_000 }) },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 30_000 }) },
    { weight: 1, arbitrary: fc.constant(100_000_000_000) },
  ),
  stake: fc.oneof(
    { weight: 6, arbitrary: fc.constant("money" as const) },
    { weight: 1, arbitrary: fc.constantFrom("cap" as const, "above cap" as const) },
  ),
  sent: fc.oneof(
    { weight: 6, arbitrary: fc.constant("current" as const) },
    {
      weight: 2,
      arbitrary: fc.constantFrom("worse" as const, "better" as const, "off tick" as const, "wild" as const),
    },
  ),
  accept: fc.constantFrom("exact" as const, "better" as const, "any" as const),
  flag: fc.boolean(),
  key: fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined, freq: 3 }),
  pricing: pricings(),
  limits: fc.record(
    {
      deposit: windows(),
      stake: windows(),
      loss: windows(),
      excludedUntil: fc.constantFrom(START, START + HOUR).map(unixMillis),
    },
    { requiredKeys: ["deposit", "stake", "loss"] },
  ),
  which: fc.nat({ max: 1_000 }),
  /** Most things follow at once; some after an hour or a day, some with a clock that was set back. */
  after: fc.oneof(
    { weight: 40, arbitrary: fc.constantFrom(0, 1, 250) },
    { weight: 1, arbitrary: fc.constantFrom(HOUR - 1, HOUR, DAY - 1, DAY, -5_000) },
  ),
});

export type Draw = typeof draw extends fc.Arbitrary<infer Drawn> ? Drawn : never;

/** Every life begins with some games to bet on. */
export const script: fc.Arbitrary<readonly Draw[]> = fc
  .tuple(
    fc.array(draw, { minLength: 1, maxLength: 4 }),
    fc.array(draw, { minLength: 5, maxLength: 80, size: "max" }),
  )
  .map(([games, deeds]) => [
    ...games.map((game): Draw => ({ ...game, deed: "createGame", after: 1, key: undefined })),
    ...deeds,
  ]);

export interface Applying {
  readonly command: Command;
  readonly entry: Entry;
}

export interface Hooks {
  before?(book: Book, applying: Applying): void;
  after?(book: Book, applying: Applying, applied: Applied): void;
}

/** Settlements are written a bet an entry, so that most of a life happens while some are pending. */
export function newBook(): Book {
  return paced(createBook({ openingBankroll: minorUnits(1_000_000) }), 1, 3);
}

/** A copy of such a book. */
export async function restored(chunks: Parameters<typeof restoreBook>[0]): Promise<Book> {
  return paced(await restoreBook(chunks), 1, 3);
}

/** Lives a life; the entries that came of it can be applied to another book. */
export function run(life: readonly Draw[], hooks: Hooks = {}, book: Book = newBook()): Applying[] {
  const history: Applying[] = [];
  let now = START;
  for (const drawn of life) {
    now += drawn.after;
    const command = commandOf(drawn, book, history);
    const applying: Applying = { command, entry: { index: logIndex(book.index + 1), at: unixMillis(now) } };
    hooks.before?.(book, applying);
    const applied = book.apply(command, applying.entry);
    history.push(applying);
    hooks.after?.(book, applying, applied);
  }
  return history;
}

function commandOf(drawn: Draw, book: Book, history: readonly Applying[]): Command {
  const { deed, money, flag } = drawn;
  const mark = drawn.key === undefined ? {} : { key: `key-${drawn.key}` };
  const own = { ...mark, actor: USERS[drawn.user] as (typeof USERS)[number] };
  const admin = { ...mark, actor: ADMIN };
  const id = gameFor(drawn, book);
  const game = book.game(id);
  const count = game?.outcomes.length ?? 2;
  const position = drawn.outcome === NO_OUTCOME ? count : drawn.outcome % count;
  const onGame = { ...admin, gameId: id };
  const winner = `opt${position + 1}`;
  const reason = "as the steward says";
  switch (deed) {
    case "bet":
      return { ...own, ...betOf(drawn, book, game, position), gameId: id, outcome: winner };
    case "repeat":
      return history[drawn.which % history.length]?.command ?? { type: "expire", ...admin };
    case "advance":
      return advance(book, game, verdictOf(drawn, winner, count), { ...onGame, reason });
    case "createGame":
      return { ...admin, ...gameOf(drawn, book.at) };
    case "deposit":
    case "withdraw":
      return { type: deed, ...own, amount: amount(money) };
    case "setLimits":
      return { type: deed, ...own, limits: drawn.limits };
    case "suspendGame":
    case "resumeGame":
    case "closeGame":
    case "voidGame":
      return { type: deed, ...onGame, ...(flag ? { reason } : {}) };
    case "settleGame": {
      const came = verdictOf(drawn, winner, count);
      const hash = money % 2 === 0 ? book.settlePreview(id, came)?.previewHash : "0123456789abcdef";
      return { type: deed, ...onGame, ...came, ...(flag && hash !== undefined ? { previewHash: hash } : {}) };
    }
    case "resettleGame":
      return { type: deed, ...onGame, ...verdictOf(drawn, winner, count), reason };
    case "voidBet": {
      const bet = voidable(drawn, book);
      return {
        type: deed,
        ...admin,
        betId: bet,
        reason,
        ...(flag && money % 3 === 0 ? { force: true } : {}),
      };
    }
    case "cashOut":
      return { ...mark, ...cashOutOf(drawn, book) };
    case "withdrawOutcome":
      return {
        type: deed,
        ...onGame,
        outcome: winner,
        reason,
        ...(flag && money % 3 === 0 ? { force: true } : {}),
      };
    case "revealSeed":
      return { type: deed, ...own, gameId: id, seed: seedOf(drawn.which) };
    case "addBankroll":
      return { type: deed, ...admin, amount: amount(money), reason };
    case "openBook":
      return {
        type: deed,
        ...admin,
        openingBankroll: minorUnits(money),
        welcomeBalance: minorUnits(7),
        refuseUnsafePricing: flag,
      };
    case "openAccount":
      return { type: deed, ...own };
    case "expire":
      return { type: deed, ...admin };
    default:
      return deed satisfies never;
  }
}

/** Mostly a game on which the deed makes sense: an open one for a bet, one with bets on it for its next step. */
function gameFor({ deed, game }: Draw, book: Book): GameId {
  const games = book.games({ limit: 200 }).items;
  if (game === NO_GAME || games.length === 0) return gameId(games.length + 1);
  const sensible = games.filter(({ status, totalStaked }) => {
    if (deed === "bet") return status === "open";
    if (deed === "resettleGame") return status === "settled";
    return (
      deed === "advance" && totalStaked > 0 && status !== "voided" && (status !== "open" || game % 3 === 0)
    );
  });
  const pool = game < 25 && sensible.length > 0 ? sensible : games;
  return (pool[game % pool.length] as GameView).id;
}

/** The next thing that would happen to the game in an orderly life. */
function advance(
  book: Book,
  game: GameView | undefined,
  verdict: Verdict,
  on: {
    actor: typeof ADMIN;
    gameId: GameId;
    reason: string;
    key?: string;
  },
): Command {
  const { reason, ...onGame } = on;
  const draw = game === undefined ? undefined : book.draw(game.id);
  if (game?.status === "closed" && draw !== undefined) {
    const sealed = draw.commitments.find((_, at) => draw.seeds[at] === null);
    const number = SEEDS.findIndex(({ commitment }) => commitment === sealed);
    return { type: "revealSeed", ...onGame, seed: seedOf(number) };
  }
  if (game?.status === "closed") return { type: "settleGame", ...onGame, ...verdict };
  if (game?.status === "settled") return { type: "resettleGame", ...onGame, ...verdict, reason };
  return { type: "closeGame", ...onGame };
}

/** Mostly one winner; else all, two in any order, the same twice, or a push. */
function verdictOf({ which }: Draw, winner: string, count: number): Verdict {
  const other = `opt${1 + (which % count)}`;
  switch (which % 11) {
    case 0:
      return { push: true };
    case 1:
    case 2:
      return { winners: [winner, other] };
    case 3:
      return { winners: Array.from({ length: count }, (_, position) => `opt${count - position}`) };
    default:
      return { winner };
  }
}

function gameOf(
  { money, outcome, pricing, flag, which }: Draw,
  now: number,
): Omit<Extract<Command, { type: "createGame" }>, "actor"> {
  const outcomes = ["Home", "Draw", "Away"].slice(0, 2 + (outcome % 2));
  const prior = money % 4 === 0 ? { prior: outcomes.length === 2 ? [9_000, 1_000] : [9_000, 1_000, 0] } : {};
  return {
    type: "createGame",
    question: `Match of ${money}`,
    category: flag ? "real" : "virtual",
    outcomes,
    ...(money % 5 === 0 ? { closesAt: unixMillis(Math.max(0, now + (money % 100) * 60_000 - 1)) } : {}),
    pricing: { ...DEFAULT_PRICING, ...pricing, ...prior },
    ...(which % 5 < 2 || (!flag && which % 5 < 4) ? { draw: drawOf(which, now) } : {}),
  };
}

/** Any bet, one that is not there, or an open one on whose strength others were taken. */
function voidable({ which, money }: Draw, book: Book): BetId {
  const any = betId(1 + (which % (book.totals().bets + 2)));
  if (money % 3 === 0) return any;
  const leant = book.bets({ status: "open", limit: 200 }).items.filter(({ gameId: id, outcome, stake }) => {
    const exposure = book.exposure(id);
    const { margin = 0, outcomes = [] } = exposure ?? {};
    return outcomes.some(({ key, result }) => key !== outcome && result + margin < stake);
  });
  return leant[which % Math.max(1, leant.length)]?.id ?? any;
}

/** Mostly an open bet by its owner, at the price of the moment or about it. */
function cashOutOf({ which, sent, accept, money, user }: Draw, book: Book): CommandOf<"cashOut"> {
  const open = book.bets({ status: "open", limit: 200 }).items;
  const bet = money % 7 === 0 ? undefined : open[which % Math.max(1, open.length)];
  const actor = bet?.userId ?? USERS[user] ?? ADMIN;
  const id = bet?.id ?? betId(1 + (which % (book.totals().bets + 2)));
  const quote = book.cashOutPrice(id, actor);
  const current = "code" in quote ? money : quote.price;
  const off = { current: 0, worse: -1, better: 1, "off tick": 0, wild: money }[sent];
  return { type: "cashOut", actor, betId: id, price: minorUnits(Math.max(1, current + off)), accept };
}

/** Mostly in order: two or three parties, an hour or a day after the game's closing time. */
function drawOf(which: number, now: number): NonNullable<CommandOf<"createGame">["draw"]> {
  const parties = 1 + (which % 7 === 0 ? 0 : 1 + (which % 2));
  const commitments = Array.from({ length: parties }, (_, at) => commitmentOf(which + at));
  return { commitments, revealBy: unixMillis(Math.max(0, now + (which % 3 === 0 ? 2 * HOUR : DAY))) };
}

function seedOf(number: number): string {
  return (SEEDS[(number + SEEDS.length) % SEEDS.length] as (typeof SEEDS)[number]).seed;
}

function commitmentOf(number: number): string {
  return (SEEDS[number % SEEDS.length] as (typeof SEEDS)[number]).commitment;
}

function betOf(
  drawn: Draw,
  book: Book,
  game: GameView | undefined,
  position: number,
): Omit<Extract<Command, { type: "placeBet" }>, "actor" | "gameId" | "outcome"> {
  const shown = game?.outcomes[position];
  const cap = shown?.cap ?? 100;
  const stake = { money: drawn.money, cap, "above cap": cap + 1 }[drawn.stake];
  const amountAsked = amount(Math.min(100_000_000_000, Math.max(1, stake)));
  const current = oddsFor(book, game, position, amountAsked) ?? shown?.odds ?? 20_000;
  const tick = game?.pricing.tick ?? 100;
  const values = {
    current,
    worse: current - tick,
    better: current + tick,
    "off tick": current + 1,
    wild: drawn.money,
  };
  const sent: Odds = odds(Math.min(10_000_000, Math.max(1, values[drawn.sent])));
  return {
    type: "placeBet",
    stake: amountAsked,
    odds: sent,
    accept: drawn.accept,
    ...(drawn.accept === "any" && drawn.flag ? { minOdds: sent } : {}),
  };
}

function pricings(): fc.Arbitrary<Partial<Pricing>> {
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant<Partial<Pricing>>({}) },
    {
      weight: 1,
      arbitrary: fc.record({
        strategy: fc.constantFrom(...STRATEGIES),
        commissionBp: fc.constantFrom(0, 500),
        margin: fc.constantFrom(5_000, 20_000).map(minorUnits),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record(
        {
          virtualStake: fc.constantFrom(1, 77, 10_000, 1_000_000).map(amount),
          commissionBp: fc.constantFrom(0, 1, 500, 5_000, 9_999),
          margin: fc.constantFrom(0, 1, 5_000, 90_000).map(minorUnits),
          tick: fc.constantFrom(1, 100, 1_000, 10_000),
          strategy: fc.constantFrom(...STRATEGIES),
        },
        { requiredKeys: [] },
      ),
    },
  );
}

/** What the stake would get, where a bettor of no other troubles would be taken. */
function oddsFor(
  book: Book,
  game: GameView | undefined,
  position: number,
  stake: MinorUnits,
): Odds | undefined {
  const shown = game?.outcomes[position]?.odds;
  if (game === undefined || shown === undefined || shown === null) return undefined;
  const { outcome } = book.preview({
    type: "placeBet",
    actor: USERS[0] as (typeof USERS)[number],
    gameId: game.id,
    outcome: `opt${position + 1}`,
    stake,
    odds: shown,
    accept: "exact",
  });
  if (outcome.status === "accepted") return outcome.bet.odds;
  return outcome.rejection.code === "odds_changed" ? (outcome.rejection.currentOdds ?? undefined) : undefined;
}

function windows(): fc.Arbitrary<Limits["deposit"]> {
  const limit = fc.constantFrom(0, 2_000, 5_000, 50_000).map(minorUnits);
  return fc.record({ day: limit, week: limit, month: limit }, { requiredKeys: [] });
}
