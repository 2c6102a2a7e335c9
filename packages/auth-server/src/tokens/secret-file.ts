// A secret of the server on disk, beside the signing keys: made once, the same for all servers that share the folder.
import { randomBytes, randomUUID } from "node:crypto";
import { link, mkdir, open, readFile, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { KeyStoreError, messageOf } from "../errors.ts";
import { syncFolder, TEMPORARY } from "./key-store.ts";

const SECRET_BYTES = 32;
const FORM = /^[A-Za-z0-9_-]{43}\n$/;

/**
 * The secret in `path`, which is made where there is none. On return it is durable. Of two processes that make it
 * at once one wins, and both answer what the winner wrote.
 *
 * @throws KeyStoreError where it cannot be read or written, or others can read it; the message names the file alone
 */
export async function readOrMakeSecret(path: string): Promise<Buffer> {
  try {
    return (await readSecret(path)) ?? (await makeSecret(path));
  } catch (error) {
    if (error instanceof KeyStoreError) throw error;
    throw new KeyStoreError(`the secret ${path} cannot be read: ${messageOf(error)}`);
  }
}

async function readSecret(path: string): Promise<Buffer | undefined> {
  const file = await open(path, "r").catch(unlessCode("ENOENT"));
  if (file === undefined) return undefined;
  try {
    const { mode } = await file.stat();
    if ((mode & 0o077) !== 0) throw new KeyStoreError(`${path} is readable by others: its mode must be 0600`);
  } finally {
    await file.close();
  }
  const text = await readFile(path, "utf8");
  if (!FORM.test(text)) throw new KeyStoreError(`${path} is not a secret of this program`);
  return Buffer.from(text, "base64url");
}

async function makeSecret(path: string): Promise<Buffer> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = `${folder}/.${randomUUID()}${TEMPORARY}`;
  const file = await open(temporary, "wx", 0o600);
  try {
    await file.writeFile(`${randomBytes(SECRET_BYTES).toString("base64url")}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  // Unlike a rename this does not replace what another process may have put there since.
  await link(temporary, path).catch(unlessCode("EEXIST"));
  await unlink(temporary);
  await syncFolder(folder);
  const made = await readSecret(path);
  if (made === undefined) throw new KeyStoreError(`${path} went away while it was made`);
  return made;
}

function unlessCode(code: string): (error: NodeJS.ErrnoException) => undefined {
  return (error) => {
    if (error.code !== code) throw error;
  };
}
