import { strings } from "../strings.ts";
import type { LiveGame } from "../stores/games.ts";
import { DrawLink } from "./draw-link.tsx";
import { Race } from "./race.tsx";
import { useReveal } from "./use-reveal.ts";
import { Wheel } from "./wheel.tsx";

/** More runners than this do not fit on a track; they are fields of a wheel. */
const RUNNERS_MAX = 6;

/** A virtual game's result, shown after it is fixed: a race of few, a wheel of many. It shows; it decides nothing. */
export function VirtualShow({ game }: { game: LiveGame }) {
  const { reveal, finished, again } = useReveal(game);
  const Show = game.outcomes.length <= RUNNERS_MAX ? Race : Wheel;
  const winner = game.outcomes.find(({ key }) => key === game.winner);
  const words = strings.virtual;
  return (
    <section class="panel virtual" aria-label={words.title} data-testid="virtual-show" data-reveal={reveal}>
      <div class="panel-head">
        <h2>{words.title}</h2>
        {reveal === "done" && winner && (
          <button type="button" class="button small" onClick={again}>
            {words.again}
          </button>
        )}
      </div>
      <Show game={game} reveal={reveal} onEnd={finished} />
      <p role="status">
        {reveal === "waiting" && (game.status === "voided" ? words.voided : words.waiting)}
        {reveal === "running" && words.running}
        {reveal === "done" && winner && words.result(winner.label)}
      </p>
      <p class="quiet">{words.fixed}</p>
      <DrawLink gameId={game.id} />
    </section>
  );
}
