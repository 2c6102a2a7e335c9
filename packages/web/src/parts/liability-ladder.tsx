import { book, games } from "../client.ts";
import { formatMoney } from "../format/money.ts";
import { formatPercent } from "../format/odds.ts";
import { strings } from "../strings.ts";
import { Bars } from "./bars.tsx";
import { useWorstCases } from "./use-worst-cases.ts";

/** So many steps fit beside each other; what is below them is told as one sum. */
const STEPS_MAX = 14;

/** All games that the house can lose on, the dearest first, against the money that it has. */
export function LiabilityLadder() {
  const worst = useWorstCases();
  const money = book.book.value;
  const words = strings.ladder;
  const ladder = [...(worst ?? [])].filter(([, amount]) => amount > 0).sort(([, a], [, b]) => b - a);
  const shown = ladder.slice(0, STEPS_MAX);
  const rest = ladder.slice(STEPS_MAX);
  const nameOf = (id: number): string => games.peek(id)?.question ?? strings.bets.game(id);
  const bankroll = money ? money.house + money.exposure : 0;
  return (
    <section class="panel" data-testid="ladder">
      <div class="panel-head">
        <h2>{words.title}</h2>
      </div>
      <p class="quiet" data-testid="ladder-total">
        {money
          ? words.total(
              formatMoney(money.exposure),
              bankroll > 0 ? formatPercent(money.exposure / bankroll) : "–",
              formatMoney(money.escrow),
              bankroll > 0 ? formatPercent(money.escrow / bankroll) : "–",
            )
          : strings.loading}
      </p>
      {worst !== null && shown.length === 0 && <p class="quiet">{words.none}</p>}
      {worst === null && <div class="chart bars" />}
      {shown.length > 0 && (
        <Bars names={shown.map(([id]) => nameOf(id))} values={shown.map(([, amount]) => -amount)} />
      )}
      {shown.length > 0 && (
        <details>
          <summary>{strings.game.historyTable}</summary>
          <ol class="ladder">
            {ladder.map(([id, amount]) => (
              <li key={id}>
                <a href={`/admin/games/${id}`}>{nameOf(id)}</a>
                <span class="number">{formatMoney(amount)}</span>
              </li>
            ))}
          </ol>
        </details>
      )}
      {rest.length > 0 && (
        <p class="quiet">
          {words.rest(rest.length, formatMoney(rest.reduce((sum, [, amount]) => sum + amount, 0)))}
        </p>
      )}
    </section>
  );
}
