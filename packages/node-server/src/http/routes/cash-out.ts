// Selling a bet back before its game is decided.
import { betId, minorUnits } from "@quorumbook/betting-core";
import { CashOutQuoteAnswer, PlacedAnswer } from "../../contract/answers.ts";
import { ProblemError } from "../../contract/problem-codes.ts";
import { CashOutBody, IdParams, NoQuery, ReadQuery } from "../../contract/requests.ts";
import type { Services } from "../../services.ts";
import { betAnswer } from "../../views/bet-answer.ts";
import { betGameAnswer } from "../../views/game-answer.ts";
import { rejectionProblem } from "../../views/rejection-problem.ts";
import type { App } from "../app.ts";
import { accepted, askerOf, readAt } from "../request-hooks.ts";
import { betNotFound } from "./bets.ts";

export function cashOutRoutes(app: App, services: Services): void {
  const { machine, gateway } = services;

  app.get(
    "/api/bets/:id/cash-out",
    {
      schema: {
        summary: "What an own bet can be sold for",
        params: IdParams,
        querystring: ReadQuery,
        response: { 200: CashOutQuoteAnswer },
      },
      config: { access: "user" },
    },
    (request, reply) => {
      readAt(reply, services);
      const quote = machine.book.cashOutPrice(betId(request.params.id), askerOf(request).actor);
      if ("code" in quote) throw new ProblemError(rejectionProblem(quote));
      reply.send({ price: quote.price, version: quote.version });
    },
  );

  app.post(
    "/api/bets/:id/cash-out",
    {
      schema: {
        summary: "Sells an own bet",
        params: IdParams,
        body: CashOutBody,
        querystring: NoQuery,
        response: { 200: PlacedAnswer },
      },
      config: { access: "user", key: "required" },
    },
    async (request, reply) => {
      const id = betId(request.params.id);
      const { price, accept = "exact" } = request.body;
      const applied = await gateway.submit(
        { type: "cashOut", ...askerOf(request), betId: id, price: minorUnits(price), accept },
        request.deadline,
      );
      const { balance, seq } = accepted(reply, applied);
      readAt(reply, services);
      const bet = machine.book.bet(id);
      const game = bet === undefined ? undefined : machine.book.game(bet.gameId);
      if (bet === undefined || game === undefined) throw betNotFound(request.params.id);
      return reply.send({ bet: betAnswer(bet), balance, seq, game: betGameAnswer(game) });
    },
  );
}
