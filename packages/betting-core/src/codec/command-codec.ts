// Commands as bytes. (Signatures first: the bodies follow.)

import type { Command } from "../commands.ts";

/**
 * Canonical bytes: equal commands give equal bytes on every machine.
 *
 * @returns version byte, type byte, fields
 */
export function encodeCommand(command: Command): Uint8Array {
  throw new Error(`not yet encoded: ${command.type}`);
}

/**
 * The command that {@link encodeCommand} made these bytes of.
 *
 * @throws CodecError for anything that it cannot have made: trailing bytes, other encodings of a number,
 * values out of range
 */
export function decodeCommand(bytes: Uint8Array): Command {
  throw new Error(`not yet decoded: ${bytes.length} bytes`);
}
