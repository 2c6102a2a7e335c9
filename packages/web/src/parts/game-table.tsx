import { useState } from "preact/hooks";
import { games } from "../client.ts";
import { formatMoney } from "../format/money.ts";
import { strings } from "../strings.ts";
import { GameActions } from "./game-actions.tsx";
import { StatusBadge } from "./status-badge.tsx";

const ROWS_STEP = 25;

/** All games for admins, the ones that need something first: suspended, open, closed, then what is done. */
const URGENCY = { suspended: 0, closed: 1, open: 2, settled: 3, voided: 3 } as const;

export function GameTable() {
  const [most, setMost] = useState(ROWS_STEP);
  const entries = [...games.catalog.value].sort(
    (a, b) => URGENCY[a.status] - URGENCY[b.status] || b.id - a.id,
  );
  if (entries.length === 0) return <p class="quiet">{strings.admin.none}</p>;
  return (
    <>
      <div class="scroll">
        <table class="plain" data-testid="admin-games">
          <thead>
            <tr>
              <th scope="col">{strings.admin.columns.game}</th>
              <th scope="col">{strings.admin.columns.status}</th>
              <th scope="col" class="number">
                {strings.admin.columns.staked}
              </th>
              <th scope="col">
                <span class="visually-hidden">{strings.game.manage}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {entries.slice(0, most).map((entry) => (
              <GameRow key={entry.id} gameId={entry.id} />
            ))}
          </tbody>
        </table>
      </div>
      {entries.length > most && (
        <button type="button" class="button wide" onClick={() => setMost(most + ROWS_STEP)}>
          {strings.games.showMore(entries.length - most)}
        </button>
      )}
    </>
  );
}

function GameRow({ gameId }: { gameId: number }) {
  const game = games.find(gameId)?.value;
  if (!game) return null;
  return (
    <tr data-testid={`admin-game-${game.id}`}>
      <th scope="row">
        <a href={`/admin/games/${game.id}`}>{game.question}</a>
      </th>
      <td>
        <StatusBadge status={game.status} />
      </td>
      <td class="number">{formatMoney(game.totalStaked)}</td>
      <td>
        <GameActions game={game} small />
      </td>
    </tr>
  );
}
