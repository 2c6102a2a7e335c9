import { useEffect } from "preact/hooks";
import { strings } from "../strings.ts";

/** Names the page in the tab and in the reader's history. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · ${strings.brand}`;
  }, [title]);
}
