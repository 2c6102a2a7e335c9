// Bets over one connection: the same rules and outcomes as over REST.
import type { CommandOf } from "@quorumbook/betting-core";
import { betCommand } from "../commands/bet-command.ts";
import { ProblemError, type Refusal } from "../contract/problem-codes.ts";
import type { PlaceBetMessage } from "../contract/socket-messages.ts";
import { unauthenticated } from "../security/token-verifier.ts";
import { rejectionProblem } from "../views/rejection-problem.ts";
import { asReplay, betConfirmedText, betGame, betRejectedText } from "./messages.ts";
import type { Outbox } from "./outbox.ts";
import type { PersonalStream } from "./personal-stream.ts";
import type { SessionContext } from "./session.ts";

/** Bets of one connection that wait for their commit. */
const WAITING_MAX = 1_024;

const TOO_MANY: Refusal = {
  code: "overloaded",
  detail: `At most ${WAITING_MAX} bets of a connection wait at once; this one was not looked at.`,
};

/** What is said of a failure within the node: the bet may have been committed before. */
const FAILED: Refusal = {
  code: "outcome_unknown",
  detail: "The node failed while it dealt with the bet. Repeat it with the same requestId to find out.",
};

export class BetDesk {
  readonly #outbox: Outbox;
  readonly #personal: PersonalStream;
  readonly #context: SessionContext;
  #waiting = 0;

  constructor(outbox: Outbox, personal: PersonalStream, context: SessionContext) {
    this.#outbox = outbox;
    this.#personal = personal;
    this.#context = context;
  }

  /** Never throws: whatever becomes of the bet, the client is told. */
  async place(message: PlaceBetMessage): Promise<void> {
    const { requestId } = message;
    const { services, now, onError } = this.#context;
    const { identity } = this.#personal;
    this.#waiting += 1;
    try {
      if (identity === undefined || identity.expiresAt <= now()) throw unauthenticated();
      if (this.#waiting > WAITING_MAX) throw new ProblemError(TOO_MANY);
      services.rates.take(identity.userId);
      await this.#decide(betCommand(message, { actor: identity.userId, key: requestId }), requestId);
    } catch (error) {
      if (!(error instanceof ProblemError)) onError(error);
      this.reject(requestId, error instanceof ProblemError ? error.refusal : FAILED);
    } finally {
      this.#waiting -= 1;
    }
  }

  async #decide(command: CommandOf<"placeBet">, requestId: string): Promise<void> {
    const { services } = this.#context;
    const { outcome, replayed, commandIndex } = await services.gateway.submit(command);
    if (outcome.status === "rejected") {
      const text = betRejectedText(requestId, rejectionProblem(outcome.rejection), commandIndex);
      this.#outbox.send(replayed ? asReplay(text) : text);
      return;
    }
    // A new bet has come with the personal stream by now, unless that has stopped meanwhile.
    if (!replayed && this.#personal.identity?.userId === command.actor) return;
    const { bet, balance, seq } = outcome;
    const game = betGame(bet.gameId, services.machine.book);
    const text = betConfirmedText({ index: commandIndex, requestId, bet, balance, seq, game });
    this.#outbox.send(replayed ? asReplay(text) : text);
  }

  /** Says no to a bet that the book was not asked about. */
  reject(requestId: string, refusal: Refusal): void {
    this.#outbox.send(betRejectedText(requestId, refusal));
  }
}
