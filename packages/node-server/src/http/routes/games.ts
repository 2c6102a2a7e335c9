// Games, for anyone; a new one, for admins.
import { gameId, logIndex } from "@quorumbook/betting-core";
import { gameCommand } from "../../commands/game-command.ts";
import { GameAnswer, GamesPage, OddsHistoryAnswer } from "../../contract/answers.ts";
import { oddsToWire } from "../../contract/odds.ts";
import { ProblemError } from "../../contract/problem-codes.ts";
import {
  GameBody,
  GamesQuery,
  IdParams,
  NoQuery,
  OddsHistoryQuery,
  ReadQuery,
} from "../../contract/requests.ts";
import { timeToWire } from "../../contract/times.ts";
import type { Services } from "../../services.ts";
import { gameAnswer } from "../../views/game-answer.ts";
import type { App } from "../app.ts";
import { pageAnswer, pageQuery } from "../paging.ts";
import { accepted, askerOf, readAt } from "../request-hooks.ts";

export function gameRoutes(app: App, services: Services): void {
  const { machine, gateway } = services;

  app.get(
    "/api/games",
    { schema: { summary: "Games, newest first", querystring: GamesQuery, response: { 200: GamesPage } } },
    (request, reply) => {
      const { status, category, q, ...page } = request.query;
      readAt(reply, services);
      const games = machine.book.games({
        ...(status === undefined ? {} : { status }),
        ...(category === undefined ? {} : { category }),
        ...(q === undefined ? {} : { q }),
        ...pageQuery(page),
      });
      reply.send(pageAnswer(games, gameAnswer));
    },
  );

  app.get(
    "/api/games/:id",
    {
      schema: {
        summary: "One game",
        params: IdParams,
        querystring: ReadQuery,
        response: { 200: GameAnswer },
      },
    },
    (request, reply) => {
      readAt(reply, services);
      reply.send(gameNow(services, request.params.id));
    },
  );

  app.get(
    "/api/games/:id/odds-history",
    {
      schema: {
        summary: "How the odds moved: at most 1000 points, first and last kept",
        params: IdParams,
        querystring: OddsHistoryQuery,
        response: { 200: OddsHistoryAnswer },
      },
    },
    (request, reply) => {
      const { id } = request.params;
      const { since } = request.query;
      readAt(reply, services);
      const points = machine.book.oddsHistory(gameId(id), since === undefined ? undefined : logIndex(since));
      if (points === undefined) throw gameNotFound(id);
      reply.send({
        items: points.map(({ index, at, odds }) => ({
          index,
          at: timeToWire(at),
          odds: odds.map((each) => (each === null ? null : oddsToWire(each))),
        })),
      });
    },
  );

  app.post(
    "/api/games",
    {
      schema: {
        summary: "Opens a game",
        body: GameBody,
        querystring: NoQuery,
        response: { 201: GameAnswer },
      },
      config: { access: "admin", key: "optional" },
    },
    async (request, reply) => {
      const applied = await gateway.submit(gameCommand(request.body, askerOf(request)), request.deadline);
      const { gameId } = accepted(reply, applied);
      readAt(reply, services);
      return reply.code(201).send(gameNow(services, gameId));
    },
  );
}

/**
 * The game as this replica has it.
 *
 * @throws ProblemError `game_not_found`
 */
export function gameNow({ machine }: Services, id: number): GameAnswer {
  const game = machine.book.game(gameId(id));
  if (game === undefined) throw gameNotFound(id);
  return gameAnswer(game);
}

export function gameNotFound(id: number): ProblemError {
  return new ProblemError({
    code: "game_not_found",
    detail: `There is no game ${id}.`,
    facts: { gameId: id },
  });
}
