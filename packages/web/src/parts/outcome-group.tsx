import type { LiveGame } from "../stores/games.ts";
import { strings } from "../strings.ts";
import { OutcomeButton } from "./outcome-button.tsx";

const STEPS: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/**
 * The outcomes of a game. Arrow keys go from one to the next; a suspended game keeps its prices in sight under a veil.
 *
 * @param most how many to show at most; all unless told
 */
export function OutcomeGroup({ game, most = Number.POSITIVE_INFINITY }: { game: LiveGame; most?: number }) {
  const shown = game.outcomes.slice(0, most);
  return (
    <div
      class={`outcomes${game.status === "suspended" ? " suspended" : ""}${shown.length === 4 ? " pairs" : ""}`}
      role="group"
      aria-label={strings.outcome.group(game.question)}
      onKeyDown={moveFocus}
    >
      {shown.map((outcome) => (
        <OutcomeButton key={outcome.key} game={game} outcome={outcome} />
      ))}
      {game.status === "suspended" && (
        <p class="veil">
          <span>
            {game.reason === undefined
              ? strings.outcome.suspended
              : strings.outcome.suspendedFor(game.reason)}
          </span>
        </p>
      )}
    </div>
  );
}

function moveFocus(event: KeyboardEvent): void {
  const step = STEPS[event.key];
  const group = event.currentTarget;
  if (step === undefined || !(group instanceof HTMLElement)) return;
  const buttons = [...group.querySelectorAll<HTMLButtonElement>("button:not(:disabled)")];
  const here = buttons.indexOf(document.activeElement as HTMLButtonElement);
  if (here < 0) return;
  event.preventDefault();
  buttons[(here + step + buttons.length) % buttons.length]?.focus();
}
