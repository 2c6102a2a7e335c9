import { useSignal } from "@preact/signals";
import { leavesOutcomeOpen, type Problem } from "@quorumbook/client";
import { useRef } from "preact/hooks";
import { problemText, strings } from "../strings.ts";
import { Dialog } from "./dialog.tsx";
import { DialogButtons } from "./dialog-buttons.tsx";

/** How an override is sent: `force` also where the game may then cost the house more than its margin. */
interface Override {
  readonly reason: string;
  readonly force: boolean;
  readonly key: string;
}

/**
 * Asks for a reason before stakes go back. Where the others' stakes would no longer cover what is promised, it says so
 * and asks again: then the house may lose more than the margin of that game.
 *
 * @param onConfirm does it; answers what went wrong, or null
 */
export function ForcibleDialog(props: {
  title: string;
  hint: string;
  action: string;
  forceText: string;
  onConfirm: (override: Override) => Promise<Problem | null>;
  onClose: () => void;
}) {
  const reason = useSignal("");
  const trouble = useSignal("");
  const busy = useSignal(false);
  const mustForce = useSignal(false);
  const force = useSignal(false);
  const key = useRef(crypto.randomUUID());
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    busy.value = true;
    const problem = await props.onConfirm({
      reason: reason.value.trim(),
      force: force.value,
      key: key.current,
    });
    busy.value = false;
    if (problem === null) {
      props.onClose();
      return;
    }
    trouble.value = problemText(problem);
    mustForce.value = problem.code === "margin_exceeded";
    // Only an attempt that may have happened keeps its key: the next press finds out.
    if (!leavesOutcomeOpen(problem)) key.current = crypto.randomUUID();
  };
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <form class="form" onSubmit={(event) => void submit(event)}>
        <p class="hint">{props.hint}</p>
        <label>
          <span>{strings.admin.reason}</span>
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
            <span>{props.forceText}</span>
          </label>
        )}
        <DialogButtons
          kind="danger"
          action={props.action}
          isBusy={busy.value}
          disabled={mustForce.value && !force.value}
          onClose={props.onClose}
        />
      </form>
    </Dialog>
  );
}
