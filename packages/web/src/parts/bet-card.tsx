import { useState } from "preact/hooks";
import type { Bet } from "@quorumbook/client";
import { commands, games, preferences } from "../client.ts";
import { formatMoney } from "../format/money.ts";
import { formatOdds } from "../format/odds.ts";
import { formatClock, formatTimeExact } from "../format/time.ts";
import type { BetRecord } from "../stores/bets.ts";
import { problemText, strings } from "../strings.ts";
import { download } from "./download.ts";

export function BetCard({ bet }: { bet: BetRecord }) {
  const [verdict, setVerdict] = useState("");
  const game = games.find(bet.gameId)?.value;
  const question = game?.question ?? bet.question ?? strings.bets.game(bet.gameId);
  const label =
    game?.outcomes.find((outcome) => outcome.key === bet.outcome)?.label ?? bet.label ?? bet.outcome;
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
      <p class="card-foot">
        <span>
          {strings.bets.reference(bet.id)} · {strings.bets.logEntry(bet.index)}
        </span>
        <button type="button" class="link" onClick={() => saveReceipt(bet, question, label)}>
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

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** Asks a majority of the cluster what the bet is, and compares what cannot change. */
async function verify(bet: BetRecord, say: (verdict: string) => void): Promise<void> {
  say(strings.bets.verifying);
  const answer = await commands.verifyBet(bet.id);
  if (!answer.ok) say(problemText(answer.problem));
  else
    say(isSameBet(bet, answer.value) ? strings.bets.verified(formatClock(Date.now())) : strings.bets.differs);
}

function isSameBet(a: Bet, b: Bet): boolean {
  const agreed = (bet: Bet) =>
    [bet.id, bet.gameId, bet.outcome, bet.stake, bet.odds, bet.potentialPayout, bet.index, bet.status].join(
      " ",
    );
  return agreed(a) === agreed(b);
}

/** The bet as a file of the bettor's own: what was agreed, and where in the log it stands. */
function saveReceipt(bet: BetRecord, question: string, label: string): void {
  const { id, gameId, outcome, stake, odds, potentialPayout, status, payout, placedAt, index } = bet;
  const receipt = {
    id,
    gameId,
    question,
    outcome,
    label,
    stake,
    odds,
    potentialPayout,
    status,
    payout,
    placedAt,
    index,
  };
  download(`bet-${id}.json`, "application/json", `${JSON.stringify(receipt, null, 2)}\n`);
}
