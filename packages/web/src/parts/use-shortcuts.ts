import { useEffect } from "preact/hooks";
import { router } from "../routing.ts";

/** Marks the field that `/` jumps to. */
export const SEARCH_FIELD_ID = "search";

/** `/` goes to the search field, from any page; not while something is being typed. */
export function useShortcuts(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      // Before the next key: a frame later, the first letters of a quick typist would be lost.
      if (router.route.peek().page === "games") focusSearch();
      else {
        router.go("/");
        queueMicrotask(focusSearch);
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}

function focusSearch(): void {
  document.getElementById(SEARCH_FIELD_ID)?.focus();
}

/** Whether a key pressed there is a character of a field, and no command. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLInputElement ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  );
}
