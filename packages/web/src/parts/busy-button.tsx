import type { ComponentChildren } from "preact";

/**
 * A button that rests while what it began goes on. It keeps the focus meanwhile, as one that is disabled would not, and
 * a further press does nothing, whether by pointer, by key, or by Enter in a field of its form.
 */
export function BusyButton(props: {
  type: "button" | "submit";
  class: string;
  isBusy: boolean;
  disabled?: boolean;
  onClick?: () => void;
  children: ComponentChildren;
}) {
  return (
    <button
      type={props.type}
      class={props.class}
      disabled={props.disabled ?? false}
      aria-disabled={props.isBusy}
      onClick={(event) => {
        if (props.isBusy) event.preventDefault();
        else props.onClick?.();
      }}
    >
      {props.children}
    </button>
  );
}
