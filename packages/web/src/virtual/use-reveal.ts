import { useEffect, useRef, useState } from "preact/hooks";
import type { LiveGame } from "../stores/games.ts";

/** What of a result is to be seen: nothing yet, its show, or where it came to rest. */
export type Reveal = "waiting" | "running" | "done";

/**
 * A result that comes while somebody looks is shown in motion; one that was known when the page opened is at rest, and
 * so is all for readers who want no motion.
 */
export function useReveal(game: LiveGame): { reveal: Reveal; finished: () => void; again: () => void } {
  const settled = game.status === "settled";
  const [reveal, setReveal] = useState<Reveal>(settled ? "done" : "waiting");
  const wasSettled = useRef(settled);
  useEffect(() => {
    if (settled === wasSettled.current) return;
    wasSettled.current = settled;
    if (!settled) setReveal("waiting");
    else setReveal(wantsNoMotion() ? "done" : "running");
  }, [settled]);
  return {
    reveal,
    finished: () => setReveal("done"),
    again: () => setReveal(wantsNoMotion() ? "done" : "running"),
  };
}

function wantsNoMotion(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
