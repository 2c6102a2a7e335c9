// POST /api/bets on uWebSockets.js: the one request that has to be fast. It answers what is in order; whatever is
// not, down to an unusual header, it leaves to fastify's route, so that every refusal of a request has one origin.
import type { CommandOf } from "@quorumbook/betting-core";
import { betCommand } from "../commands/bet-command.ts";
import { ProblemError, type Refusal } from "../contract/problem-codes.ts";
import { BetBody } from "../contract/requests.ts";
import { compileGuard } from "../contract/validation.ts";
import { parseJsonBody } from "../http/json-body.ts";
import { FAILED_WRITE, problemBody, problemHeaders } from "../http/problem.ts";
import { indexOf, isKey } from "../http/request-headers.ts";
import { REQUEST_ID_HEADER, requestIdOf } from "../http/request-id.ts";
import type { RequestLog } from "../http/request-log.ts";
import { SECURITY_HEADERS } from "../http/security-headers.ts";
import { Deadline } from "../replication/deadline.ts";
import type { Identity } from "../security/token-verifier.ts";
import type { Services } from "../services.ts";
import { placedAnswer } from "../views/placed-answer.ts";
import { rejectionProblem } from "../views/rejection-problem.ts";
import type { Exchange, RequestHead } from "./exchange.ts";

export const BETS_PATH = "/api/bets";

const BEARER = "Bearer ";
const JSON_TYPE = "application/json";
const JSON_ANSWER = ["content-type", "application/json; charset=utf-8"];

/** All in one: each header that is written on its own is a call out of JavaScript. */
const SECURITY_BLOCK = oneHeader(SECURITY_HEADERS);

const guard = compileGuard(BetBody);

/** A request in whose head nothing is to be refused. */
interface OrderlyHead {
  readonly identity: Identity;
  readonly key: string;
  readonly requestId: string;
  /** Of all that the request waits for. */
  readonly deadline: Deadline;
  /** Monotonic, in milliseconds. */
  readonly startedAt: number;
}

export class BetRoute {
  readonly #services: Services;
  readonly #log: RequestLog;

  constructor(services: Services, log: RequestLog) {
    this.#services = services;
    this.#log = log;
  }

  /** @returns undefined where the head is not in order, or its token has to be looked at */
  read({ headers, url, fault }: RequestHead): OrderlyHead | undefined {
    const { authorization = "", "idempotency-key": key = "", "book-min-index": minIndex } = headers;
    if (fault !== undefined || url !== BETS_PATH || headers["content-type"] !== JSON_TYPE) return undefined;
    if (!isKey(key) || !authorization.startsWith(BEARER)) return undefined;
    const seen = minIndex === undefined ? 0 : indexOf(minIndex);
    if (seen === undefined || seen > this.#services.gateway.index) return undefined;
    const identity = this.#services.tokens.known(authorization.slice(BEARER.length));
    if (identity === undefined) return undefined;
    return {
      identity,
      key,
      requestId: requestIdOf(headers[REQUEST_ID_HEADER]),
      deadline: new Deadline(),
      startedAt: performance.now(),
    };
  }

  /** @returns undefined where the request is not in order after all */
  place(exchange: Exchange, head: OrderlyHead, body: Buffer): Promise<void> | undefined {
    const command = this.#command(head, body);
    return command === undefined ? undefined : this.#place(exchange, head, command);
  }

  #command({ identity, key }: OrderlyHead, body: Buffer): CommandOf<"placeBet"> | undefined {
    const { machine } = this.#services;
    const actor = identity.userId;
    if (machine.book.account(actor) === undefined) return undefined;
    try {
      const request = parseJsonBody(body);
      return guard.accepts(request) ? betCommand(request, { actor, key }) : undefined;
    } catch (error) {
      if (error instanceof ProblemError) return undefined;
      throw error;
    }
  }

  /** Never throws: whatever becomes of the bet, the client is told. */
  async #place(exchange: Exchange, head: OrderlyHead, command: CommandOf<"placeBet">): Promise<void> {
    const { gateway, machine, rates } = this.#services;
    let decidedBy: number | undefined;
    try {
      rates.take(head.identity.userId);
      const { outcome, commandIndex } = await gateway.submit(command, head.deadline);
      decidedBy = commandIndex;
      if (outcome.status === "rejected") {
        this.#refuse(exchange, head, rejectionProblem(outcome.rejection), decidedBy);
        return;
      }
      const text = JSON.stringify(placedAnswer(outcome, machine.book));
      this.#answer(exchange, head, 201, JSON_ANSWER, text, decidedBy);
    } catch (error) {
      if (!(error instanceof ProblemError)) this.#log.failed(error, head.requestId, BETS_PATH);
      this.#refuse(exchange, head, error instanceof ProblemError ? error.refusal : FAILED_WRITE, decidedBy);
    }
  }

  #refuse(exchange: Exchange, head: OrderlyHead, refusal: Refusal, commandIndex?: number): void {
    const body = problemBody(refusal);
    this.#answer(exchange, head, body.status, problemHeaders(refusal), JSON.stringify(body), commandIndex);
  }

  #answer(
    exchange: Exchange,
    { requestId, startedAt, identity, key }: OrderlyHead,
    status: number,
    headers: readonly string[],
    text: string,
    commandIndex: number | undefined,
  ): void {
    const index = ["book-index", String(this.#services.gateway.index)];
    if (commandIndex !== undefined) index.push("book-command-index", String(commandIndex));
    exchange.answer(status, [...SECURITY_BLOCK, REQUEST_ID_HEADER, requestId, ...index, ...headers], text);
    this.#log.answered({
      method: "POST",
      route: BETS_PATH,
      status,
      ms: performance.now() - startedAt,
      requestId,
      user: identity.userId,
      key,
      index: commandIndex,
    });
  }
}

/** Some headers, as one whose value has the others behind it, as they are written. */
function oneHeader([name = "", value = "", ...more]: readonly string[]): readonly [string, string] {
  let block = value;
  for (let at = 0; at < more.length; at += 2) block += `\r\n${more[at] ?? ""}: ${more[at + 1] ?? ""}`;
  return [name, block];
}
