// The interface as a list of rows: every route, message, header and code of docs/api.md and docs/errors.md. The tour
// has to come by each of them; what it cannot provoke says where it is tested instead.

/** What game nodes answer, as `METHOD path`. */
export const NODE_ROUTES = [
  "GET /api/games",
  "POST /api/games",
  "GET /api/games/{id}",
  "GET /api/games/{id}/odds-history",
  "GET /api/games/{id}/draw",
  "POST /api/games/{id}/reveal",
  "GET /api/receipt-key",
  "GET /api/checkpoint",
  "GET /api/checkpoint/consistency",
  "POST /api/games/{id}/suspend",
  "POST /api/games/{id}/resume",
  "POST /api/games/{id}/close",
  "POST /api/games/{id}/void",
  "POST /api/games/{id}/withdraw",
  "POST /api/games/{id}/settle/preview",
  "POST /api/games/{id}/settle",
  "POST /api/games/{id}/resettle",
  "GET /api/balance",
  "POST /api/deposits",
  "POST /api/withdrawals",
  "POST /api/bets",
  "GET /api/bets",
  "GET /api/bets/{id}",
  "GET /api/bets/{id}/receipt",
  "GET /api/bets/{id}/cash-out",
  "POST /api/bets/{id}/cash-out",
  "GET /api/transactions",
  "GET /api/limits",
  "PUT /api/limits",
  "GET /api/admin/book",
  "POST /api/admin/bankroll",
  "GET /api/admin/games/{id}/exposure",
  "GET /api/admin/games/{id}/terms",
  "GET /api/admin/audit",
  "GET /api/admin/statement",
  "POST /api/admin/bets/{id}/void",
  "GET /api/cluster",
  "POST /api/cluster/learners",
  "POST /api/cluster/members/{id}/promote",
  "DELETE /api/cluster/members/{id}",
  "POST /api/cluster/leader",
  "POST /api/cluster/version",
  "POST /api/cluster/snapshot",
  "GET /api/cluster/backup",
  "GET /api/cluster/figures",
] as const;

export const AUTH_ROUTES = [
  "POST /api/auth/register",
  "POST /api/auth/login",
  "POST /api/auth/refresh",
  "POST /api/auth/logout",
  "POST /api/auth/logout-all",
  "GET /api/auth/me",
  "PUT /api/auth/password",
  "GET /api/auth/.well-known/jwks.json",
  "GET /api/auth/users",
  "PATCH /api/auth/users/{id}",
] as const;

/** Routes of which the tour meets a refusal alone. */
export const ROUTES_ELSEWHERE: Readonly<Record<string, string>> = {
  "POST /api/cluster/members/{id}/promote":
    "node-server's integration/membership.test.ts, with a node that joins",
};

/** Codes of game nodes that the tour does not meet, and where they are. */
export const CODES_ELSEWHERE: Readonly<Record<string, string>> = {
  drawn_game: "node-server's http/draws.test.ts",
  reveal_too_late: "node-server's http/draws.test.ts",
  unknown_seed: "node-server's http/draws.test.ts",
  margin_exceeded: "node-server's http/bets.test.ts",
  outcome_withdrawn: "node-server's http/games.test.ts",
  bet_closed: "node-server's http/bets.test.ts",
  no_cash_out: "node-server's http/bets.test.ts",
  price_changed: "node-server's http/bets.test.ts",
  rate_limited: "settings.test.ts, and node-server's http/interface.test.ts",
  internal_error: "never meant to be; node-server's http/interface.test.ts",
  no_leader: "suites/faults.ts, without a majority",
  outcome_unknown: "suites/faults.ts, without a majority",
  overloaded: "node-server's http/interface.test.ts",
  change_in_progress: "node-server's http/cluster-admin.test.ts",
  transfer_failed: "node-server's http/cluster-admin.test.ts",
};

export const CLIENT_MESSAGES = ["authenticate", "subscribe", "unsubscribe", "ping", "placeBet"] as const;

/** Messages of nodes that the tour does not meet, and where they are. */
export const MESSAGES_ELSEWHERE: Readonly<Record<string, string>> = {
  authExpired: "settings.test.ts",
};

export const REQUEST_HEADERS = [
  "authorization",
  "book-min-index",
  "idempotency-key",
  "x-request-id",
] as const;
export const ANSWER_HEADERS = [
  "book-index",
  "book-command-index",
  "retry-after",
  "www-authenticate",
  "x-request-id",
] as const;
