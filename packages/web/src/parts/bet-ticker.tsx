import { useSignal } from "@preact/signals";
import type { TakenBet } from "@quorumbook/client";
import { useEffect } from "preact/hooks";
import { commands, games, preferences, ticker, watching } from "../client.ts";
import { formatMoney, parseMoney } from "../format/money.ts";
import { formatOdds } from "../format/odds.ts";
import { formatClock } from "../format/time.ts";
import type { LiveGame, LiveOutcome } from "../stores/games.ts";
import { problemText, strings } from "../strings.ts";
import { VoidBetDialog } from "./void-bet-dialog.tsx";

const LINES_SHOWN = 12;

interface Account {
  readonly id: string;
  readonly name: string;
}

/** Bets as they are taken, the newest on top; of one account, or from a size on, where that is asked for. */
export function BetTicker() {
  const least = useSignal("");
  const name = useSignal("");
  const account = useSignal<Account | null>(null);
  const trouble = useSignal("");
  const voiding = useSignal<TakenBet | null>(null);
  const words = strings.ticker;
  const minStake = parseMoney(least.value);
  const userId = account.value?.id;

  useEffect(() => {
    // The server sends what is asked for alone: in a rush, the bets of one account would be lost among the others.
    ticker.clear();
    watching.bets({
      ...(minStake !== null && { minStake }),
      ...(userId !== undefined && { userId }),
    });
  }, [minStake, userId]);
  useEffect(() => () => watching.bets(null), []);

  const find = async (): Promise<void> => {
    const wanted = name.value.trim();
    trouble.value = "";
    if (wanted === "") {
      account.value = null;
      return;
    }
    if (wanted === account.value?.name) return;
    const answer = await commands.userNamed(wanted);
    if (!answer.ok) trouble.value = problemText(answer.problem);
    else if (answer.value === null) trouble.value = words.noAccount(wanted);
    else account.value = { id: answer.value.id, name: wanted };
  };
  const pick = (id: string): void => {
    account.value = { id, name: words.account(id) };
    name.value = words.account(id);
  };

  const bets = ticker.bets.value.slice(0, LINES_SHOWN);
  const left = ticker.left.value;
  return (
    <section class="panel" data-testid="ticker">
      <div class="panel-head wrap">
        <h2>{words.title}</h2>
        <form
          class="ticker-filter"
          onSubmit={(event) => {
            event.preventDefault();
            void find();
          }}
        >
          <label class="inline-field">
            <span>{words.of}</span>
            <input
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
              maxLength={32}
              placeholder={words.everybody}
              aria-invalid={trouble.value !== ""}
              value={name.value}
              onInput={(event) => {
                name.value = event.currentTarget.value;
                if (name.value === "") void find();
              }}
              onChange={() => void find()}
            />
          </label>
          <label class="inline-field">
            <span>{words.atLeast}</span>
            <input
              inputMode="decimal"
              autocomplete="off"
              placeholder={formatMoney(0)}
              value={least.value}
              onInput={(event) => {
                least.value = event.currentTarget.value;
              }}
            />
          </label>
        </form>
      </div>
      <p class="trouble" role="alert">
        {trouble.value}
      </p>
      {bets.length === 0 ? (
        <p class="quiet">{words.none}</p>
      ) : (
        <ol class="ticker">
          {bets.map((bet) => (
            <Line
              key={bet.id}
              bet={bet}
              onPick={pick}
              onVoid={() => {
                voiding.value = bet;
              }}
            />
          ))}
        </ol>
      )}
      {left > 0 && <p class="quiet">{words.left(left)}</p>}
      {voiding.value && (
        <VoidBetDialog
          betId={voiding.value.id}
          onEnded={(bet) => ticker.replace(bet)}
          onClose={() => {
            voiding.value = null;
          }}
        />
      )}
    </section>
  );
}

function Line(props: { bet: TakenBet; onPick: (userId: string) => void; onVoid: () => void }) {
  const { bet, onPick, onVoid } = props;
  const words = strings.ticker;
  const game = games.find(bet.gameId)?.value;
  const outcome = game?.outcomes.find((candidate) => candidate.key === bet.outcome);
  const label = outcome?.label ?? bet.outcome;
  const end = endOf(bet, game, outcome);
  return (
    <li class={end?.isVoid ? "void" : ""} data-testid={`ticker-${bet.id}`}>
      <time dateTime={bet.placedAt}>{formatClock(Date.parse(bet.placedAt))}</time>
      <span class="number">{formatMoney(bet.stake)}</span>
      <span class="ticker-what">
        <strong>{label}</strong>{" "}
        <a href={`/admin/games/${bet.gameId}`}>{game?.question ?? strings.bets.game(bet.gameId)}</a>
      </span>
      <span class="number">{formatOdds(bet.odds, preferences.oddsFormat.value)}</span>
      <button type="button" class="link" title={words.only} onClick={() => onPick(bet.userId)}>
        {words.account(bet.userId)}
      </button>
      {end ? (
        <span class="badge">{end.text}</span>
      ) : (
        <button
          type="button"
          class="link"
          aria-label={`${strings.admin.void}: ${strings.bets.reference(bet.id)}`}
          onClick={onVoid}
        >
          {strings.admin.void}
        </button>
      )}
    </li>
  );
}

/** What the bet came to, as far as this page knows; null while it is open, and can be voided. */
function endOf(
  bet: TakenBet,
  game: LiveGame | undefined,
  outcome: LiveOutcome | undefined,
): { readonly text: string; readonly isVoid: boolean } | null {
  const { status } = strings.bets;
  // What happens to a bet alone is told with the bets; what happens to all of a game or an outcome, with the game.
  if (bet.status !== "open") return { text: status[bet.status], isVoid: bet.status === "void" };
  if (outcome?.withdrawn || game?.status === "voided") return { text: status.void, isVoid: true };
  return game?.status === "settled" ? { text: strings.status.settled, isVoid: false } : null;
}
