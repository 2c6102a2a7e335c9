// Sentences for what was refused and for what became of a bet.
import { type Bet, factNumber, type Problem } from "@quorumbook/client";
import { formatMoney } from "../format/money.ts";
import type { Tone } from "../stores/notices.ts";
import { admins } from "./admins.ts";
import { frame } from "./frame.ts";

/** Sentences for refusals, by code. What is not listed says what the server said. */
const problems = new Map<string, (problem: Problem) => string>(
  Object.entries({
    network_failed: () => "No connection. Try again in a moment.",
    not_understood: () => "The server gave no usable answer. Try again in a moment.",
    outcome_unknown: () => "The answer got lost on the way. Try again with the same details.",
    no_leader: () => "The cluster is choosing a leader. Try again in a moment.",
    overloaded: () => "Too busy right now. Try again in a moment.",
    replica_behind: () => "The server is catching up. Try again in a moment.",
    unauthenticated: () => "Please sign in again.",
    invalid_credentials: () => "User name or password is wrong.",
    username_taken: () => "This user name is taken.",
    wrong_password: () => "The current password is wrong.",
    rate_limited: (problem: Problem) =>
      problem.retryAfter === undefined
        ? "Too many attempts. Wait a little."
        : Math.ceil(problem.retryAfter) === 1
          ? "Too many attempts. Wait a second."
          : `Too many attempts. Wait ${Math.ceil(problem.retryAfter)} seconds.`,
    forbidden: () => "Your account may not do this.",
    limit_reached: (problem: Problem) =>
      factNumber(problem, "remaining") === null
        ? "This would go over a limit that you set."
        : `This would go over a limit that you set: ${money(problem, "remaining")} is left of it.`,
    excluded: () => "You are taking a break from betting.",
    betting_closed: () => "This game takes no more bets.",
    odds_changed: () => "The odds have changed.",
    outcome_not_offered: () => "This outcome is not offered now.",
    stake_too_small: () => "The stake is too small to win anything.",
    stake_above_cap: (problem: Problem) => `The most that can be staked now is ${money(problem, "cap")}.`,
    insufficient_balance: (problem: Problem) =>
      `Not enough money: your balance is ${money(problem, "balance")}.`,
    house_underfunded: () => "The house cannot cover this margin.",
    preview_stale: () => admins.admin.stale,
    margin_exceeded: () => "Without these stakes the house could lose more on the game than its margin.",
    drawn_game: () => "This result is drawn: the parties' seeds decide it, and nobody else.",
    unknown_seed: () => "This seed opens no commitment of this draw.",
    reveal_too_late: () => "It is too late to reveal seeds: the game is void.",
    no_cash_out: () => "There is no price for this bet now.",
    price_changed: () => "The price has changed.",
    bet_closed: () => "This bet is not open any more.",
    outcome_withdrawn: () => "This outcome is withdrawn: it cannot win any more.",
    wrong_status: () => "The status of the game does not allow this now.",
    bet_not_found: () => "There is no bet of this number.",
    already_settled: () => "Already settled with another result.",
  } satisfies Record<string, (problem: Problem) => string>),
);

/** What a person is told about a refusal. */
export function problemText(problem: Problem): string {
  return problems.get(problem.code)?.(problem) ?? problem.detail;
}

/** The notice for an own bet that was just decided. */
export function settledNotice(bet: Bet): [Tone, string] {
  const payout = formatMoney(bet.payout ?? 0);
  switch (bet.status) {
    case "won":
      return ["good", `Bet ${bet.id} won: ${payout} paid out.`];
    case "lost":
      return ["plain", `Bet ${bet.id} lost.`];
    case "void":
      return ["plain", `Bet ${bet.id} is void: ${payout} returned.`];
    case "cashedOut":
      return ["good", `Bet ${bet.id} is cashed out: ${payout} paid.`];
    case "open":
      return ["plain", `Bet ${bet.id} is open again.`];
    default:
      return bet.status satisfies never;
  }
}

function money(problem: Problem, fact: string): string {
  const amount = factNumber(problem, fact);
  return amount === null ? frame.unknown : formatMoney(amount);
}
