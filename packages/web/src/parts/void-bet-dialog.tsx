import { useSignal } from "@preact/signals";
import { type BetListing, leavesOutcomeOpen } from "@quorumbook/client";
import { useRef } from "preact/hooks";
import { commands, notices } from "../client.ts";
import { problemText, strings } from "../strings.ts";
import { Dialog } from "./dialog.tsx";

/**
 * Voids one bet. Where the others' stakes would no longer cover what is promised, it says so and asks again: then the
 * house may lose more than the margin of that game.
 */
export function VoidBetDialog(props: {
  betId: number;
  onVoided: (bet: BetListing) => void;
  onClose: () => void;
}) {
  const reason = useSignal("");
  const trouble = useSignal("");
  const busy = useSignal(false);
  const mustForce = useSignal(false);
  const force = useSignal(false);
  const key = useRef(crypto.randomUUID());
  const words = strings.admin;
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    busy.value = true;
    const answer = await commands.voidBet(props.betId, reason.value.trim(), force.value, key.current);
    busy.value = false;
    if (answer.ok) {
      notices.show("good", words.betVoided(props.betId));
      props.onVoided(answer.value);
      props.onClose();
      return;
    }
    trouble.value = problemText(answer.problem);
    mustForce.value = answer.problem.code === "margin_exceeded";
    // Only an attempt that may have happened keeps its key: the next press finds out.
    if (!leavesOutcomeOpen(answer.problem)) key.current = crypto.randomUUID();
  };
  return (
    <Dialog title={words.voidBetTitle(props.betId)} onClose={props.onClose}>
      <form class="form" onSubmit={(event) => void submit(event)}>
        <p class="hint">{words.voidBetHint}</p>
        <label>
          <span>{words.reason}</span>
          <input
            required
            maxLength={200}
            value={reason.value}
            onInput={(event) => {
              reason.value = event.currentTarget.value;
              key.current = crypto.randomUUID();
            }}
          />
        </label>
        <p class="trouble" role="alert">
          {trouble.value}
        </p>
        {mustForce.value && (
          <label class="choice">
            <input
              type="checkbox"
              checked={force.value}
              onChange={(event) => {
                force.value = event.currentTarget.checked;
                key.current = crypto.randomUUID();
              }}
            />
            <span>{words.voidBetForce}</span>
          </label>
        )}
        <p class="button-row">
          <button
            type="submit"
            class="button danger"
            disabled={busy.value || (mustForce.value && !force.value)}
          >
            {words.voidBet}
          </button>
          <button type="button" class="button" onClick={props.onClose}>
            {words.cancel}
          </button>
        </p>
      </form>
    </Dialog>
  );
}
