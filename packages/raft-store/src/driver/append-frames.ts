import type { AppendEntries } from "../core/messages.ts";
import { encodeMessage, type WireMessage } from "../transport/message-codec.ts";

/** Messages as frames. An append that several followers are sent alike, as they are when all is well, is encoded once. */
export class AppendFrames {
  #last: { readonly message: AppendEntries; readonly frame: readonly Uint8Array[] } | undefined;

  /** The frame of a message that was given before, in a row, is the very same object. */
  encode(message: WireMessage): readonly Uint8Array[] {
    if (message.type !== "AppendEntries") return encodeMessage(message);
    if (this.#last !== undefined && alike(this.#last.message, message)) return this.#last.frame;
    const frame = encodeMessage(message);
    this.#last = { message, frame };
    return frame;
  }

  /** Lets go of the last frame's memory. */
  forget(): void {
    this.#last = undefined;
  }
}

/** Entries are the log's own objects and follow one another: with the first and the last, all are the same. */
function alike(one: AppendEntries, other: AppendEntries): boolean {
  return (
    one.term === other.term &&
    one.prevLogIndex === other.prevLogIndex &&
    one.prevLogTerm === other.prevLogTerm &&
    one.leaderCommit === other.leaderCommit &&
    one.round === other.round &&
    one.entries.length === other.entries.length &&
    one.entries[0] === other.entries[0] &&
    one.entries.at(-1) === other.entries.at(-1)
  );
}
