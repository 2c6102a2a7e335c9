import { strings } from "../strings.ts";
import { BusyButton } from "./busy-button.tsx";

/** What ends a dialogue: doing it, or not. */
export function DialogButtons(props: {
  kind: "primary" | "danger";
  action: string;
  isBusy: boolean;
  disabled?: boolean;
  onClose: () => void;
}) {
  return (
    <p class="button-row">
      <BusyButton
        type="submit"
        class={`button ${props.kind}`}
        isBusy={props.isBusy}
        disabled={props.disabled ?? false}
      >
        {props.action}
      </BusyButton>
      <button type="button" class="button" onClick={props.onClose}>
        {strings.admin.cancel}
      </button>
    </p>
  );
}
