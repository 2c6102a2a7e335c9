import { cashOuts, games } from "../client.ts";
import { formatMoney } from "../format/money.ts";
import { isPool } from "../format/strategy.ts";
import type { BetRecord } from "../stores/bets.ts";
import type { CashOutState } from "../stores/cash-outs.ts";
import { problemText, strings } from "../strings.ts";
import { useKeptFocus } from "./use-kept-focus.ts";

/** Sells an open bet back to the house: the price first, then the sale at that price and no other. */
export function CashOut({ bet }: { bet: BetRecord }) {
  const state = cashOuts.states.value.get(bet.id);
  const game = games.find(bet.gameId)?.value;
  const box = useKeptFocus<HTMLDivElement>(state?.type);
  // A pool has no price, and a game that takes no bets buys none back.
  if (state === undefined && game && (game.status !== "open" || isPool(game))) return null;
  return (
    <div
      ref={box}
      class="cash-out"
      role="group"
      aria-label={strings.cashOut.of(bet.id)}
      tabIndex={-1}
      data-testid={`cash-out-${bet.id}`}
    >
      <Step betId={bet.id} state={state} />
    </div>
  );
}

function Step({ betId, state }: { betId: number; state: CashOutState | undefined }) {
  const words = strings.cashOut;
  switch (state?.type) {
    case undefined:
      return (
        <button type="button" class="button small" onClick={() => void cashOuts.ask(betId)}>
          {words.ask}
        </button>
      );
    case "asking":
      return <span role="status">{words.asking}</span>;
    case "offered":
      return (
        <>
          <span role="status">{words.offered(formatMoney(state.price))}</span>
          {state.problem && (
            <span class="trouble" role="alert">
              {problemText(state.problem)}
            </span>
          )}
          <Answers
            betId={betId}
            yes={words.take(formatMoney(state.price))}
            no={words.keep}
            kind="button small primary"
          />
        </>
      );
    case "selling":
      return <span role="status">{state.isChecking ? words.checking : words.selling}</span>;
    case "moved":
      return (
        <div class={state.to > state.from ? "moved up" : "moved down"} role="alert">
          <span>{words.moved(formatMoney(state.from), formatMoney(state.to))}</span>
          <Answers betId={betId} yes={words.accept} no={words.cancel} kind="button small" />
        </div>
      );
    case "refused":
      return (
        <>
          <span class="trouble" role="alert">
            {problemText(state.problem)}
          </span>
          <button type="button" class="button small" onClick={() => void cashOuts.ask(betId)}>
            {words.askAgain}
          </button>
        </>
      );
    default:
      return state satisfies never;
  }
}

function Answers(props: { betId: number; yes: string; no: string; kind: string }) {
  return (
    <span class="moved-answers">
      <button type="button" class={props.kind} onClick={() => void cashOuts.sell(props.betId)}>
        {props.yes}
      </button>
      <button type="button" class="button small" onClick={() => cashOuts.dismiss(props.betId)}>
        {props.no}
      </button>
    </span>
  );
}
