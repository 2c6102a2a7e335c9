// What stands around every page: navigation, connection, and words that are used everywhere.
import type { Category, GameStatus } from "@quorumbook/client";
import type { OddsFormat } from "../format/odds.ts";

export const frame = {
  brand: "Quorumbook",
  skipToContent: "Skip to content",
  nav: {
    label: "Main",
    games: "Games",
    bets: "My bets",
    account: "Account",
    admin: "Admin",
    cluster: "Cluster",
    signIn: "Sign in",
    balance: "Balance",
    oddsFormat: "Odds format",
  },
  oddsFormats: {
    decimal: "Decimal",
    fractional: "Fractional",
    american: "American",
  } satisfies Record<OddsFormat, string>,
  connection: {
    connecting: "Connecting",
    live: "Live",
    catchingUp: (behind: number) => (behind > 0 ? `Catching up ${behind}` : "Catching up"),
    stale: (since: string) => `Offline since ${since}`,
    servedBy: (node: string) => `Live from ${node}`,
    staleHint: "Prices on the screen may be out of date. Reconnecting.",
  },
  status: {
    open: "Open",
    suspended: "Suspended",
    closed: "Closed",
    settled: "Settled",
    voided: "Void",
  } satisfies Record<GameStatus, string>,
  category: { real: "Real", virtual: "Virtual" } satisfies Record<Category, string>,
  notFound: { title: "There is nothing here", back: "To the games" },
  forbidden: "This page is for other roles.",
  notices: { dismiss: "Dismiss" },
  loading: "Loading …",
  notLoaded: "This page could not be loaded.",
  tryAgain: "Try again",
  unknown: "unknown",
  refresh: "Refresh",
} as const;
