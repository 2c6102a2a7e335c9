import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

const FOCUSABLE = ":is(a[href], button, input, select, textarea, summary):not(:disabled)";

/** A modal dialogue: the browser's own, which keeps the focus inside. Afterwards it is where the reader was. */
export function Dialog(props: { title: string; onClose: () => void; children: ComponentChildren }) {
  const box = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const way = wayTo(document.activeElement);
    box.current?.showModal();
    // Taken out of the page it would leave the focus nowhere. A frame later what was done has changed the page.
    return () => requestAnimationFrame(() => returnFocus(way));
  }, []);
  return (
    <dialog ref={box} aria-labelledby={heading} onClose={props.onClose}>
      <h2 id={heading}>{props.title}</h2>
      {props.children}
    </dialog>
  );
}

/** The element and all around it, from within. */
function wayTo(element: Element | null): readonly Element[] {
  return element === null ? [] : [element, ...wayTo(element.parentElement)];
}

/** To what had it; where that is gone, to the first thing that can take it in what is left around that place. */
function returnFocus(way: readonly Element[]): void {
  if (document.activeElement !== document.body) return;
  const here = way.find((element) => element.isConnected && element !== document.body);
  const next = here?.matches(FOCUSABLE) ? here : here?.querySelector(FOCUSABLE);
  if (next instanceof HTMLElement) next.focus({ preventScroll: true });
}
