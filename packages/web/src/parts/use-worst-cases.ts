import { useEffect, useRef, useState } from "preact/hooks";
import { book, commands, games } from "../client.ts";
import type { LiveGame } from "../stores/games.ts";

/** Pause between two readings at least. */
const READ_EVERY_MS = 2_000;
/** Exposures asked for at a time, so that ranking a season does not crowd out the bets. */
const READ_AT_ONCE = 6;

/**
 * The worst case of each game at risk, by id. What moves the house's exposure is pushed; then the games that changed
 * since they were read are read again, and no others. Null until they were read for the first time.
 */
export function useWorstCases(): ReadonlyMap<number, number> | null {
  const [worst, setWorst] = useState<ReadonlyMap<number, number> | null>(null);
  const known = useRef(new Map<number, { readonly version: number; readonly worstCase: number }>());
  const lastRead = useRef(0);
  const gone = useRef(false);
  const index = book.book.value?.index ?? 0;
  const { length } = games.catalog.value;
  useEffect(() => {
    const pause = Math.max(0, lastRead.current + READ_EVERY_MS - Date.now());
    const timer = setTimeout(async () => {
      lastRead.current = Date.now();
      await readChanged(known.current);
      if (!gone.current) setWorst(new Map([...known.current].map(([id, { worstCase }]) => [id, worstCase])));
    }, pause);
    return () => clearTimeout(timer);
  }, [index, length]);
  useEffect(
    () => () => {
      gone.current = true;
    },
    [],
  );
  return worst;
}

/** Whether the house can still lose on the game: money is on it, and no result yet. */
export function isAtRisk(game: LiveGame): boolean {
  return game.totalStaked > 0 && game.status !== "settled" && game.status !== "voided";
}

async function readChanged(
  known: Map<number, { readonly version: number; readonly worstCase: number }>,
): Promise<void> {
  const waiting: LiveGame[] = [];
  for (const { id } of games.catalog.peek()) {
    const game = games.peek(id);
    if (!game || !isAtRisk(game)) known.delete(id);
    else if (known.get(id)?.version !== game.version) waiting.push(game);
  }
  const readOn = async (): Promise<void> => {
    for (let game = waiting.pop(); game !== undefined; game = waiting.pop()) {
      const answer = await commands.exposure(game.id);
      if (answer.ok) known.set(game.id, { version: game.version, worstCase: answer.value.worstCase });
    }
  };
  await Promise.all(Array.from({ length: READ_AT_ONCE }, readOn));
}
