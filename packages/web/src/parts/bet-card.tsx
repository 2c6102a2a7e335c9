import { useState } from "preact/hooks";
import { games, preferences, receipts } from "../client.ts";
import { type BetFate, fateOf } from "../format/bet-fate.ts";
import { formatMoney } from "../format/money.ts";
import { formatOdds } from "../format/odds.ts";
import { formatTimeExact } from "../format/time.ts";
import type { BetRecord } from "../stores/bets.ts";
import { problemText, strings } from "../strings.ts";
import { CashOut } from "./cash-out.tsx";
import { download } from "./download.ts";

const list = new Intl.ListFormat();

export function BetCard({ bet }: { bet: BetRecord }) {
  const [verdict, setVerdict] = useState("");
  const game = games.find(bet.gameId)?.value;
  const question = game?.question ?? bet.question ?? strings.bets.game(bet.gameId);
  const label =
    game?.outcomes.find((outcome) => outcome.key === bet.outcome)?.label ?? bet.label ?? bet.outcome;
  const fate = fateOf(bet, game);
  const paid = bet.status === "open" ? null : (bet.payout ?? 0);
  return (
    <li class={`card bet-card ${bet.status}`} data-testid={`bet-${bet.id}`} data-status={bet.status}>
      <div class="card-head">
        <div>
          <strong class="bet-label">{label}</strong>{" "}
          <span class="odds">{formatOdds(bet.odds, preferences.oddsFormat.value)}</span>
          <p class="bet-question">
            <a href={`/games/${bet.gameId}`}>{question}</a>
          </p>
        </div>
        <span class={`badge bet-${bet.status}`}>{strings.bets.status[bet.status]}</span>
      </div>
      <dl class="facts">
        <Fact name={strings.bets.stake} value={formatMoney(bet.stake)} />
        {paid === null ? (
          <Fact name={strings.bets.potential} value={formatMoney(bet.potentialPayout)} />
        ) : (
          <Fact name={strings.bets.paid} value={formatMoney(paid)} />
        )}
        <Fact name={strings.bets.placed} value={formatTimeExact(bet.placedAt)} />
      </dl>
      {fate && <p class="fate">{fateText(fate)}</p>}
      {bet.status === "open" && <CashOut bet={bet} />}
      <p class="card-foot">
        <span>
          {strings.bets.reference(bet.id)} · {strings.bets.logEntry(bet.index)}
        </span>
        <button type="button" class="link" onClick={() => void saveReceipt(bet, question, label, setVerdict)}>
          {strings.bets.receipt}
        </button>
        <button type="button" class="link" onClick={() => void verify(bet, setVerdict)}>
          {strings.bets.verify}
        </button>
      </p>
      <p class="verdict" role="status">
        {verdict}
      </p>
    </li>
  );
}

function fateText(fate: BetFate): string {
  const words = strings.bets.fate;
  switch (fate.type) {
    case "result":
      return words.result(fate.winner);
    case "deadHeat":
      return words.deadHeat(list.format(fate.winners));
    case "withdrawn":
      return words.withdrawn(fate.label);
    case "waiting":
    case "gameVoid":
    case "push":
    case "betVoid":
      return words[fate.type];
    default:
      return fate satisfies never;
  }
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** Checks the bet's receipt against the house's signature, here in the browser. */
async function verify(bet: BetRecord, say: (verdict: string) => void): Promise<void> {
  say(strings.bets.verifying);
  const verdict = await receipts.verify(bet);
  if (verdict.type === "proven") say(strings.bets.proven(verdict.entries));
  else say(verdict.type === "problem" ? problemText(verdict.problem) : strings.bets.unproven[verdict.type]);
}

/** The bet as a file of the bettor's own: what was agreed, and what proves it to anybody. */
async function saveReceipt(
  bet: BetRecord,
  question: string,
  label: string,
  say: (trouble: string) => void,
): Promise<void> {
  const answer = await receipts.fetch(bet.id);
  if (!answer.ok) {
    say(problemText(answer.problem));
    return;
  }
  const { id, gameId, outcome, stake, odds, potentialPayout, placedAt, index } = bet;
  const agreed = { id, gameId, question, outcome, label, stake, odds, potentialPayout, placedAt, index };
  const file = { bet: agreed, ...answer.value };
  download(`bet-${id}.json`, "application/json", `${JSON.stringify(file, null, 2)}\n`);
}
