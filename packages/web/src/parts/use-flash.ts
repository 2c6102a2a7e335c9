import { useEffect, useRef, useState } from "preact/hooks";
import type { Direction, Move } from "../stores/games.ts";

/** A flash lasts below a second, and the next waits for its end: at most three a second, WCAG 2.3.1. */
const FLASH_MS = 800;
/** The arrow stays longer than the colour, so that a glance away misses nothing. */
const ARROW_MS = 6_000;

/** What to show of an outcome's last movement: the arrow for a while, the flash at first. */
export function useFlash(move: Move | null): { arrow: Direction | null; flash: boolean } {
  const [shown, setShown] = useState<{ arrow: Direction | null; flash: boolean }>({
    arrow: null,
    flash: false,
  });
  const drawn = useRef(move?.version ?? 0);
  useEffect(() => {
    if (!move || move.version === drawn.current) return undefined;
    drawn.current = move.version;
    const { direction } = move;
    setShown({ arrow: direction, flash: true });
    const calm = setTimeout(() => setShown({ arrow: direction, flash: false }), FLASH_MS);
    const done = setTimeout(() => setShown({ arrow: null, flash: false }), ARROW_MS);
    return () => {
      clearTimeout(calm);
      clearTimeout(done);
    };
  }, [move]);
  return shown;
}
