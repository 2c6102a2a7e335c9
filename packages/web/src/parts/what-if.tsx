import { useSignal } from "@preact/signals";
import { formatMoney, parseMoney } from "../format/money.ts";
import { afterBet, type Position } from "../format/what-if.ts";
import type { LiveGame } from "../stores/games.ts";
import { strings } from "../strings.ts";

/** What a bet that somebody may make next would mean for the house: figures before anything is done. */
export function WhatIf({
  game,
  positions,
  margin,
}: {
  game: LiveGame;
  positions: readonly Position[];
  margin: number;
}) {
  const key = useSignal(game.outcomes[0]?.key ?? "");
  const stakeText = useSignal("");
  const words = strings.whatIf;
  const outcome = game.outcomes.find((candidate) => candidate.key === key.value);
  const stake = parseMoney(stakeText.value);
  const possible = game.status === "open" && outcome?.odds != null && stake !== null && stake <= outcome.cap;
  const then = possible ? afterBet(positions, key.value, stake, outcome.odds ?? 0) : null;
  return (
    <section class="panel" data-testid="what-if">
      <div class="panel-head">
        <h2>{words.title}</h2>
      </div>
      <div class="form form-pair">
        <label>
          <span>{words.outcome}</span>
          <select
            value={key.value}
            onChange={(event) => {
              key.value = event.currentTarget.value;
            }}
          >
            {game.outcomes.map((candidate) => (
              <option key={candidate.key} value={candidate.key}>
                {candidate.label}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>{words.stake}</span>
          <input
            inputMode="decimal"
            autocomplete="off"
            value={stakeText.value}
            onInput={(event) => {
              stakeText.value = event.currentTarget.value;
            }}
          />
        </label>
      </div>
      {outcome && stake !== null && stake > outcome.cap && (
        <p class="trouble">{words.aboveCap(formatMoney(outcome.cap))}</p>
      )}
      {then && (
        <>
          <p role="status">
            {words.sentence(formatMoney(then.payout), formatMoney(then.worstCase), formatMoney(margin))}
          </p>
          <div class="scroll">
            <table class="plain">
              <thead>
                <tr>
                  <th scope="col">{strings.admin.columns.outcome}</th>
                  <th scope="col" class="number">
                    {words.resultNow}
                  </th>
                  <th scope="col" class="number">
                    {words.resultThen}
                  </th>
                  <th scope="col" class="number">
                    {strings.admin.columns.slack}
                  </th>
                </tr>
              </thead>
              <tbody>
                {then.outcomes.map((position, at) => (
                  <tr key={position.key}>
                    <th scope="row">{game.outcomes[at]?.label}</th>
                    <td class="number">{formatMoney(positions[at]?.result ?? 0, { sign: true })}</td>
                    <td class={position.result < 0 ? "number loss" : "number gain"}>
                      {formatMoney(position.result, { sign: true })}
                    </td>
                    <td class="number">{formatMoney(margin + position.result)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </section>
  );
}
