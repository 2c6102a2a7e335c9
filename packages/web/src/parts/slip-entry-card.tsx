import { useId } from "preact/hooks";
import { account, games, placeEntry, preferences, session, slip } from "../client.ts";
import { editableMoney, formatMoney, parseMoney } from "../format/money.ts";
import { formatOdds } from "../format/odds.ts";
import { potentialReturn } from "../format/potential-return.ts";
import { isPool, stakeMovesOdds } from "../format/strategy.ts";
import type { LiveGame, LiveOutcome } from "../stores/games.ts";
import { type SlipEntry, entryId, isUnderWay, oddsToAgree } from "../stores/slip.ts";
import { problemText, strings } from "../strings.ts";
import { useKeptFocus } from "./use-kept-focus.ts";

/** Stakes at one press, in minor units. */
const PRESETS = [500, 1_000, 2_500, 5_000] as const;

export function SlipEntryCard({ entry }: { entry: SlipEntry }) {
  const game = games.find(entry.gameId)?.value;
  const outcome = game?.outcomes.find((candidate) => candidate.key === entry.outcome);
  const box = useKeptFocus<HTMLLIElement>(entry.state.type);
  if (!game || !outcome) return null;
  return (
    <li
      ref={box}
      tabIndex={-1}
      class={`slip-entry ${entry.state.type}`}
      data-testid={`slip-${entryId(entry)}`}
      data-state={entry.state.type}
    >
      <div class="slip-entry-head">
        <div>
          <strong>{outcome.label}</strong>
          <p class="bet-question">{game.question}</p>
        </div>
        <span class="odds">{formatOdds(entry.odds, preferences.oddsFormat.value)}</span>
        {!isUnderWay(entry) && (
          <button
            type="button"
            class="icon-button"
            aria-label={strings.slip.remove(outcome.label)}
            onClick={() => slip.remove(entryId(entry))}
          >
            ×
          </button>
        )}
      </div>
      <EntryBody entry={entry} game={game} outcome={outcome} />
    </li>
  );
}

interface EntryProps {
  readonly entry: SlipEntry;
  readonly game: LiveGame;
  readonly outcome: LiveOutcome;
}

function EntryBody(props: EntryProps) {
  const { entry } = props;
  const state = entry.state;
  if (state.type === "placed") return <Placed entry={entry} bet={state.bet} />;
  if (isUnderWay(entry)) {
    return (
      <div class="slip-pending" role="status">
        <span class="spinner" aria-hidden="true" />
        <span>{entry.state.type === "checking" ? strings.slip.checking : strings.slip.placing}</span>
        <span class="quiet">{strings.slip.request(entry.state.key)}</span>
      </div>
    );
  }
  return <Editing {...props} />;
}

function Placed({
  entry,
  bet,
}: {
  entry: SlipEntry;
  bet: Extract<SlipEntry["state"], { type: "placed" }>["bet"];
}) {
  const odds = formatOdds(bet.odds, preferences.oddsFormat.value);
  return (
    <div class="slip-placed" role="status">
      <p>
        <strong>✓ {strings.slip.placed(bet.id)}</strong>
      </p>
      <p>{strings.slip.placedReturns(formatMoney(bet.stake), odds, formatMoney(bet.potentialPayout))}</p>
      <button type="button" class="button small" onClick={() => slip.remove(entryId(entry))}>
        {strings.slip.done}
      </button>
    </div>
  );
}

