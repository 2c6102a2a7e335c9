import { useSignal } from "@preact/signals";
import type { Draw } from "@quorumbook/client";
import { commands, notices, session } from "../client.ts";
import { drawWords as words } from "../strings/draws.ts";
import { problemText } from "../strings.ts";
import { BusyButton } from "./busy-button.tsx";

/** For a party of the draw: its seed speaks for itself, so that any account may send it. */
export function RevealForm({ gameId, onRevealed }: { gameId: number; onRevealed: (draw: Draw) => void }) {
  const seed = useSignal("");
  const trouble = useSignal("");
  const busy = useSignal(false);
  if (session.user.value === null) return null;
  const reveal = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    busy.value = true;
    const answer = await commands.revealSeed(gameId, seed.value.trim().toLowerCase());
    busy.value = false;
    trouble.value = answer.ok ? "" : problemText(answer.problem);
    if (!answer.ok) return;
    seed.value = "";
    notices.show("good", words.revealed);
    onRevealed(answer.value);
  };
  return (
    <details class="panel" data-testid="reveal">
      <summary>
        <h2>{words.reveal}</h2>
      </summary>
      <form class="form" onSubmit={(event) => void reveal(event)}>
        <p class="hint">{words.revealHint}</p>
        <label>
          <span>{words.revealSeed}</span>
          <input
            required
            autocomplete="off"
            spellcheck={false}
            maxLength={80}
            value={seed.value}
            onInput={(event) => {
              seed.value = event.currentTarget.value;
              trouble.value = "";
            }}
          />
        </label>
        <p class="trouble" role="alert">
          {trouble.value}
        </p>
        <BusyButton type="submit" class="button" isBusy={busy.value}>
          {words.reveal}
        </BusyButton>
      </form>
    </details>
  );
}
