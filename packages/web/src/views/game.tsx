import { useComputed } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { whenOk } from "../api/when-ok.ts";
import { bets, commands, games, readGame, session } from "../client.ts";
import { formatMoney } from "../format/money.ts";
import { formatPercent } from "../format/odds.ts";
import { formatTime } from "../format/time.ts";
import { BetCard } from "../parts/bet-card.tsx";
import { Countdown } from "../parts/countdown.tsx";
import { OddsHistory } from "../parts/odds-history.tsx";
import { OutcomeGroup } from "../parts/outcome-group.tsx";
import { StatusBadge } from "../parts/status-badge.tsx";
import { useTitle } from "../parts/use-title.ts";
import { VirtualShow } from "../virtual/virtual-show.tsx";
import type { LiveGame } from "../stores/games.ts";
import { strings } from "../strings.ts";
import { NotFoundPage } from "./not-found.tsx";

export function GamePage({ gameId }: { gameId: number }) {
  const game = games.find(gameId)?.value;
  const [missing, setMissing] = useState(false);
  useTitle(game?.question ?? strings.games.title);
  useEffect(() => {
    // Opened by its address, the page need not wait for the list of all games.
    if (!games.peek(gameId)) void readGame(gameId).then((found) => setMissing(!found));
  }, [gameId]);
  if (!game) return missing ? <NotFoundPage /> : <p class="quiet">{strings.game.loading}</p>;
  return (
    <article class="page game">
      <p class="crumbs">
        <a href="/">{strings.game.back}</a>
      </p>
      <div class="page-head">
        <h1>{game.question}</h1>
        <StatusBadge status={game.status} />
      </div>
      <p class="card-foot">
        <span class="badge">{strings.category[game.category]}</span>
        <Countdown game={game} />
        <span>
          {strings.game.created} {formatTime(game.createdAt)}
        </span>
        {session.user.value?.role === "admin" && (
          <a href={`/admin/games/${game.id}`}>{strings.game.manage}</a>
        )}
      </p>
      <OutcomeGroup game={game} />
      {game.push === true && <p class="quiet">{strings.game.push}</p>}
      {session.state.value.type === "guest" && game.status === "open" && (
        <p class="quiet">{strings.game.guest}</p>
      )}
      {game.category === "virtual" && <VirtualShow game={game} />}
      <Totals game={game} />
      <OddsHistory gameId={game.id} />
      {session.user.value && <OwnBets gameId={game.id} />}
    </article>
  );
}

function Totals({ game }: { game: LiveGame }) {
  return (
    <section class="panel" aria-label={strings.game.share}>
      <div class="panel-head">
        <h2>{strings.game.totalStaked}</h2>
        <output class="figure" data-testid="total-staked">
          {formatMoney(game.totalStaked)}
        </output>
      </div>
      <table class="plain">
        <tbody>
          {game.outcomes.map((outcome) => {
            const share = game.totalStaked === 0 ? 0 : outcome.staked / game.totalStaked;
            return (
              <tr key={outcome.key}>
                <th scope="row">{outcome.label}</th>
                <td class="meter-cell">
                  <ShareBar share={share} />
                </td>
                <td class="number quiet">{formatPercent(share)}</td>
                <td class="number">{formatMoney(outcome.staked)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

/** The figure beside it says the same. */
function ShareBar({ share }: { share: number }) {
  return (
    <svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect width="100" height="8" class="share-all" />
      <rect width={share * 100} height="8" class="share-part" />
    </svg>
  );
}

function OwnBets({ gameId }: { gameId: number }) {
  useEffect(() => {
    void whenOk(commands.bets({ gameId }), (page, index) => bets.putAll(page.items, index));
  }, [gameId]);
  const own = useComputed(() => bets.all.value.filter((bet) => bet.gameId === gameId)).value;
  if (own.length === 0) return null;
  return (
    <section>
      <h2 class="section-title">{strings.game.yourBets}</h2>
      <ul class="rows">
        {own.map((bet) => (
          <BetCard key={bet.id} bet={bet} />
        ))}
      </ul>
    </section>
  );
}
