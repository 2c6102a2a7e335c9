import { useSignal } from "@preact/signals";
import { commands, games, notices } from "../client.ts";
import type { LiveGame, LiveOutcome } from "../stores/games.ts";
import { strings } from "../strings.ts";
import { ForcibleDialog } from "./forcible-dialog.tsx";

/** So many must be left to bet on. */
const OUTCOMES_LEFT_MIN = 2;

/** Takes an outcome out of a game that has no result yet: a runner that does not start. */
export function WithdrawOutcome({ game }: { game: LiveGame }) {
  const picked = useSignal("");
  const asking = useSignal<LiveOutcome | null>(null);
  const words = strings.admin;
  const left = game.outcomes.filter((outcome) => !outcome.withdrawn);
  if (left.length <= OUTCOMES_LEFT_MIN && !asking.value) return null;
  const outcome = asking.value;
  return (
    <details class="panel" data-testid="withdraw-outcome">
      <summary>
        <h2>{words.withdrawOutcome}</h2>
      </summary>
      <form
        class="inline-form"
        onSubmit={(event) => {
          event.preventDefault();
          asking.value = left.find(({ key }) => key === picked.value) ?? null;
        }}
      >
        <label>
          <span>{words.columns.outcome}</span>
          <select
            required
            value={picked.value}
            onChange={(event) => {
              picked.value = event.currentTarget.value;
            }}
          >
            <option value="">{words.withdrawPick}</option>
            {left.map(({ key, label }) => (
              <option key={key} value={key}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" class="button danger">
          {words.withdraw}
        </button>
      </form>
      {outcome && (
        <ForcibleDialog
          title={words.withdrawTitle(outcome.label)}
          hint={words.withdrawHint}
          action={words.withdrawConfirm}
          forceText={words.withdrawForce}
          onConfirm={async ({ reason, force, key }) => {
            const answer = await commands.withdrawOutcome(game.id, outcome.key, reason, force, key);
            if (!answer.ok) return answer.problem;
            games.put(answer.value);
            notices.show("good", words.outcomeWithdrawn(outcome.label));
            picked.value = "";
            return null;
          }}
          onClose={() => {
            asking.value = null;
          }}
        />
      )}
    </details>
  );
}
