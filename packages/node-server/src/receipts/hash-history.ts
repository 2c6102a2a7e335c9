// Hashes the history behind the commands, so that a receipt finds little left to do.
import type { Book } from "@quorumbook/betting-core";

const TURN_MS = 50;
/** While commands wait, a millisecond's work in a turn, 2 % of the node; else five. */
const BUSY_LEAVES = 300;
const IDLE_LEAVES = 2_000;

/**
 * @param busy whether commands wait for the node
 * @returns how to stop
 */
export function startHashing(book: () => Book, busy: () => boolean): () => void {
  const timer = setInterval(() => {
    book().history.hash(busy() ? BUSY_LEAVES : IDLE_LEAVES);
  }, TURN_MS);
  return () => clearInterval(timer);
}
