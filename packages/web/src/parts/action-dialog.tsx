import { useSignal } from "@preact/signals";
import { strings } from "../strings.ts";
import { Dialog } from "./dialog.tsx";
import { DialogButtons } from "./dialog-buttons.tsx";

/**
 * Asks for a reason before something that bettors notice.
 *
 * @param onConfirm does it; answers what went wrong, or null
 */
export function ActionDialog(props: {
  title: string;
  action: string;
  reasonRequired?: boolean;
  onConfirm: (reason: string) => Promise<string | null>;
  onClose: () => void;
}) {
  const reason = useSignal("");
  const trouble = useSignal("");
  const busy = useSignal(false);
  const confirm = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    busy.value = true;
    const problem = await props.onConfirm(reason.value.trim());
    busy.value = false;
    if (problem === null) props.onClose();
    else trouble.value = problem;
  };
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <form class="form" onSubmit={(event) => void confirm(event)}>
        <label>
          <span>{strings.admin.reason}</span>
          <input
            value={reason.value}
            maxLength={200}
            required={props.reasonRequired ?? false}
            onInput={(event) => {
              reason.value = event.currentTarget.value;
            }}
          />
        </label>
        <p class="trouble" role="alert">
          {trouble.value}
        </p>
        <DialogButtons kind="primary" action={props.action} isBusy={busy.value} onClose={props.onClose} />
      </form>
    </Dialog>
  );
}