function Editing({ entry, game, outcome }: EntryProps) {
  const field = useId();
  const id = entryId(entry);
  const stake = parseMoney(entry.stakeText);
  const money = account.money.value;
  const most = Math.min(outcome.cap, money?.balance ?? outcome.cap);
  const agree = oddsToAgree(entry, outcome.odds, preferences.accept.value, stakeMovesOdds(game));
  const obstacle = obstacleOf(entry, game, outcome, stake, money?.balance ?? null);
  const guest = session.user.value === null;
  const place = (event: SubmitEvent): void => {
    event.preventDefault();
    placeEntry(id);
  };
  return (
    <form onSubmit={place} noValidate>
      {agree !== null && <MovedPrompt entry={entry} to={agree} />}
      <label class="stake" for={field}>
        <span>{strings.slip.stake}</span>
        <input
          id={field}
          inputMode="decimal"
          autocomplete="off"
          placeholder={formatMoney(0)}
          aria-label={strings.slip.stakeFor(outcome.label)}
          aria-invalid={obstacle !== null}
          aria-describedby={`${field}-note`}
          value={entry.stakeText}
          onInput={(event) => slip.setStake(id, event.currentTarget.value)}
        />
      </label>
      <div class="presets">
        {PRESETS.map((preset) => (
          <button
            key={preset}
            type="button"
            class="button small"
            onClick={() => slip.setStake(id, editableMoney(preset))}
          >
            {preset / 100}
          </button>
        ))}
        <button
          type="button"
          class="button small"
          disabled={most <= 0}
          onClick={() => slip.setStake(id, editableMoney(most))}
        >
          {strings.slip.max}
        </button>
      </div>
      <p id={`${field}-note`} class={obstacle === null ? "hint" : "trouble"} data-testid="stake-note">
        {obstacle ?? (game.status === "open" ? strings.slip.maxStake(formatMoney(outcome.cap)) : "")}
      </p>
      {stakeMovesOdds(game) && <p class="hint">{strings.slip.stakeMovesOdds}</p>}
      {isPool(game) && <p class="hint">{strings.slip.pool}</p>}
      {entry.state.type === "refused" && (
        <p class="trouble" role="alert">
          {problemText(entry.state.problem)}
        </p>
      )}
      <div class="returns">
        <span>{strings.slip.returns}</span>
        <output class="figure" data-testid="returns">
          {stake === null ? "–" : formatMoney(potentialReturn(stake, entry.odds))}
        </output>
      </div>
      {!guest && (
        <button
          type="submit"
          class="button primary wide"
          disabled={stake === null || obstacle !== null || agree !== null}
        >
          {strings.slip.place(stake === null ? null : formatMoney(stake))}
        </button>
      )}
    </form>
  );
}

/** Neither answer has the focus: a price that moves under the finger must not be agreed to by accident. */
function MovedPrompt({ entry, to }: { entry: SlipEntry; to: number }) {
  const format = preferences.oddsFormat.value;
  return (
    <div class={to > entry.odds ? "moved up" : "moved down"} role="alert" data-testid="price-moved">
      <span>{strings.slip.moved(formatOdds(entry.odds, format), formatOdds(to, format))}</span>
      <span class="moved-answers">
        <button type="button" class="button small" onClick={() => slip.acceptOdds(entryId(entry), to)}>
          {strings.slip.accept}
        </button>
        <button type="button" class="button small" onClick={() => slip.remove(entryId(entry))}>
          {strings.slip.cancel}
        </button>
      </span>
    </div>
  );
}

/** Why the entry cannot be sent as it is; null where it can, as far as this page knows. The book decides. */
function obstacleOf(
  entry: SlipEntry,
  game: LiveGame,
  outcome: LiveOutcome,
  stake: number | null,
  balance: number | null,
): string | null {
  if (game.status === "suspended") return strings.slip.suspended;
  if (game.status !== "open") return strings.slip.notOpen;
  if (outcome.withdrawn) return strings.slip.withdrawn;
  if (outcome.odds === null) return strings.slip.notOffered;
  if (entry.stakeText.trim() === "") return null;
  if (stake === null) return strings.slip.badStake;
  if (stake > outcome.cap) return strings.slip.aboveCap(formatMoney(outcome.cap));
  if (balance !== null && stake > balance) return strings.slip.aboveBalance(formatMoney(balance));
  return null;
}
