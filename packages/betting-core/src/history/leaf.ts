// What is hashed for a leaf of the history: one command that changed the book, and what came of it.
//
//   version 1, kind, log index, log time, then
//     kind 0, a command:  what it made (number of a game or ledger row, 1 or 0 for changed or not), the command's bytes
//     kind 1, a bet:      bet, user, game, position of the outcome, stake, odds, payout agreed
//
// All numbers as in commands. Never changed: a new layout takes the next version, and old leaves keep theirs.

import { ByteReader } from "../codec/byte-reader.ts";
import { ByteWriter } from "../codec/byte-writer.ts";
import { encodeCommand } from "../codec/command-codec.ts";
import type { Command } from "../commands.ts";
import { CodecError } from "../errors.ts";
import {
  AMOUNT_MAX,
  type BetId,
  type GameId,
  type LogIndex,
  type MinorUnits,
  type Odds,
  ODDS_MAX,
  outcomeKey,
  type OutcomeKey,
  OUTCOMES_MAX,
  trusted,
  type UnixMillis,
  type UserId,
} from "../units.ts";

const LEAF_VERSION = 1;
const KIND = { command: 0, bet: 1 } as const;
const USER_MAX = 128;

/** The agreement that the leaf of a bet is: what was taken, at which odds, and when. */
export interface BetStatement {
  readonly betId: BetId;
  readonly userId: UserId;
  readonly gameId: GameId;
  readonly outcome: OutcomeKey;
  readonly stake: MinorUnits;
  readonly odds: Odds;
  /** What the bet pays if it wins, stake included. */
  readonly payout: MinorUnits;
  /** Log time of the acceptance. */
  readonly placedAt: UnixMillis;
  /** Log index of the acceptance. */
  readonly index: LogIndex;
}

const scratch = new ByteWriter();

export function encodeBetLeaf(bet: BetStatement, position: number): Uint8Array {
  return scratch
    .byte(LEAF_VERSION)
    .byte(KIND.bet)
    .integer(bet.index)
    .integer(bet.placedAt)
    .integer(bet.betId)
    .text(bet.userId)
    .integer(bet.gameId)
    .byte(position)
    .integer(bet.stake)
    .integer(bet.odds)
    .integer(bet.payout)
    .take();
}

/** @param made what the command made, see above */
export function encodeCommandLeaf(command: Command, index: number, at: number, made: number): Uint8Array {
  const body = encodeCommand(command);
  const head = scratch.byte(LEAF_VERSION).byte(KIND.command).integer(index).integer(at).integer(made).take();
  const leaf = new Uint8Array(head.length + body.length);
  leaf.set(head);
  leaf.set(body, head.length);
  return leaf;
}

/**
 * What the leaf of a bet says.
 *
 * @throws CodecError for bytes that {@link encodeBetLeaf} cannot have made
 */
export function decodeBetLeaf(bytes: Uint8Array): BetStatement {
  const from = new ByteReader(bytes);
  const version = from.byte();
  if (version !== LEAF_VERSION) {
    throw new CodecError("CODEC_VERSION", `a leaf of version ${version}; ${LEAF_VERSION} is known here`);
  }
  if (from.byte() !== KIND.bet) throw new CodecError("CODEC_MALFORMED", "the leaf is not of a bet");
  const index = trusted<LogIndex>(from.integer());
  const placedAt = trusted<UnixMillis>(from.integer());
  const betId = trusted<BetId>(from.integer(Number.MAX_SAFE_INTEGER, 1));
  const userId = trusted<UserId>(from.text(USER_MAX, 1));
  const gameId = trusted<GameId>(from.integer(Number.MAX_SAFE_INTEGER, 1));
  const outcome = outcomeKey(from.choice(OUTCOMES_MAX));
  const stake = trusted<MinorUnits>(from.integer(AMOUNT_MAX, 1));
  const odds = trusted<Odds>(from.integer(ODDS_MAX, 1));
  const payout = trusted<MinorUnits>(from.integer());
  from.end();
  return { betId, userId, gameId, outcome, stake, odds, payout, placedAt, index };
}
