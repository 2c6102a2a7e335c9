// Bets as text, made as cheaply as can be: the load's share of the two cores is not to be ours.
import { freshKey, type Policy } from "./bettors.ts";

const OUTCOMES = ["opt1", "opt2", "opt3"];
/** Below whatever is offered, for who takes any odds. */
const LEAST_ODDS = 1.01;

/** The odds that the answers showed, by game: what a bettor with a lock on the odds bets at. */
export class OddsSeen {
  readonly #odds = new Map<number, number[]>();

  of(game: number, outcome: number): number {
    return this.#odds.get(game)?.[outcome] ?? LEAST_ODDS;
  }

  /** From an answer's text: `"game":{"id":…,"version":…,"outcomes":[{…,"odds":1.65,…},…]}`. */
  note(game: number, answer: string): void {
    const odds: number[] = [];
    let at = answer.indexOf('"outcomes":');
    for (let outcome = 0; outcome < OUTCOMES.length; outcome += 1) {
      at = answer.indexOf('"odds":', at) + 7;
      odds.push(Number.parseFloat(answer.slice(at, at + 9)));
    }
    this.#odds.set(game, odds);
  }

  /** From the refusal of a bet at odds that have changed: `"currentOdds":1.65`. */
  noteChanged(game: number, outcome: number, refusal: string): void {
    const found = /"currentOdds":(?<odds>[0-9.]+)/.exec(refusal)?.groups?.["odds"];
    if (found === undefined) return;
    const odds = this.#odds.get(game) ?? OUTCOMES.map(() => LEAST_ODDS);
    odds[outcome] = Number(found);
    this.#odds.set(game, odds);
  }
}

export interface NextBet {
  readonly game: number;
  readonly outcome: number;
  readonly bettor: number;
  readonly stake: number;
  /** The body of POST /api/bets. */
  readonly body: string;
}

/** Bets in no order, but the same in each run. */
export function betsOn(
  games: readonly number[],
  bettors: number,
  policy: Policy,
  seen: OddsSeen,
): () => NextBet {
  let number = 0;
  return () => {
    number += 1;
    const mixed = mix(number);
    const game = games[mixed % games.length] as number;
    const outcome = (mixed >>> 8) % OUTCOMES.length;
    const odds = policy === "any" ? LEAST_ODDS : seen.of(game, outcome);
    const stake = 100 + ((mixed >>> 4) % 900);
    return {
      game,
      outcome,
      bettor: (mixed >>> 6) % bettors,
      stake,
      body: `{"gameId":${game},"outcome":"${OUTCOMES[outcome]}","stake":${stake},"odds":${odds},"accept":"${policy}"}`,
    };
  };
}

/** The whole request. */
export function betRequest(token: string, body: string, contentType = "application/json"): string {
  return (
    "POST /api/bets HTTP/1.1\r\nHost: 127.0.0.1\r\n" +
    `Content-Type: ${contentType}\r\n` +
    `Authorization: Bearer ${token}\r\nIdempotency-Key: ${freshKey()}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  );
}

function mix(number: number): number {
  let mixed = Math.imul(number ^ (number >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
