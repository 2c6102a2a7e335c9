// Paths to pages, on the browser's history. A link is an ordinary <a href>; clicks on it are taken over here.
import { type ReadonlySignal, computed, signal } from "@preact/signals";

export type Route =
  | { readonly page: "games" }
  | { readonly page: "game"; readonly gameId: number }
  /** The draw of a game; without one, of whatever values the reader has. */
  | { readonly page: "draw"; readonly gameId: number | null }
  | { readonly page: "bets" }
  | { readonly page: "account" }
  | { readonly page: "admin" }
  | { readonly page: "admin-game"; readonly gameId: number }
  | { readonly page: "audit" }
  | { readonly page: "cluster" }
  | { readonly page: "login" }
  | { readonly page: "not-found" };

export function parsePath(path: string): Route {
  const [first = "", second, third, ...rest] = path.split("/").slice(1);
  const depth = [second, third, ...rest].filter((part) => part !== undefined && part !== "").length;
  if (first === "" && depth === 0) return { page: "games" };
  if (first === "games" && depth === 1) return withId("game", second);
  if (first === "games" && third === "draw" && depth === 2) {
    const route = withId("game", second);
    return route.page === "game" ? { page: "draw", gameId: route.gameId } : route;
  }
  if (first === "draw" && depth === 0) return { page: "draw", gameId: null };
  if (first === "admin" && second === "audit" && depth === 1) return { page: "audit" };
  if (first === "admin" && second === "games" && depth === 2) return withId("admin-game", third);
  if (depth > 0) return { page: "not-found" };
  switch (first) {
    case "bets":
    case "account":
    case "admin":
    case "cluster":
    case "login":
      return { page: first };
    default:
      return { page: "not-found" };
  }
}

function withId(page: "game" | "admin-game", text: string | undefined): Route {
  return /^[1-9]\d{0,9}$/.test(text ?? "") ? { page, gameId: Number(text) } : { page: "not-found" };
}

export class Router {
  readonly #path = signal(location.pathname);
  readonly path: ReadonlySignal<string> = this.#path;
  readonly route: ReadonlySignal<Route> = computed(() => parsePath(this.#path.value));

  constructor() {
    addEventListener("popstate", () => {
      this.#path.value = location.pathname;
    });
    document.addEventListener("click", (event) => this.#follow(event));
  }

  go(path: string, options: { replace?: boolean } = {}): void {
    if (options.replace) history.replaceState(null, "", path);
    else history.pushState(null, "", path);
    this.#path.value = location.pathname;
    scrollTo(0, 0);
  }

  /** Plain clicks on links of this origin stay in the page; everything else is the browser's. */
  #follow(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || link.target !== "" || link.hasAttribute("download") || link.origin !== location.origin)
      return;
    if (link.hash !== "" || link.pathname.startsWith("/api/")) return;
    event.preventDefault();
    this.go(link.pathname + link.search);
  }
}
