import { useEffect, useRef } from "preact/hooks";
import { shorten } from "../format/shorten.ts";
import type { LiveGame, LiveOutcome } from "../stores/games.ts";
import type { Reveal } from "./use-reveal.ts";
import { fieldPath, restOf } from "./wheel-plan.ts";

const RADIUS = 140;
const NAME_AT = 92;
const NAME_MAX = 12;
const SPIN_MS = 6_000;

/** A field an outcome; the one that won comes to rest under the pointer. */
export function Wheel({ game, reveal, onEnd }: { game: LiveGame; reveal: Reveal; onEnd: () => void }) {
  const rim = useRef<SVGGElement>(null);
  const fields = game.outcomes.length;
  const winner = game.outcomes.findIndex(({ key }) => key === game.winner);
  const rest = winner < 0 ? 0 : restOf(winner, fields);

  useEffect(() => {
    if (reveal !== "running" || !rim.current) return undefined;
    const spin = rim.current.animate([{ transform: "rotate(0deg)" }, { transform: `rotate(${rest}deg)` }], {
      duration: SPIN_MS,
      easing: "cubic-bezier(0.12, 0.7, 0.1, 1)",
      fill: "both",
    });
    const over = setTimeout(onEnd, SPIN_MS);
    return () => {
      clearTimeout(over);
      spin.cancel();
    };
  }, [reveal, game.id, rest]);

  const done = reveal === "done" && winner >= 0;
  return (
    <svg class="wheel" viewBox="-160 -160 320 320" aria-hidden="true">
      <g ref={rim} class="wheel-rim" transform={`rotate(${done ? rest : 0})`}>
        {game.outcomes.map((outcome, at) => (
          <g key={outcome.key} class={fieldClass(outcome, done && at === winner)}>
            <path d={fieldPath(at, fields, RADIUS)} class={`field-${(at % 6) + 1}`} />
            <text transform={`rotate(${(at * 360) / fields}) translate(0 ${-NAME_AT}) rotate(-90)`}>
              {shorten(outcome.label, NAME_MAX)}
            </text>
          </g>
        ))}
        <circle r="22" class="hub" />
      </g>
      <path d="M-11 -158 L11 -158 L0 -130 Z" class="pointer" />
    </svg>
  );
}

function fieldClass({ withdrawn }: LiveOutcome, won: boolean): string {
  if (withdrawn) return "field withdrawn";
  return won ? "field won" : "field";
}
