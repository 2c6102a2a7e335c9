import { session } from "../client.ts";
import { strings } from "../strings.ts";
import { NavLink } from "./nav-link.tsx";

// Outlines drawn for this page, on a grid of 24.
const ICONS = {
  games: "M4 6h16v12H4z M4 10h16 M10 10v8",
  bets: "M6 3h12v18l-3-2-3 2-3-2-3 2z M9 8h6 M9 12h6",
  account: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8z M4.5 20a7.5 7.5 0 0 1 15 0",
  admin: "M4 19V9 M10 19V5 M16 19v-7 M21 19H3",
  cluster:
    "M12 4v5 M12 9l-6 6 M12 9l6 6 M12 4h.01 M4 17a2 2 0 1 0 4 0 2 2 0 0 0-4 0z M16 17a2 2 0 1 0 4 0 2 2 0 0 0-4 0z M10 5a2 2 0 1 0 4 0 2 2 0 0 0-4 0z",
} as const;

/** Navigation within the thumb's reach, on narrow screens only. */
export function TabBar() {
  const user = session.user.value;
  return (
    <nav class="tab-bar" aria-label={strings.nav.label}>
      <NavLink path="/" text={strings.nav.games} icon={ICONS.games} />
      {user && <NavLink path="/bets" text={strings.nav.bets} icon={ICONS.bets} />}
      {user && <NavLink path="/account" text={strings.nav.account} icon={ICONS.account} />}
      {user?.role === "admin" && <NavLink path="/admin" text={strings.nav.admin} icon={ICONS.admin} />}
      <NavLink path="/cluster" text={strings.nav.cluster} icon={ICONS.cluster} />
    </nav>
  );
}
