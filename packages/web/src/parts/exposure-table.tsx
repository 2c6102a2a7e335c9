import type { Exposure } from "@quorumbook/client";
import { preferences } from "../client.ts";
import { formatMoney } from "../format/money.ts";
import { formatImplied, formatOdds, formatPercent } from "../format/odds.ts";
import { isPool, stakeMovesOdds } from "../format/strategy.ts";
import { sureWinText } from "../format/sure-win.ts";
import type { LiveGame } from "../stores/games.ts";
import { strings } from "../strings.ts";
import { WhatIf } from "./what-if.tsx";
import { useExposure } from "./use-exposure.ts";

/** A busy game moves all the time: its exposure is read at most so often. */
const READ_EVERY_MS = 500;

/** What each outcome would cost or bring the house, against the margin that it may lose at most. */
export function ExposureTable({ game }: { game: LiveGame }) {
  const { exposure, trouble } = useExposure(game, READ_EVERY_MS);
  const columns = strings.admin.columns;
  if (trouble !== "") return <p class="trouble">{trouble}</p>;
  if (!exposure) return <p class="quiet">{strings.game.loading}</p>;
  const priced = game.outcomes.every((outcome) => outcome.odds !== null);
  const overround = game.outcomes.reduce(
    (sum, outcome) => sum + (outcome.odds === null ? 0 : 1 / outcome.odds),
    0,
  );
  return (
    <>
      <section class="panel">
        <dl class="figures">
          <Figure name={strings.admin.totalStaked} value={formatMoney(game.totalStaked)} />
          <Figure name={strings.admin.worstCase} value={formatMoney(exposure.worstCase)} />
          <Figure name={strings.admin.margins} value={formatMoney(exposure.margin)} />
          <Figure name={strings.admin.overround} value={priced ? formatPercent(overround) : "–"} />
        </dl>
        {exposure.arbitrage && (
          <p class="trouble" data-testid="arbitrage">
            {sureWinText(
              exposure.arbitrage,
              game.outcomes.map((outcome) => outcome.label),
            )}
          </p>
        )}
        {exposure.warnings.map((warning) => (
          <p key={warning} class="trouble">
            {strings.admin.warnings[warning] ?? warning}
          </p>
        ))}
        <div class="scroll">
          <table class="plain" data-testid="exposure">
            <thead>
              <tr>
                <th scope="col">{columns.outcome}</th>
                {[
                  columns.odds,
                  columns.implied,
                  columns.cap,
                  columns.staked,
                  columns.liability,
                  columns.result,
                  columns.slack,
                ].map((name) => (
                  <th key={name} scope="col" class="number">
                    {name}
                  </th>
                ))}
                <th scope="col">{columns.bar}</th>
              </tr>
            </thead>
            <tbody>
              {game.outcomes.map((outcome) => {
                const row = exposure.outcomes.find((candidate) => candidate.key === outcome.key);
                const result = row?.result ?? 0;
                return (
                  <tr key={outcome.key} class={game.winner === outcome.key ? "won" : ""}>
                    <th scope="row">{outcome.label}</th>
                    <td class="number">
                      {outcome.odds === null ? "–" : formatOdds(outcome.odds, preferences.oddsFormat.value)}
                    </td>
                    <td class="number">{outcome.odds === null ? "–" : formatImplied(outcome.odds)}</td>
                    <td class="number">{formatMoney(outcome.cap)}</td>
                    <td class="number">{formatMoney(row?.staked ?? outcome.staked)}</td>
                    <td class="number">{formatMoney(row?.liability ?? 0)}</td>
                    <td class={result < 0 ? "number loss" : "number gain"}>
                      {formatMoney(result, { sign: true })}
                    </td>
                    <td class="number">{formatMoney(exposure.margin + result)}</td>
                    <td>
                      <ResultBar result={result} scale={scaleOf(exposure)} margin={exposure.margin} />
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      </section>
      {game.status === "open" && !stakeMovesOdds(game) && !isPool(game) && (
        <WhatIf game={game} positions={exposure.outcomes} margin={exposure.margin} />
      )}
    </>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class="figure">{value}</dd>
    </div>
  );
}

const BAR_WIDTH = 160;

/** The result as a bar from the middle; the mark on the left is the margin, which it never passes. */
function ResultBar({ result, scale, margin }: { result: number; scale: number; margin: number }) {
  const middle = BAR_WIDTH / 2;
  const length = (Math.abs(result) / scale) * middle;
  const limit = middle - (margin / scale) * middle;
  return (
    <svg class="result-bar" viewBox={`0 0 ${BAR_WIDTH} 16`} width={BAR_WIDTH} height="16" aria-hidden="true">
      <line x1={middle} x2={middle} y1="0" y2="16" class="bar-axis" />
      <rect
        x={result < 0 ? middle - length : middle}
        y="3"
        width={length}
        height="10"
        class={result < 0 ? "bar-loss" : "bar-gain"}
      />
      <line x1={limit} x2={limit} y1="0" y2="16" class="bar-limit" />
    </svg>
  );
}

/** The largest figure that the bars must hold, the margin among them. */
function scaleOf(exposure: Exposure): number {
  return Math.max(1, exposure.margin, ...exposure.outcomes.map((outcome) => Math.abs(outcome.result))) * 1.05;
}
