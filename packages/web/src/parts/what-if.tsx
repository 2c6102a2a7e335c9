import { useSignal } from "@preact/signals";
import type { Pricing } from "@quorumbook/betting-core";
import { useEffect, useState } from "preact/hooks";
import { whenOk } from "../api/when-ok.ts";
import { commands, preferences } from "../client.ts";
import { asPricing } from "../format/game-terms.ts";
import { formatMoney, parseMoney } from "../format/money.ts";
import { formatOdds } from "../format/odds.ts";
import { type Change, type Outlook, outlookOf, type Position } from "../format/what-if.ts";
import type { LiveGame } from "../stores/games.ts";
import { NumberColumns } from "./number-columns.tsx";
import { strings } from "../strings.ts";

type Kind = Change["type"];

const KINDS: readonly Kind[] = ["bet", "voidBet", "margin", "commission", "voidGame"];
const PERCENT_MAX_BP = 9_999;

/** What a bet, a void or other terms would mean for the house: figures before anything is done. */
export function WhatIf({ game, positions }: { game: LiveGame; positions: readonly Position[] }) {
  const [pricing, setPricing] = useState<Pricing | null>(null);
  const kind = useSignal<Kind>("bet");
  const key = useSignal(game.outcomes[0]?.key ?? "");
  const amount = useSignal("");
  const odds = useSignal("");
  const words = strings.whatIf;
  useEffect(() => {
    void whenOk(commands.gameTerms(game.id), (terms) => setPricing(asPricing(terms)));
  }, [game.id]);
  const change = changeOf(kind.value, key.value, amount.value, odds.value);
  const then = change && pricing && outlookOf(pricing, positions, change);
  const needsBet = kind.value === "bet" || kind.value === "voidBet";
  return (
    <section class="panel" data-testid="what-if">
      <div class="panel-head">
        <h2>{words.title}</h2>
      </div>
      <div class="form form-pair">
        <label>
          <span>{words.change}</span>
          <select
            value={kind.value}
            onChange={(event) => {
              kind.value = event.currentTarget.value as Kind;
              amount.value = "";
              odds.value = "";
            }}
          >
            {KINDS.map((one) => (
              <option key={one} value={one}>
                {words.kinds[one]}
              </option>
            ))}
          </select>
        </label>
        {needsBet && (
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
        )}
        {kind.value !== "voidGame" && (
          <Field
            name={words.amounts[kind.value]}
            text={amount.value}
            onText={(text) => (amount.value = text)}
          />
        )}
        {kind.value === "voidBet" && (
          <Field name={words.odds} text={odds.value} onText={(text) => (odds.value = text)} />
        )}
      </div>
      {change && pricing && !then && (
        <p class="trouble" role="status">
          {kind.value === "bet" ? words.notTaken : words.noSuchBet}
        </p>
      )}
      {then && <Result game={game} positions={positions} then={then} />}
    </section>
  );
}

function Field({ name, text, onText }: { name: string; text: string; onText: (text: string) => void }) {
  return (
    <label>
      <span>{name}</span>
      <input
        inputMode="decimal"
        autocomplete="off"
        value={text}
        onInput={(event) => onText(event.currentTarget.value)}
      />
    </label>
  );
}

function Result({
  game,
  positions,
  then,
}: {
  game: LiveGame;
  positions: readonly Position[];
  then: Outlook;
}) {
  const words = strings.whatIf;
  const columns = strings.admin.columns;
  const isOver = then.worstCase > then.margin;
  const oddsText = (odds: number | null): string =>
    odds === null ? "–" : formatOdds(odds, preferences.oddsFormat.value);
  return (
    <>
      <p role="status" class={isOver ? "trouble" : ""}>
        {then.payout !== undefined && `${words.payout(formatMoney(then.payout))} `}
        {words.worst(formatMoney(then.worstCase), formatMoney(then.margin))}
        {isOver && ` ${words.over}`}
      </p>
      <div class="scroll">
        <table class="plain stacked">
          <NumberColumns
            first={columns.outcome}
            numbers={[
              words.resultNow,
              words.resultThen,
              columns.slack,
              columns.odds,
              words.oddsThen,
              columns.cap,
            ]}
          />
          <tbody>
            {then.outcomes.map((position, at) => (
              <tr key={position.key}>
                <th scope="row">{game.outcomes[at]?.label}</th>
                <td class="number" data-name={words.resultNow}>
                  {formatMoney(positions[at]?.result ?? 0, { sign: true })}
                </td>
                <td class={position.result < 0 ? "number loss" : "number gain"} data-name={words.resultThen}>
                  {formatMoney(position.result, { sign: true })}
                </td>
                <td class="number" data-name={columns.slack}>
                  {formatMoney(then.margin + position.result)}
                </td>
                <td class="number" data-name={columns.odds}>
                  {oddsText(game.outcomes[at]?.odds ?? null)}
                </td>
                <td class="number" data-name={words.oddsThen}>
                  {oddsText(position.odds)}
                </td>
                <td class="number" data-name={columns.cap}>
                  {formatMoney(position.cap)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** The change as filled in; null as long as it is not. */
function changeOf(type: Kind, key: string, amountText: string, oddsText: string): Change | null {
  if (type === "voidGame") return { type };
  const amount = parseMoney(amountText);
  const zero = /^0*([.,]0*)?$/.test(amountText) && amountText !== "";
  switch (type) {
    case "bet":
      return amount === null ? null : { type, key, stake: amount };
    case "voidBet": {
      // Odds have four decimals at most, and a point or a comma.
      const odds = Number(oddsText.replace(",", "."));
      return amount === null || !(odds > 1) ? null : { type, key, stake: amount, odds };
    }
    case "margin":
      return amount === null && !zero ? null : { type, margin: amount ?? 0 };
    case "commission":
      // Percent with two decimals is basis points, read by the same rule as money.
      if (amount === null && !zero) return null;
      return (amount ?? 0) > PERCENT_MAX_BP ? null : { type, commissionBp: amount ?? 0 };
    default:
      return type satisfies never;
  }
}
