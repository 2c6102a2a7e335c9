// The leader's tick: closes games whose time has come, voids those whose seeds were not revealed in time, and drops
// request records past theirs. What settlements owe is written in larger slices by it than by other entries (see
// apply.ts), so that an idle book is done with them soon.

import type { Expire } from "./commands.ts";
import { moveStatus } from "./games/change-status.ts";
import { voidGame } from "./games/void-game.ts";
import type { AcceptedOutcome } from "./outcomes.ts";
import type { BookState } from "./state/book-state.ts";
import { type GameId, SYSTEM, trusted } from "./units.ts";

export function expire(state: BookState, _command: Expire): AcceptedOutcome<"expire"> {
  let closedGames = 0;
  for (
    let due = nextClosing(state);
    due !== undefined && due.closesAt <= state.at;
    due = nextClosing(state)
  ) {
    state.closing.pop();
    moveStatus(
      state,
      { type: "closeGame", gameId: trusted<GameId>(due.game) },
      SYSTEM,
      "closesAt has passed",
    );
    closedGames++;
  }
  // One game an entry, so that an entry tells each user its balance once. Another one is due at the next tick.
  const due = nextReveal(state);
  if (due !== undefined && due.closesAt <= state.at) {
    state.revealing.pop();
    const gameId = trusted<GameId>(due.game);
    voidGame(state, { type: "voidGame", actor: SYSTEM, gameId, reason: "a seed was not revealed in time" });
  }
  const droppedRequests = state.requests.drop(state.at);
  return { status: "accepted", type: "expire", closedGames, droppedRequests };
}

/** Whether an `expire` at that time would close a game, write what is owed, or drop enough to be worth a log entry. */
export function tickDue(state: BookState, at: number): boolean {
  const next = nextClosing(state);
  const reveal = nextReveal(state);
  if (reveal !== undefined && reveal.closesAt <= at) return true;
  return (
    (next !== undefined && next.closesAt <= at) || !state.settlements.isEmpty || state.requests.dropDue(at)
  );
}

/** The first game in the queue that is still to be closed; others fall out of it here. */
function nextClosing(state: BookState): { readonly closesAt: number; readonly game: number } | undefined {
  for (let next = state.closing.peek(); next !== undefined; next = state.closing.peek()) {
    const status = state.games.get(next.game)?.status;
    if (status === "open" || status === "suspended") return next;
    state.closing.pop();
  }
  return undefined;
}

/** The first game in the queue that is still to be drawn; others fall out of it here. */
function nextReveal(state: BookState): { readonly closesAt: number; readonly game: number } | undefined {
  for (let next = state.revealing.peek(); next !== undefined; next = state.revealing.peek()) {
    const status = state.games.get(next.game)?.status;
    if (status !== "settled" && status !== "voided") return next;
    state.revealing.pop();
  }
  return undefined;
}
