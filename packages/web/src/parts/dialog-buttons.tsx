import { strings } from "../strings.ts";

/** What ends a dialogue: doing it, or not. */
export function DialogButtons(props: {
  kind: "primary" | "danger";
  action: string;
  disabled: boolean;
  onClose: () => void;
}) {
  return (
    <p class="button-row">
      <button type="submit" class={`button ${props.kind}`} disabled={props.disabled}>
        {props.action}
      </button>
      <button type="button" class="button" onClick={props.onClose}>
        {strings.admin.cancel}
      </button>
    </p>
  );
}
