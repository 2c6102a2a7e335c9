// A short hash of what a command asks, without who asks and under which key: tells a repeat from a misuse.

import { encodeBody } from "../codec/command-body.ts";
import type { Command } from "../commands.ts";
import type { Hasher } from "../digest/hasher.ts";
import { COMMAND } from "../state/codes.ts";
import { TAG } from "../state/tags.ts";

/** @returns 32 bits; a misuse of a key passes as a repeat once in four thousand million times */
export function fingerprintOf(hasher: Hasher, command: Command): number {
  hasher.start(TAG.fingerprint).word(COMMAND[command.type]);
  // A bet is hashed from its fields: encoding it first would double the cost of the busiest command.
  if (command.type === "placeBet") {
    hasher
      .word(command.gameId)
      .text(command.outcome)
      .integer(command.stake)
      .word(command.odds)
      .word(command.accept === "exact" ? 0 : command.accept === "better" ? 1 : 2)
      .word(command.minOdds ?? 0);
  } else {
    hasher.bytes(encodeBody(command));
  }
  return hasher.finish().low >>> 0;
}
