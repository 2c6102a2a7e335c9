import { games } from "../client.ts";
import { formatMoney } from "../format/money.ts";
import { strings } from "../strings.ts";
import { Countdown } from "./countdown.tsx";
import { OutcomeGroup } from "./outcome-group.tsx";
import { StatusBadge } from "./status-badge.tsx";

/** A card holds one row of outcomes, or two of two; of more it shows the first row, and the game's page all. */
const OUTCOMES_MAX = 4;
const OUTCOMES_SHOWN = 3;

export function GameCard({ gameId }: { gameId: number }) {
  const game = games.find(gameId)?.value;
  if (!game) return null;
  return (
    <li class="card game-card" data-testid={`game-${game.id}`}>
      <div class="card-head">
        <h2>
          <a href={`/games/${game.id}`}>{game.question}</a>
        </h2>
        {game.status !== "open" && game.status !== "suspended" && <StatusBadge status={game.status} />}
      </div>
      <OutcomeGroup game={game} most={game.outcomes.length > OUTCOMES_MAX ? OUTCOMES_SHOWN : OUTCOMES_MAX} />
      <p class="card-foot">
        <span class="badge">{strings.category[game.category]}</span>
        <span>{strings.games.staked(formatMoney(game.totalStaked))}</span>
        <Countdown game={game} />
        {game.outcomes.length > OUTCOMES_MAX && (
          <a class="more" href={`/games/${game.id}`}>
            {strings.games.moreOutcomes(game.outcomes.length)}
          </a>
        )}
      </p>
    </li>
  );
}
