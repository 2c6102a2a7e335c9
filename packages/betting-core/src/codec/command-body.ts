// What a command asks, as bytes: everything but actor and key. One layout a type, fields in the order written here.

import type {
  AcceptPolicy,
  Category,
  Command,
  CommandType,
  Draw,
  Envelope,
  LimitWindows,
  Limits,
  Pricing,
  PricingStrategyName,
  Verdict,
} from "../commands.ts";
import { CodecError } from "../errors.ts";
import { AMOUNT_MAX, BASIS_POINTS, ODDS_MAX, ODDS_SCALE, OUTCOMES_MAX } from "../units.ts";
import { type BetId, type GameId, type MinorUnits, type Odds, trusted, type UnixMillis } from "../units.ts";
import type { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";

/** Longest texts in UTF-16 units: 200 characters may be 400 units. */
const LABEL_MAX = 400;
const REASON_MAX = 2000;
const WORD_MAX = 200;
/** More than a draw may have: what is too many is for the book to say. */
const PARTIES_MAX = 32;

const CATEGORIES: readonly Category[] = ["real", "virtual"];
const POLICIES: readonly AcceptPolicy[] = ["exact", "better", "any"];
const STRATEGIES: readonly PricingStrategyName[] = ["ratio/pre", "ratio/post", "cpmm", "lmsr", "tote"];

const scratch = new ByteWriter();

export function encodeBody(command: Command): Uint8Array {
  writeBody(scratch, command);
  return scratch.take();
}

export function writeBody(to: ByteWriter, command: Command): void {
  switch (command.type) {
    case "openBook":
      to.integer(command.openingBankroll).integer(command.welcomeBalance);
      to.byte(command.refuseUnsafePricing ? 1 : 0);
      return;
    case "deposit":
    case "withdraw":
      to.integer(command.amount);
      return;
    case "createGame":
      to.text(command.question).byte(CATEGORIES.indexOf(command.category)).byte(command.outcomes.length);
      for (const label of command.outcomes) to.text(label);
      to.optional(command.startsAt).optional(command.closesAt);
      writePricing(to, command.pricing);
      if (command.draw !== undefined) writeDraw(to, command.draw);
      return;
    case "voidBet":
      to.integer(command.betId)
        .text(command.reason)
        .byte(command.force === true ? 1 : 0);
      return;
    case "withdrawOutcome":
      to.integer(command.gameId)
        .text(command.outcome)
        .text(command.reason)
        .byte(command.force === true ? 1 : 0);
      return;
    case "cashOut":
      to.integer(command.betId).integer(command.price).byte(POLICIES.indexOf(command.accept));
      return;
    case "revealSeed":
      to.integer(command.gameId).text(command.seed);
      return;
    case "placeBet":
      to.integer(command.gameId).text(command.outcome).integer(command.stake).integer(command.odds);
      to.byte(POLICIES.indexOf(command.accept)).optional(command.minOdds);
      return;
    case "suspendGame":
    case "resumeGame":
    case "closeGame":
    case "voidGame":
      to.integer(command.gameId).optionalText(command.reason);
      return;
    case "settleGame":
      to.integer(command.gameId)
        .text(command.winner ?? "")
        .optionalText(command.previewHash);
      writeVerdict(to, command);
      return;
    case "resettleGame":
      to.integer(command.gameId)
        .text(command.winner ?? "")
        .text(command.reason);
      writeVerdict(to, command);
      return;
    case "setLimits":
      writeWindows(to, command.limits.deposit);
      writeWindows(to, command.limits.stake);
      writeWindows(to, command.limits.loss);
      to.optional(command.limits.excludedUntil);
      return;
    case "addBankroll":
      to.integer(command.amount).text(command.reason);
      return;
    case "openAccount":
    case "expire":
      return;
    default:
      command satisfies never;
  }
}

export function readBody(from: ByteReader, type: CommandType, envelope: Envelope): Command {
  switch (type) {
    case "openBook":
      return {
        type,
        ...envelope,
        openingBankroll: money(from.integer()),
        welcomeBalance: money(from.integer(AMOUNT_MAX)),
        refuseUnsafePricing: from.choice(2) === 1,
      };
    case "openAccount":
    case "expire":
      return { type, ...envelope };
    case "deposit":
    case "withdraw":
      return { type, ...envelope, amount: amount(from) };
    case "createGame":
      return {
        type,
        ...envelope,
        question: from.text(LABEL_MAX, 1),
        category: CATEGORIES[from.choice(CATEGORIES.length)] as Category,
        outcomes: readList(from, () => from.text(LABEL_MAX, 1)),
        ...present("startsAt", time(from.optional())),
        ...present("closesAt", time(from.optional())),
        pricing: readPricing(from),
        // Came later: commands without a draw end here, as they always did.
        ...(from.done ? {} : { draw: readDraw(from) }),
      };
    case "voidBet":
      return {
        type,
        ...envelope,
        betId: trusted<BetId>(from.integer(Number.MAX_SAFE_INTEGER, 1)),
        reason: from.text(REASON_MAX),
        ...(from.choice(2) === 1 ? { force: true } : {}),
      };
    case "withdrawOutcome":
      return {
        type,
        ...envelope,
        gameId: game(from),
        outcome: from.text(WORD_MAX),
        reason: from.text(REASON_MAX),
        ...(from.choice(2) === 1 ? { force: true } : {}),
      };
    case "cashOut":
      return {
        type,
        ...envelope,
        betId: trusted<BetId>(from.integer(Number.MAX_SAFE_INTEGER, 1)),
        price: money(from.integer(Number.MAX_SAFE_INTEGER, 1)),
        accept: POLICIES[from.choice(POLICIES.length)] as AcceptPolicy,
      };
    case "revealSeed":
      return { type, ...envelope, gameId: game(from), seed: from.text(WORD_MAX) };
    case "placeBet":
      return {
        type,
        ...envelope,
        gameId: game(from),
        outcome: from.text(WORD_MAX),
        stake: amount(from),
        odds: trusted<Odds>(from.integer(ODDS_MAX, 1)),
        accept: POLICIES[from.choice(POLICIES.length)] as AcceptPolicy,
        ...present("minOdds", from.optional(ODDS_MAX, 1) as Odds | undefined),
      };
    case "suspendGame":
    case "resumeGame":
    case "closeGame":
    case "voidGame":
      return { type, ...envelope, gameId: game(from), ...present("reason", from.optionalText(REASON_MAX)) };
    case "settleGame": {
      const gameId = game(from);
      const winner = from.text(WORD_MAX);
      const previewHash = present("previewHash", from.optionalText(WORD_MAX));
      return { type, ...envelope, gameId, ...previewHash, ...readVerdict(from, winner) };
    }
    case "resettleGame": {
      const gameId = game(from);
      const winner = from.text(WORD_MAX);
      const reason = from.text(REASON_MAX);
      return { type, ...envelope, gameId, reason, ...readVerdict(from, winner) };
    }
    case "setLimits":
      return { type, ...envelope, limits: readLimits(from) };
    case "addBankroll":
      return { type, ...envelope, amount: amount(from), reason: from.text(REASON_MAX) };
    default:
      return type satisfies never;
  }
}

function writePricing(to: ByteWriter, pricing: Pricing): void {
  to.byte(STRATEGIES.indexOf(pricing.strategy)).integer(pricing.virtualStake).integer(pricing.commissionBp);
  to.integer(pricing.margin)
    .integer(pricing.tick)
    .byte(pricing.prior?.length ?? 0);
  for (const chance of pricing.prior ?? []) to.integer(chance);
}

function readPricing(from: ByteReader): Pricing {
  const pricing: Pricing = {
    strategy: STRATEGIES[from.choice(STRATEGIES.length)] as PricingStrategyName,
    virtualStake: money(from.integer(AMOUNT_MAX)),
    commissionBp: from.integer(BASIS_POINTS),
    margin: money(from.integer(AMOUNT_MAX)),
    tick: from.integer(ODDS_SCALE),
  };
  const prior = readList(from, () => from.integer(BASIS_POINTS));
  return prior.length === 0 ? pricing : { ...pricing, prior };
}

/** What is not one winner came later, and stands at the end: how many have won, 0 for a push, and which. */
function writeVerdict(to: ByteWriter, { winner, winners, push }: Verdict): void {
  if (winner !== undefined) return;
  if (push !== true && winners.length === 0) throw new RangeError("a dead heat has winners");
  to.byte(push === true ? 0 : winners.length);
  for (const key of winners ?? []) to.text(key);
}

function readVerdict(from: ByteReader, winner: string): Verdict {
  if (from.done) return { winner };
  const winners = readList(from, () => from.text(WORD_MAX));
  if (winner !== "") throw new CodecError("CODEC_MALFORMED", "one winner, and others");
  return winners.length === 0 ? { push: true } : { winners };
}

function writeDraw(to: ByteWriter, { commitments, revealBy }: Draw): void {
  to.byte(commitments.length);
  for (const commitment of commitments) to.text(commitment);
  to.integer(revealBy);
}

function readDraw(from: ByteReader): Draw {
  const commitments = Array.from({ length: from.choice(PARTIES_MAX + 1) }, () => from.text(WORD_MAX));
  return { commitments, revealBy: trusted<UnixMillis>(from.integer()) };
}

function writeWindows(to: ByteWriter, { day, week, month }: LimitWindows): void {
  to.optional(day).optional(week).optional(month);
}

function readLimits(from: ByteReader): Limits {
  const deposit = readWindows(from);
  const stake = readWindows(from);
  const loss = readWindows(from);
  return { deposit, stake, loss, ...present("excludedUntil", time(from.optional())) };
}

function readWindows(from: ByteReader): LimitWindows {
  return {
    ...present("day", from.optional(AMOUNT_MAX) as MinorUnits | undefined),
    ...present("week", from.optional(AMOUNT_MAX) as MinorUnits | undefined),
    ...present("month", from.optional(AMOUNT_MAX) as MinorUnits | undefined),
  };
}

function readList<Item>(from: ByteReader, item: () => Item): Item[] {
  return Array.from({ length: from.choice(OUTCOMES_MAX + 1) }, item);
}

function amount(from: ByteReader): MinorUnits {
  return money(from.integer(AMOUNT_MAX, 1));
}

function game(from: ByteReader): GameId {
  return trusted<GameId>(from.integer(Number.MAX_SAFE_INTEGER, 1));
}

function money(value: number): MinorUnits {
  return trusted<MinorUnits>(value);
}

function time(value: number | undefined): UnixMillis | undefined {
  return value === undefined ? undefined : trusted<UnixMillis>(value);
}

/** The field, or nothing at all: an absent field is not one that is undefined. */
function present<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [Key in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [Key in Name]: Value });
}
