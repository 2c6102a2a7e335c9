import { useEffect, useState } from "preact/hooks";
import { commands } from "../client.ts";
import { strings } from "../strings.ts";

/** Leads to the page that repeats the draw, where the game's result is drawn. */
export function DrawLink({ gameId }: { gameId: number }) {
  const [isDrawn, setDrawn] = useState(false);
  useEffect(() => {
    void commands.draw(gameId).then((answer) => setDrawn(answer.ok));
  }, [gameId]);
  if (!isDrawn) return null;
  return (
    <p>
      <a class="button small" href={`/games/${gameId}/draw`}>
        {strings.virtual.verify}
      </a>
    </p>
  );
}
