import { useEffect, useRef } from "preact/hooks";
import { shorten } from "../format/shorten.ts";
import type { LiveGame } from "../stores/games.ts";
import { planRace } from "./race-plan.ts";
import type { Reveal } from "./use-reveal.ts";

const LANE = 34;
/** Where the race begins and ends; a narrow screen has a shorter one, so that its words do not shrink. */
const TRACK = { width: 600, start: 150, finish: 560 } as const;
const TRACK_NARROW = { width: 340, start: 146, finish: 310 } as const;
const RUNNER = 11;
const RACE_MS = 6_000;
/** Characters of a name that fit before the start. */
const NAME_MAX = 18;

/** A lane an outcome; the winner is the first over the line. Everything it shows is said beside it in words. */
export function Race({ game, reveal, onEnd }: { game: LiveGame; reveal: Reveal; onEnd: () => void }) {
  const box = useRef<SVGSVGElement>(null);
  const winner = game.outcomes.findIndex(({ key }) => key === game.winner);
  const plan = winner < 0 ? null : planRace(game.id, game.outcomes.length, winner);
  const track = matchMedia("(max-width: 480px)").matches ? TRACK_NARROW : TRACK;
  const length = track.finish - track.start;

  useEffect(() => {
    if (reveal !== "running" || !plan || !box.current) return undefined;
    const runners = [...box.current.querySelectorAll(".runner")];
    const runs = runners.map((runner, at) =>
      runner.animate(
        (plan[at] ?? []).map((share) => ({ transform: `translateX(${share * length}px)` })),
        { duration: RACE_MS, easing: "linear", fill: "both" },
      ),
    );
    const over = setTimeout(onEnd, RACE_MS);
    return () => {
      clearTimeout(over);
      for (const run of runs) run.cancel();
    };
  }, [reveal, game.id, game.winner]);

  const height = game.outcomes.length * LANE;
  return (
    <svg ref={box} class="race" viewBox={`0 0 ${track.width} ${height}`} aria-hidden="true">
      {game.outcomes.map((outcome, at) => {
        const middle = at * LANE + LANE / 2;
        const share = reveal === "done" ? (plan?.[at]?.at(-1) ?? 0) : 0;
        const won = reveal === "done" && at === winner;
        return (
          <g key={outcome.key} class={won ? "lane won" : "lane"}>
            <rect x="0" y={at * LANE + 2} width={track.width} height={LANE - 4} rx="6" class="lane-ground" />
            <text x="10" y={middle + 5} class={outcome.withdrawn ? "lane-name withdrawn" : "lane-name"}>
              {shorten(outcome.label, NAME_MAX)}
            </text>
            <g transform={`translate(${track.start} ${middle})`}>
              <g
                class={outcome.withdrawn ? "runner withdrawn" : "runner"}
                transform={`translate(${share * length} 0)`}
              >
                <circle r={RUNNER} class={`runner-${(at % 6) + 1}`} />
                <text y="4" class="runner-number">
                  {at + 1}
                </text>
              </g>
            </g>
          </g>
        );
      })}
      <line x1={track.finish + RUNNER} x2={track.finish + RUNNER} y1="2" y2={height - 2} class="finish" />
    </svg>
  );
}
