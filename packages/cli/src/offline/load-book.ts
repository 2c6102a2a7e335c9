// The book of a stopped node: its snapshot, and the log behind it replayed.
import {
  type Book,
  createBook,
  decodeCommand,
  logIndex,
  restoreBook,
  unixMillis,
} from "@quorumbook/betting-core";
import { readLog, readSnapshot } from "@quorumbook/raft-store";

/**
 * Everything in the log is applied. Its last entries may not have been committed when the node stopped, so this is the
 * book as it will be if they turn out to be.
 *
 * @throws RaftError `RAFT_STORAGE_CORRUPT`; CodecError or InvariantError where the book contradicts itself
 */
export async function loadBook(dataDir: string): Promise<Book> {
  const snapshot = await readSnapshot(dataDir);
  const book = snapshot === undefined ? createBook() : await restoreBook(snapshot.data);
  const from = (snapshot?.index ?? 0) + 1;
  for await (const { index, at, type, data } of readLog(dataDir, { from })) {
    if (type === "command") {
      book.apply(decodeCommand(data), { index: logIndex(index), at: unixMillis(at) });
    }
  }
  return book;
}
