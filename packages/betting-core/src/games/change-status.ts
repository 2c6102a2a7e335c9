// Suspends, resumes and closes games: the three changes of status that move no money.

import type { CloseGame, ResumeGame, SuspendGame } from "../commands.ts";
import { noteClosing } from "../draws/note-closing.ts";
import type { GameStatusChanged } from "../events.ts";
import type { Outcome } from "../outcomes.ts";
import { rejected } from "../rejected.ts";
import type { BookState } from "../state/book-state.ts";
import type { GameStatus } from "../views.ts";
import type { UserId } from "../units.ts";

type StatusCommand = SuspendGame | ResumeGame | CloseGame;

interface Transition {
  readonly from: readonly GameStatus[];
  readonly to: GameStatus;
  readonly event: GameStatusChanged["type"];
}

const TRANSITIONS: Readonly<Record<StatusCommand["type"], Transition>> = {
  suspendGame: { from: ["open"], to: "suspended", event: "gameSuspended" },
  resumeGame: { from: ["suspended"], to: "open", event: "gameResumed" },
  closeGame: { from: ["open", "suspended"], to: "closed", event: "gameClosed" },
};

/** A game that already is as asked is left alone, and that is no error. */
export function changeStatus<Type extends StatusCommand["type"]>(
  state: BookState,
  command: StatusCommand & { readonly type: Type },
): Outcome<Type> {
  const { type, gameId } = command;
  const game = state.games.get(gameId);
  if (game === undefined) return rejected({ code: "game_not_found", gameId });
  const { from, to } = TRANSITIONS[type];
  const changed = game.status !== to;
  if (changed) {
    if (!from.includes(game.status)) return rejected({ code: "wrong_status", gameStatus: game.status });
    moveStatus(state, command, command.actor, command.reason);
  }
  state.reference = changed ? 1 : 0;
  return { status: "accepted", type, gameId, changed } as Outcome<Type>;
}

/** Makes the change, which the caller has found to be allowed. */
export function moveStatus(
  state: BookState,
  { type, gameId }: Pick<StatusCommand, "type" | "gameId">,
  actor: UserId,
  reason: string | undefined,
): void {
  const { to, event } = TRANSITIONS[type];
  if (to === "closed") noteClosing(state, gameId);
  const before = state.games.get(gameId)?.status ?? to;
  const game = state.games.change(gameId, (record) => {
    record.status = to;
    record.reason = (to === "suspended" ? reason : undefined) ?? null;
    if (to === "closed") record.closedAt = state.at;
  });
  state.note(type, {
    actor,
    gameId,
    ...(reason === undefined ? {} : { reason }),
    before: { status: before },
    after: { status: to },
  });
  const told = game.reason === null ? {} : { reason: game.reason };
  state.events.push({ type: event, gameId, version: game.version, status: to, ...told });
}
