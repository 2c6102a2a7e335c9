/**
 * Which versions of the book this program can be. A change of what `apply` does to a command makes another version: the
 * program that brings it knows both (raft-store tells the machine by `onVersion`), and goes on with the old one until an
 * operator has the log switch every replica at one place, which is refused while a member's program does not know it.
 */
export const BOOK_VERSIONS = { min: 1, max: 1 } as const;
