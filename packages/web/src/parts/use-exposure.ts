import { useEffect, useRef, useState } from "preact/hooks";
import type { Exposure } from "@quorumbook/client";
import { commands } from "../client.ts";
import type { LiveGame } from "../stores/games.ts";
import { problemText } from "../strings.ts";

/**
 * The exposure as of the game's newest version, read anew when a bet or a status moved it.
 *
 * @param readEveryMs pause between two readings at least
 */
export function useExposure(
  game: LiveGame,
  readEveryMs: number,
): { exposure: Exposure | null; trouble: string } {
  const [exposure, setExposure] = useState<Exposure | null>(null);
  const [trouble, setTrouble] = useState("");
  const lastRead = useRef(0);
  const gone = useRef(false);
  useEffect(() => {
    const pause = Math.max(0, lastRead.current + readEveryMs - Date.now());
    const timer = setTimeout(async () => {
      lastRead.current = Date.now();
      const answer = await commands.exposure(game.id);
      // Also shown when the game has moved on meanwhile: a busy one always has.
      if (gone.current) return;
      if (answer.ok) setExposure(answer.value);
      setTrouble(answer.ok ? "" : problemText(answer.problem));
    }, pause);
    return () => clearTimeout(timer);
  }, [game.id, game.version]);
  useEffect(
    () => () => {
      gone.current = true;
    },
    [],
  );
  return { exposure, trouble };
}
