import { useSignal } from "@preact/signals";
import type { GameStatus } from "@quorumbook/client";
import { commands, games, notices } from "../client.ts";
import type { LiveGame } from "../stores/games.ts";
import { problemText, strings } from "../strings.ts";
import { ActionDialog } from "./action-dialog.tsx";
import { SettleDialog } from "./settle-dialog.tsx";

type Action = "suspend" | "resume" | "close" | "void" | "settle" | "resettle";

/** What each status allows, in the order in which it is usually wanted. */
const ALLOWED: Record<GameStatus, readonly Action[]> = {
  open: ["suspend", "close", "void"],
  suspended: ["resume", "close", "void"],
  closed: ["settle", "void"],
  settled: ["resettle"],
  voided: [],
};

/** Buttons for what may be done with a game now; each asks before it acts. */
export function GameActions({ game, small = false }: { game: LiveGame; small?: boolean }) {
  const asking = useSignal<Action | null>(null);
  const close = (): void => {
    asking.value = null;
  };
  const action = asking.value;
  return (
    <span class="button-row">
      {ALLOWED[game.status].map((allowed) => (
        <button
          key={allowed}
          type="button"
          class={`button${small ? " small" : ""}${allowed === "settle" ? " primary" : ""}`}
          onClick={() => {
            asking.value = allowed;
          }}
        >
          {strings.admin[allowed]}
        </button>
      ))}
      {(action === "settle" || action === "resettle") && (
        <SettleDialog game={game} again={action === "resettle"} onClose={close} />
      )}
      {action !== null && action !== "settle" && action !== "resettle" && (
        <ActionDialog
          title={strings.admin.confirmTitle(strings.admin[action], game.question)}
          action={strings.admin[action]}
          reasonRequired={action === "void"}
          onConfirm={(reason) => act(game.id, action, reason)}
          onClose={close}
        />
      )}
    </span>
  );
}

async function act(
  gameId: number,
  action: Exclude<Action, "settle" | "resettle">,
  reason: string,
): Promise<string | null> {
  const answer = await commands.changeStatus(gameId, action, reason);
  if (!answer.ok) return problemText(answer.problem);
  games.put(answer.value);
  notices.show("good", strings.admin.done(strings.admin[action]));
  return null;
}
