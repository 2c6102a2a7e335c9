import { useSignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { games, readGame } from "../client.ts";
import { ExposureTable } from "../parts/exposure-table.tsx";
import { GameActions } from "../parts/game-actions.tsx";
import { OddsHistory } from "../parts/odds-history.tsx";
import { StatusBadge } from "../parts/status-badge.tsx";
import { VoidBetDialog } from "../parts/void-bet-dialog.tsx";
import { WithdrawOutcome } from "../parts/withdraw-outcome.tsx";
import { useTitle } from "../parts/use-title.ts";
import { strings } from "../strings.ts";
import { DrawLink } from "../virtual/draw-link.tsx";
import { NotFoundPage } from "./not-found.tsx";

export function AdminGamePage({ gameId }: { gameId: number }) {
  const game = games.find(gameId)?.value;
  const [missing, setMissing] = useState(false);
  const [isRead, setIsRead] = useState(false);
  useTitle(game?.question ?? strings.admin.title);
  useEffect(() => {
    if (!games.peek(gameId)) void readGame(gameId).then((found) => setMissing(!found));
  }, [gameId]);
  if (!game) return missing ? <NotFoundPage /> : <p class="quiet">{strings.game.loading}</p>;
  return (
    <article class="page">
      <p class="crumbs">
        <a href="/admin">{strings.admin.title}</a>
        <a href={`/games/${game.id}`}>{strings.admin.publicPage}</a>
      </p>
      <div class="page-head">
        <h1>{game.question}</h1>
        <StatusBadge status={game.status} />
      </div>
      <GameActions game={game} />
      {game.category === "virtual" && <DrawLink gameId={game.id} />}
      <ExposureTable game={game} onRead={() => setIsRead(true)} />
      {/* What stands below a table that is still on its way would be pushed away by it. */}
      <div class="page" hidden={!isRead}>
        <OddsHistory gameId={game.id} />
        {game.status !== "settled" && game.status !== "voided" && (
          <>
            <WithdrawOutcome game={game} />
            <VoidOneBet />
          </>
        )}
      </div>
    </article>
  );
}

/** For a bet whose number is known, from the bettor or from the audit log. */
function VoidOneBet() {
  const number = useSignal("");
  const asking = useSignal<number | null>(null);
  const words = strings.admin;
  return (
    <details class="panel" data-testid="void-bet">
      <summary>
        <h2>{words.voidOneBet}</h2>
      </summary>
      <form
        class="inline-form"
        onSubmit={(event) => {
          event.preventDefault();
          asking.value = Number(number.value);
        }}
      >
        <label>
          <span>{words.voidBetNumber}</span>
          <input
            required
            inputMode="numeric"
            autocomplete="off"
            pattern="[1-9][0-9]{0,14}"
            value={number.value}
            onInput={(event) => {
              number.value = event.currentTarget.value;
            }}
          />
        </label>
        <button type="submit" class="button danger">
          {words.void}
        </button>
      </form>
      {asking.value !== null && (
        <VoidBetDialog
          betId={asking.value}
          onEnded={() => {
            number.value = "";
          }}
          onClose={() => {
            asking.value = null;
          }}
        />
      )}
    </details>
  );
}
