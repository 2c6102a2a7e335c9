import { createWriteStream } from "node:fs";
import { mkdtemp, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { readBackup } from "@quorumbook/raft-store";
import { CommandFailure } from "../lib/command-failure.ts";

/**
 * Writes a backup to a file that appears under its name only once it is whole, checked to its last byte, and durable.
 *
 * @returns its size, and that of the book in it, both in bytes
 */
export async function writeBackup(
  data: ReadableStream<Uint8Array>,
  file: string,
): Promise<{ readonly bytes: number; readonly stateBytes: number }> {
  const folder = dirname(file);
  let stateBytes = 0;
  const draft = join(await mkdtemp(join(folder, `.${basename(file)}-`)), "draft");
  try {
    await pipeline(Readable.fromWeb(data), createWriteStream(draft, { mode: 0o600 }));
    const written = await open(draft, "r+");
    try {
      const { data: chunks } = await readBackup(written.createReadStream({ autoClose: false }));
      // Verified as it is read.
      for await (const chunk of chunks) stateBytes += chunk.length;
      await written.sync();
    } finally {
      await written.close();
    }
    await rename(draft, file);
    const parent = await open(folder, "r");
    try {
      await parent.sync();
    } finally {
      await parent.close();
    }
    return { bytes: (await stat(file)).size, stateBytes };
  } catch (error) {
    throw new CommandFailure(`the backup was not kept: ${(error as Error).message}`, undefined, {
      cause: error,
    });
  } finally {
    await rm(dirname(draft), { recursive: true, force: true });
  }
}
