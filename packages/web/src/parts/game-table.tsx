import { useState } from "preact/hooks";
import { commands, games } from "../client.ts";
import { formatMoney } from "../format/money.ts";
import type { LiveGame } from "../stores/games.ts";
import { strings } from "../strings.ts";
import { GameActions } from "./game-actions.tsx";
import { StatusBadge } from "./status-badge.tsx";
import { isAtRisk } from "./use-worst-cases.ts";
import { useExposure } from "./use-exposure.ts";

const ROWS_STEP = 25;
/** A table of busy games reads each one's exposure at most so often. */
const READ_EVERY_MS = 2_000;
/** Exposures asked for at a time, so that ranking a season does not crowd out the bets. */
const READ_AT_ONCE = 6;

/** All games for admins, the ones that need something first: suspended, open, closed, then what is done. */
const URGENCY = { suspended: 0, closed: 1, open: 2, settled: 3, voided: 3 } as const;

export function GameTable() {
  const [most, setMost] = useState(ROWS_STEP);
  // The order by worst case is the one of the moment it was asked for: rows must not change places under the hand.
  const [ranks, setRanks] = useState<ReadonlyMap<number, number> | null>(null);
  const entries = [...games.catalog.value].sort(
    (a, b) =>
      (ranks?.get(b.id) ?? 0) - (ranks?.get(a.id) ?? 0) ||
      URGENCY[a.status] - URGENCY[b.status] ||
      b.id - a.id,
  );
  if (entries.length === 0) return <p class="quiet">{strings.admin.none}</p>;
  return (
    <>
      <div class="scroll">
        <table class="plain stacked games-table" data-testid="admin-games">
          <thead>
            <tr>
              <th scope="col">{strings.admin.columns.game}</th>
              <th scope="col">{strings.admin.columns.status}</th>
              <th scope="col" class="number">
                {strings.admin.columns.staked}
              </th>
              <th scope="col" class="number">
                <button
                  type="button"
                  class="link"
                  aria-pressed={ranks !== null}
                  onClick={() => void (ranks ? setRanks(null) : worstCases().then(setRanks))}
                >
                  {strings.admin.columns.worst}
                </button>
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
      <td class="number" data-name={strings.admin.columns.staked}>
        {formatMoney(game.totalStaked)}
      </td>
      <td class="number" data-name={strings.admin.columns.worst}>
        {isAtRisk(game) ? <WorstCase game={game} /> : "–"}
      </td>
      <td>
        <GameActions game={game} small />
      </td>
    </tr>
  );
}

function WorstCase({ game }: { game: LiveGame }) {
  const { exposure } = useExposure(game, READ_EVERY_MS);
  return <>{exposure ? formatMoney(exposure.worstCase) : "…"}</>;
}

/** The worst case of each game at risk, as of now. */
async function worstCases(): Promise<ReadonlyMap<number, number>> {
  const ranks = new Map<number, number>();
  const waiting = games.catalog.peek().flatMap(({ id }) => {
    const game = games.peek(id);
    return game && isAtRisk(game) ? [id] : [];
  });
  const readOn = async (): Promise<void> => {
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const answer = await commands.exposure(id);
      if (answer.ok) ranks.set(id, answer.value.worstCase);
    }
  };
  await Promise.all(Array.from({ length: READ_AT_ONCE }, readOn));
  return ranks;
}
