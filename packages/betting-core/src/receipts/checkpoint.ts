// Checkpoints: the size and root of the history, signed. As C2SP has them (tlog-checkpoint, signed-note), so that
// witnesses and tools of other transparency logs can read them:
//
//   <origin>\n<size>\n<base64 of the root>\n\n— <name> <base64 of key id and signature>\n

import { fromBase64, toBase64 } from "../hash/base64.ts";
import { HASH_BYTES, sha256 } from "../hash/sha256.ts";
import { fromHex, toHex } from "../hash/hex.ts";
import type { TreeHead } from "../history/verify-path.ts";
import { ed25519Verifies } from "./ed25519.ts";

export interface Checkpoint extends TreeHead {
  /** Whose history it is. */
  readonly origin: string;
}

/** Signature type byte of Ed25519 in signed notes. */
const ED25519 = 1;
const KEY_BYTES = 32;
const KEY_ID_BYTES = 4;
const SIGNATURE_BYTES = 64;
/** Neither a space nor a plus sign, which part a key's text. */
const NAME = /^[\x21-\x2a\x2c-\x7e]{1,200}$/;
const SIZE = /^(?:0|[1-9][0-9]{0,15})$/;
const SIGNATURE_LINE = /^\u2014 ([\x21-\x2a\x2c-\x7e]{1,200}) ([A-Za-z0-9+/=]{1,200})$/;
/** A note with more lines is nobody's. */
const LINES_MAX = 100;

/** What is signed: everything before the empty line. */
export function checkpointBody({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/**
 * The body with one signature.
 *
 * @param key as {@link verifierKey} makes it; the signature is over the body's bytes
 */
export function signedCheckpoint(body: string, key: string, signature: Uint8Array): string {
  const { name, id } = parsedKey(key) ?? missing("verifier key");
  return `${body}\n\u2014 ${name} ${toBase64(Uint8Array.from([...id, ...signature]))}\n`;
}

/**
 * A public key with its name, as text: `<name>+<key id>+<base64 of type and key>`.
 *
 * @param name      1–200 printable characters but space and plus
 * @param publicKey 32 bytes of Ed25519
 */
export function verifierKey(name: string, publicKey: Uint8Array): string {
  if (!NAME.test(name) || publicKey.length !== KEY_BYTES)
    throw new RangeError("not a name and key of Ed25519");
  const typed = Uint8Array.from([ED25519, ...publicKey]);
  return `${name}+${toHex(keyIdOf(name, typed))}+${toBase64(typed)}`;
}

/** What is wrong with a checkpoint. */
export type CheckpointFault =
  /** Not a signed checkpoint, or not a verifier key. */
  | "malformed"
  /** Signed by others. */
  | "unknown_key"
  | "bad_signature";

/**
 * The checkpoint in a signed note, if the key's owner signed it.
 *
 * @param note as {@link signedCheckpoint} makes it; more signatures do no harm
 * @param key  as {@link verifierKey} makes it
 */
export async function openCheckpoint(note: string, key: string): Promise<Checkpoint | CheckpointFault> {
  const known = parsedKey(key);
  const checkpoint = parsedNote(note);
  if (known === undefined || checkpoint === undefined) return "malformed";
  const signatures = checkpoint.signatures.filter(
    ({ name, bytes }) => name === known.name && toHex(bytes.subarray(0, KEY_ID_BYTES)) === toHex(known.id),
  );
  if (signatures.length === 0) return "unknown_key";
  const signed = asciiBytes(checkpoint.body);
  for (const { bytes } of signatures) {
    const signature = bytes.subarray(KEY_ID_BYTES);
    if (signature.length === SIGNATURE_BYTES && (await ed25519Verifies(known.publicKey, signature, signed))) {
      const { origin, size, root } = checkpoint;
      return { origin, size, root };
    }
  }
  return "bad_signature";
}

interface ParsedNote extends Checkpoint {
  readonly body: string;
  readonly signatures: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

function parsedNote(note: string): ParsedNote | undefined {
  const end = note.indexOf("\n\n");
  if (end < 0 || !note.endsWith("\n")) return undefined;
  const body = note.slice(0, end + 1);
  const [origin = "", size = "", rootText = ""] = body.split("\n");
  const root = fromBase64(rootText);
  if (!NAME.test(origin) || !SIZE.test(size) || root?.length !== HASH_BYTES) return undefined;
  if (checkpointBody({ origin, size: Number(size), root }) !== body) return undefined;
  const lines = note.slice(end + 2, -1).split("\n");
  if (lines.length > LINES_MAX) return undefined;
  const signatures: { name: string; bytes: Uint8Array }[] = [];
  for (const line of lines) {
    const [, name, text] = SIGNATURE_LINE.exec(line) ?? [];
    const bytes = text === undefined ? undefined : fromBase64(text);
    if (name === undefined || bytes === undefined || bytes.length <= KEY_ID_BYTES) return undefined;
    signatures.push({ name, bytes });
  }
  return { origin, size: Number(size), root, body, signatures };
}

function parsedKey(
  key: string,
): { readonly name: string; readonly id: Uint8Array; readonly publicKey: Uint8Array } | undefined {
  const [name = "", idText = "", ...rest] = key.split("+");
  // Base64 may have plus signs of its own.
  const typed = fromBase64(rest.join("+"));
  const id = fromHex(idText);
  if (!NAME.test(name) || typed?.length !== 1 + KEY_BYTES || typed[0] !== ED25519) return undefined;
  if (id === undefined || toHex(id) !== toHex(keyIdOf(name, typed))) return undefined;
  return { name, id, publicKey: typed.subarray(1) };
}

/** Tells keys of one name apart. */
function keyIdOf(name: string, typed: Uint8Array): Uint8Array {
  return sha256(Uint8Array.from([...asciiBytes(`${name}\n`), ...typed])).subarray(0, KEY_ID_BYTES);
}

function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function missing(what: string): never {
  throw new RangeError(`not a ${what}`);
}
