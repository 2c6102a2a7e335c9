import { useSignal } from "@preact/signals";
import { preferences, ticker } from "../client.ts";
import { formatMoney, parseMoney } from "../format/money.ts";
import { formatOdds } from "../format/odds.ts";
import { formatClock } from "../format/time.ts";
import { strings } from "../strings.ts";

const LINES_SHOWN = 12;

/** Stakes as they come in, the newest on top; small ones can be left out. */
export function BetTicker() {
  const least = useSignal("");
  const words = strings.ticker;
  const atLeast = parseMoney(least.value) ?? 0;
  const lines = ticker.lines.value.filter(({ staked }) => staked >= atLeast).slice(0, LINES_SHOWN);
  return (
    <section class="panel" data-testid="ticker">
      <div class="panel-head">
        <h2>{words.title}</h2>
        <label class="inline-field">
          <span>{words.atLeast}</span>
          <input
            inputMode="decimal"
            autocomplete="off"
            placeholder="0.00"
            value={least.value}
            onInput={(event) => {
              least.value = event.currentTarget.value;
            }}
          />
        </label>
      </div>
      {lines.length === 0 ? (
        <p class="quiet">{words.none}</p>
      ) : (
        <ol class="ticker">
          {lines.map((line) => (
            <li key={line.id}>
              <time>{formatClock(line.at)}</time>
              <span class="number">{formatMoney(line.staked)}</span>
              <span>
                <strong>{line.label}</strong> <a href={`/admin/games/${line.gameId}`}>{line.question}</a>
              </span>
              <span class="number">
                {line.odds === null ? "–" : formatOdds(line.odds, preferences.oddsFormat.value)}
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
