import { preferences, slip } from "../client.ts";
import { formatOdds } from "../format/odds.ts";
import { hasWon } from "../format/winners.ts";
import type { LiveGame, LiveOutcome } from "../stores/games.ts";
import { entryId } from "../stores/slip.ts";
import { strings } from "../strings.ts";
import { useFlash } from "./use-flash.ts";

const ARROWS = { up: "▲", down: "▼" } as const;

/** One outcome at its odds; a press puts it on the slip at the odds it shows. */
export function OutcomeButton({ game, outcome }: { game: LiveGame; outcome: LiveOutcome }) {
  const { arrow, flash } = useFlash(outcome.move);
  const odds = outcome.odds;
  const selected = slip.selected.value.has(entryId({ gameId: game.id, outcome: outcome.key }));
  const classes = [
    "outcome",
    flash && arrow ? `flash-${arrow}` : "",
    hasWon(game, outcome.key) ? "won" : "",
    outcome.withdrawn ? "withdrawn" : "",
  ];
  return (
    <button
      type="button"
      class={classes.join(" ")}
      aria-pressed={selected}
      disabled={odds === null || game.status !== "open"}
      data-testid={`outcome-${game.id}-${outcome.key}`}
      onClick={() => odds !== null && slip.toggle(game.id, outcome.key, odds)}
    >
      <span class="outcome-label">{outcome.label}</span>
      <span class="outcome-odds">
        <span class={arrow ? `arrow ${arrow}` : "arrow"} aria-hidden="true">
          {arrow ? ARROWS[arrow] : ""}
        </span>
        <span class={odds === null ? "odds in-words" : "odds"}>{priceText(outcome)}</span>
        {arrow && <span class="visually-hidden">{strings.outcome[arrow]}</span>}
      </span>
      {hasWon(game, outcome.key) && (
        <span class="winner-mark">
          ✓ {game.winners === undefined ? strings.outcome.winner : strings.outcome.deadHeat}
        </span>
      )}
    </button>
  );
}

function priceText({ odds, withdrawn }: LiveOutcome): string {
  if (withdrawn) return strings.outcome.withdrawn;
  return odds === null ? strings.outcome.notOffered : formatOdds(odds, preferences.oddsFormat.value);
}
