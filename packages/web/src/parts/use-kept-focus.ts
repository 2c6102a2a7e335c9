import { useEffect, useRef } from "preact/hooks";

/**
 * Keeps the reader's place where what had the focus goes away by its own doing: the button that was pressed, say. Then
 * the box as a whole gets it, so that no answer is prepared.
 *
 * @param shown names what the box shows now: at a change the focus is looked after
 */
export function useKeptFocus<Box extends HTMLElement>(shown: string | undefined) {
  const box = useRef<Box>(null);
  const before = useRef(shown);
  const hadFocus = useRef(false);
  // Asked before the page changes: afterwards nobody knows where the focus was.
  if (before.current !== shown) hadFocus.current = box.current?.contains(document.activeElement) === true;
  useEffect(() => {
    before.current = shown;
    if (hadFocus.current && document.activeElement === document.body) {
      box.current?.focus({ preventScroll: true });
    }
    hadFocus.current = false;
  }, [shown]);
  return box;
}
