// What only the leader does, unasked: it opens the book once, and lets time pass in it where that matters.
import { type Book, DEFAULT_WELCOME_BALANCE, minorUnits, SYSTEM, unixMillis } from "@quorumbook/betting-core";
import { LogError, type ReplicatedLog } from "./replicated-log.ts";

/** How soon after its `closesAt` a game is closed, in milliseconds. Bets are refused from that time in any case. */
const TICK_MS = 200;
/** Between ticks while each leaves something for the next: as much again as such a tick takes is left to others. */
const NEXT_TICK_MS = 20;
/** A tick that is not committed in this time is tried again. */
const COMMIT_WAIT_MS = 4_000;

export interface Duties {
  readonly log: ReplicatedLog;
  /** The book at this moment. */
  readonly book: () => Book;
  /** House money of a new book, in minor units. */
  readonly bankroll: number;
  /** Told of what went wrong; the next tick tries again. */
  readonly onDelay: (error: LogError) => void;
}

/**
 * Does what is due now, if this node leads. An idle book gets no entry, so an idle cluster's log does not grow.
 *
 * @returns whether a command was logged
 */
export async function performDuties({ log, book, bankroll, onDelay }: Duties): Promise<boolean> {
  if (log.status().role !== "leader") return false;
  const isNew = book().index === 0;
  // Log time never goes back. A leader whose clock is behind it must not keep open what is past its time.
  if (!isNew && !book().tickDue(unixMillis(Math.max(log.now(), book().at)))) return false;
  try {
    await log.submit(
      isNew
        ? {
            type: "openBook",
            actor: SYSTEM,
            openingBankroll: minorUnits(bankroll),
            welcomeBalance: DEFAULT_WELCOME_BALANCE,
            refuseUnsafePricing: false,
          }
        : { type: "expire", actor: SYSTEM },
      COMMIT_WAIT_MS,
    );
    return true;
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    onDelay(error);
    return false;
  }
}

/**
 * Performs the duties again and again, one at a time, and at once when leadership changes.
 *
 * @param onFailure told of what is no failure of the log: the node cannot go on
 * @returns how to stop
 */
export function startDuties(duties: Duties, onFailure: (error: unknown) => void): () => void {
  let busy = false;
  let stopped = false;
  let next: NodeJS.Timeout | undefined;
  const turn = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    try {
      // A settlement of many bets is written by one tick after another.
      const logged = await performDuties(duties);
      if (logged && !stopped) next = setTimeout(() => void turn(), NEXT_TICK_MS);
      busy = false;
    } catch (error) {
      onFailure(error);
    }
  };
  const timer = setInterval(() => void turn(), TICK_MS);
  const unsubscribe = duties.log.subscribe((event) => {
    if (event.type === "changed") void turn();
  });
  void turn();
  return () => {
    stopped = true;
    clearInterval(timer);
    clearTimeout(next);
    unsubscribe();
  };
}
