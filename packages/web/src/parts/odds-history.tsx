import { effect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import type { OddsPoint } from "@quorumbook/client";
import { commands, games, serverClock } from "../client.ts";
import { formatOdds } from "../format/odds.ts";
import { formatTimeExact } from "../format/time.ts";
import { strings } from "../strings.ts";

/** The odds of a game over time, as steps: a price holds until the next. The same as a table, for those who cannot see it. */
export function OddsHistory({ gameId }: { gameId: number }) {
  const [points, setPoints] = useState<readonly OddsPoint[]>([]);
  const box = useRef<HTMLDivElement>(null);
  const labels = (games.peek(gameId)?.outcomes ?? []).map((outcome) => outcome.label);

  useEffect(() => {
    let left = false;
    let asked = false;
    const read = async (): Promise<void> => {
      const answer = await commands.oddsHistory(gameId, 0);
      asked = false;
      if (!left && answer.ok) setPoints(answer.value.items);
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
      if (!left) destroy = drawSteps(target, labels, points, heldUntil(gameId));
    };
    void draw();
    return () => {
      left = true;
      destroy();
    };
  }, [points]);

  if (points.length < 2) return null;
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>{strings.game.history}</h2>
      </div>
      <div class="chart" ref={box} aria-hidden="true" />
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
    </section>
  );
}

/** A price holds while the game can be bet on; after that the last one is history too. */
function heldUntil(gameId: number): number {
  const game = games.peek(gameId);
  return game?.status === "open" || game?.status === "suspended" ? serverClock.now.peek() : 0;
}
