// A short hash of what a command asks, without who asks and under which key: tells a repeat from a misuse.

import { encodeBody } from "../codec/command-body.ts";
import type { Command } from "../commands.ts";
import type { Hasher } from "../digest/hasher.ts";
import { TAG } from "../state/tags.ts";
import { outcomePosition } from "../units.ts";

/** @returns a signed integer of 32 bits, the type of the command aside; a misuse of a key passes as a repeat once in four thousand million times */
export function fingerprintOf(hasher: Hasher, command: Command): number {
  // A bet is hashed from its fields: encoding it first would double the cost of the busiest command.
  if (command.type !== "placeBet") {
    return hasher.start(TAG.fingerprint).bytes(encodeBody(command)).finish().low;
  }
  const { values } = hasher;
  const position = outcomePosition(command.outcome);
  values[0] = command.gameId;
  values[1] = position;
  values[2] = command.stake;
  values[3] = command.odds;
  values[4] = command.accept === "exact" ? 0 : command.accept === "better" ? 1 : 2;
  values[5] = command.minOdds ?? 0;
  const { low } = hasher.numbers(TAG.fingerprint, 6);
  // Text that is no key has no position, but is part of the body all the same.
  return position >= 0 ? low : hasher.start(low).text(command.outcome).finish().low;
}
