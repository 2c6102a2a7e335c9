import { useEffect } from "preact/hooks";
import { preferences } from "../client.ts";
import { formatMoney } from "../format/money.ts";
import { formatImplied, formatOdds, formatPercent } from "../format/odds.ts";
import { isPool } from "../format/strategy.ts";
import { hasWon } from "../format/winners.ts";
import { sureWinText } from "../format/sure-win.ts";
import type { LiveGame } from "../stores/games.ts";
import { NumberColumns } from "./number-columns.tsx";
import { strings } from "../strings.ts";
import { Bars } from "./bars.tsx";
import { WhatIf } from "./what-if.tsx";
import { useExposure } from "./use-exposure.ts";

/** A busy game moves all the time: its exposure is read at most so often. */
const READ_EVERY_MS = 500;

/** What each outcome would cost or bring the house, against the margin that it may lose at most. */
export function ExposureTable({ game, onRead }: { game: LiveGame; onRead: () => void }) {
  const { exposure, trouble } = useExposure(game, READ_EVERY_MS);
  const columns = strings.admin.columns;
  const isKnown = exposure !== null || trouble !== "";
  useEffect(() => {
    if (isKnown) onRead();
  }, [isKnown]);
  if (trouble !== "") return <p class="trouble">{trouble}</p>;
  if (!exposure) return <p class="quiet">{strings.game.loading}</p>;
  const left = game.outcomes.filter((outcome) => !outcome.withdrawn);
  const priced = left.every((outcome) => outcome.odds !== null);
  // The paper market of what-if knows no outcome that is gone.
  const isWhole = left.length === game.outcomes.length;
  const overround = left.reduce((sum, outcome) => sum + (outcome.odds === null ? 0 : 1 / outcome.odds), 0);
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
          <table class="plain stacked" data-testid="exposure">
            <NumberColumns
              first={columns.outcome}
              numbers={[
                columns.odds,
                columns.implied,
                columns.cap,
                columns.staked,
                columns.liability,
                columns.result,
                columns.slack,
              ]}
            />
            <tbody>
              {game.outcomes.map((outcome) => {
                const row = exposure.outcomes.find((candidate) => candidate.key === outcome.key);
                const result = row?.result ?? 0;
                return (
                  <tr key={outcome.key} class={hasWon(game, outcome.key) ? "won" : ""}>
                    <th scope="row">
                      {outcome.label}{" "}
                      {outcome.withdrawn && <span class="badge">{strings.outcome.withdrawn}</span>}
                    </th>
                    <td class="number" data-name={columns.odds}>
                      {outcome.odds === null ? "–" : formatOdds(outcome.odds, preferences.oddsFormat.value)}
                    </td>
                    <td class="number" data-name={columns.implied}>
                      {outcome.odds === null ? "–" : formatImplied(outcome.odds)}
                    </td>
                    <td class="number" data-name={columns.cap}>
                      {formatMoney(outcome.cap)}
                    </td>
                    <td class="number" data-name={columns.staked}>
                      {formatMoney(row?.staked ?? outcome.staked)}
                    </td>
                    <td class="number" data-name={columns.liability}>
                      {formatMoney(row?.liability ?? 0)}
                    </td>
                    <td class={result < 0 ? "number loss" : "number gain"} data-name={columns.result}>
                      {formatMoney(result, { sign: true })}
                    </td>
                    <td class="number" data-name={columns.slack}>
                      {formatMoney(exposure.margin + result)}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
        <p class="chart-title">{strings.admin.resultChart}</p>
        <Bars
          names={game.outcomes.map((outcome) => outcome.label)}
          values={game.outcomes.map(
            ({ key }) => exposure.outcomes.find((row) => row.key === key)?.result ?? 0,
          )}
          limit={-exposure.margin}
        />
      </section>
      {(game.status === "open" || game.status === "suspended") && !isPool(game) && isWhole && (
        <WhatIf game={game} positions={exposure.outcomes} />
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
