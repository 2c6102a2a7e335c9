// Commands as bytes: version, type, actor, key, body. Canonical, so that equal commands are equal bytes; strict, so
// that a malformed command cannot come into being.

import type { Command, CommandType, Envelope } from "../commands.ts";
import { CodecError } from "../errors.ts";
import { COMMAND, COMMAND_TYPES } from "../state/codes.ts";
import { SYSTEM, trusted, type UserId } from "../units.ts";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { readBody, writeBody } from "./command-body.ts";

/** First byte of every command. A change of layout takes the next number, and the old one stays readable. */
export const COMMAND_VERSION = 1;
const ACTOR_MAX = 128;
const KEY_MAX = 64;

const scratch = new ByteWriter();

/**
 * Canonical bytes: equal commands give equal bytes on every machine.
 *
 * @returns version byte, type byte, actor, key, fields of the type
 */
export function encodeCommand(command: Command): Uint8Array {
  scratch.byte(COMMAND_VERSION).byte(COMMAND[command.type]).text(command.actor).optionalText(command.key);
  writeBody(scratch, command);
  return scratch.take();
}

/**
 * The command that {@link encodeCommand} made these bytes of.
 *
 * @throws CodecError `CODEC_VERSION` for a version not known here, `CODEC_TRUNCATED` where bytes are missing,
 * `CODEC_MALFORMED` for all else that it cannot have made: trailing bytes, another encoding of a number, values
 * out of range
 */
export function decodeCommand(bytes: Uint8Array): Command {
  const from = new ByteReader(bytes);
  const version = from.byte();
  if (version !== COMMAND_VERSION) {
    throw new CodecError(
      "CODEC_VERSION",
      `a command of version ${version}; ${COMMAND_VERSION} is known here`,
    );
  }
  const type = COMMAND_TYPES[from.choice(COMMAND_TYPES.length)] as CommandType;
  const actor = trusted<UserId>(from.text(ACTOR_MAX, 1));
  const key = from.optionalText(KEY_MAX, 1);
  const envelope: Envelope = key === undefined ? { actor } : { actor, key };
  const command = readBody(from, type, envelope);
  from.end();
  if (actor === SYSTEM && OF_USERS.has(type)) {
    throw new CodecError("CODEC_MALFORMED", `${type} is a user's command, not the system's`);
  }
  return command;
}

/** Commands that move the actor's own account. */
const OF_USERS: ReadonlySet<CommandType> = new Set([
  "openAccount",
  "deposit",
  "withdraw",
  "placeBet",
  "cashOut",
  "setLimits",
]);
