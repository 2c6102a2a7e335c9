import { useEffect, useState } from "preact/hooks";
import { games, readGame } from "../client.ts";
import { ExposureTable } from "../parts/exposure-table.tsx";
import { GameActions } from "../parts/game-actions.tsx";
import { OddsHistory } from "../parts/odds-history.tsx";
import { StatusBadge } from "../parts/status-badge.tsx";
import { useTitle } from "../parts/use-title.ts";
import { strings } from "../strings.ts";
import { DrawLink } from "../virtual/draw-link.tsx";
import { NotFoundPage } from "./not-found.tsx";

export function AdminGamePage({ gameId }: { gameId: number }) {
  const game = games.find(gameId)?.value;
  const [missing, setMissing] = useState(false);
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
      <ExposureTable game={game} />
      <OddsHistory gameId={game.id} />
    </article>
  );
}
