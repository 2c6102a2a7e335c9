import { effect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import type { OddsPoint } from "@quorumbook/client";
import { commands, games, serverClock } from "../client.ts";
import { favouritesOf } from "../format/favourites.ts";
import { formatOdds } from "../format/odds.ts";
import { formatTimeExact } from "../format/time.ts";
import { strings } from "../strings.ts";

/** More lines than this nobody tells apart. */
const LINES_MAX = 8;

/** The odds of a game over time, as steps: a price holds until the next. The same as a table, for those who cannot see it. */
export function OddsHistory({ gameId }: { gameId: number }) {
  const [points, setPoints] = useState<readonly OddsPoint[]>([]);
  const [isRead, setIsRead] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const labels = (games.peek(gameId)?.outcomes ?? []).map((outcome) => outcome.label);
  const chosen = favouritesOf(points, LINES_MAX);

  useEffect(() => {
    let left = false;
    let asked = false;
    const read = async (): Promise<void> => {
      const answer = await commands.oddsHistory(gameId, 0);
      asked = false;
      if (left || !answer.ok) return;
      setPoints(answer.value.items);
      setIsRead(true);
    };
    // Read anew after movements, at most once a second: the server thins what it gives.
    const dispose = effect(() => {
      void games.find(gameId)?.value.pricesVersion;
      if (asked) return;
      asked = true;
      setTimeout(() => void read(), points.length === 0 ? 0 : 1000);
    });
    return () => {
      left = true;
      dispose();
    };
  }, [gameId]);

  useEffect(() => {
    if (points.length < 2 || !box.current) return undefined;
    const target = box.current;
    let left = false;
    let destroy: () => void = () => undefined;
    const draw = async (): Promise<void> => {
      const { drawSteps } = await import("./step-chart.ts");
      if (left) return;
      const lines = chosen.map((at) => ({
        label: labels[at] ?? "",
        odds: points.map((point) => point.odds[at] ?? null),
      }));
      destroy = drawSteps(
        target,
        points.map(({ at }) => Date.parse(at)),
        lines,
        heldUntil(gameId),
      );
    };
    void draw();
    return () => {
      left = true;
      destroy();
    };
  }, [points]);

  const hasMoved = points.length > 1;
  return (
    <section class="panel" data-testid="odds-history">
      <div class="panel-head">
        <h2>{strings.game.history}</h2>
      </div>
      {isRead && !hasMoved ? (
        <p class="quiet">{strings.game.noHistory}</p>
      ) : (
        <div class="chart steps" ref={box} aria-hidden="true" />
      )}
      {hasMoved && chosen.length < labels.length && (
        <p class="quiet">{strings.game.favourites(chosen.length)}</p>
      )}
      {hasMoved && <PointsTable labels={labels} points={points} />}
    </section>
  );
}

function PointsTable({ labels, points }: { labels: readonly string[]; points: readonly OddsPoint[] }) {
  return (
    <details>
      <summary>{strings.game.historyTable}</summary>
      <div class="scroll">
        <table class="plain">
          <thead>
            <tr>
              <th scope="col">{strings.account.columns.at}</th>
              {labels.map((label) => (
                <th key={label} scope="col" class="number">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {points
              .slice(-20)
              .reverse()
              .map((point) => (
                <tr key={point.index}>
                  <th scope="row">{formatTimeExact(point.at)}</th>
                  {point.odds.map((odds, position) => (
                    <td key={labels[position]} class="number">
                      {odds === null ? "–" : formatOdds(odds, "decimal")}
                    </td>
                  ))}
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** A price holds while the game can be bet on; after that the last one is history too. */
function heldUntil(gameId: number): number {
  const game = games.peek(gameId);
  return game?.status === "open" || game?.status === "suspended" ? serverClock.now.peek() : 0;
}
