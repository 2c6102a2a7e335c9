// A user's bets.
import { betId, gameId } from "@quorumbook/betting-core";
import { betCommand } from "../../commands/bet-command.ts";
import { BetDetailAnswer, BetsPage, PlacedAnswer } from "../../contract/answers.ts";
import { ProblemError } from "../../contract/problem-codes.ts";
import { BetBody, BetsQuery, IdParams, NoQuery, ReadQuery } from "../../contract/requests.ts";
import type { Services } from "../../services.ts";
import { betDetailAnswer } from "../../views/bet-answer.ts";
import { placedAnswer } from "../../views/placed-answer.ts";
import type { App } from "../app.ts";
import { pageAnswer, pageQuery } from "../paging.ts";
import { accepted, askerOf, readAt } from "../request-hooks.ts";

export function betRoutes(app: App, services: Services): void {
  const { machine, gateway } = services;

  app.post(
    "/api/bets",
    {
      schema: {
        summary: "Places a bet",
        body: BetBody,
        querystring: NoQuery,
        response: { 201: PlacedAnswer },
      },
      config: { access: "user", key: "required" },
    },
    async (request, reply) => {
      const applied = await gateway.submit(betCommand(request.body, askerOf(request)), request.deadline);
      const outcome = accepted(reply, applied);
      readAt(reply, services);
      return reply.code(201).send(placedAnswer(outcome, machine.book));
    },
  );

  app.get(
    "/api/bets",
    {
      schema: { summary: "Own bets, newest first", querystring: BetsQuery, response: { 200: BetsPage } },
      config: { access: "user" },
    },
    (request, reply) => {
      const { gameId: ofGame, status, ...page } = request.query;
      readAt(reply, services);
      const bets = machine.book.bets({
        userId: askerOf(request).actor,
        ...(ofGame === undefined ? {} : { gameId: gameId(ofGame) }),
        ...(status === undefined ? {} : { status }),
        ...pageQuery(page),
      });
      reply.send(pageAnswer(bets, betDetailAnswer));
    },
  );

  app.get(
    "/api/bets/:id",
    {
      schema: {
        summary: "An own bet",
        params: IdParams,
        querystring: ReadQuery,
        response: { 200: BetDetailAnswer },
      },
      config: { access: "user" },
    },
    (request, reply) => {
      const { id } = request.params;
      readAt(reply, services);
      const bet = machine.book.bet(betId(id));
      // Somebody else's bet is answered like none: ids are not to be guessed.
      if (bet === undefined || bet.userId !== askerOf(request).actor) {
        throw betNotFound(id);
      }
      reply.send(betDetailAnswer(bet));
    },
  );
}

export function betNotFound(id: number): ProblemError {
  return new ProblemError({ code: "bet_not_found", detail: `There is no bet ${id} of yours.` });
}
