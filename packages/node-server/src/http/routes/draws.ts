// Draws of virtual games: their public values for anyone, and seeds from whoever knows them.
import { gameId } from "@quorumbook/betting-core";
import { DrawAnswer } from "../../contract/answers.ts";
import { ProblemError } from "../../contract/problem-codes.ts";
import { IdParams, NoQuery, ReadQuery, RevealBody } from "../../contract/requests.ts";
import { timeToWire } from "../../contract/times.ts";
import type { Services } from "../../services.ts";
import type { App } from "../app.ts";
import { accepted, askerOf, readAt } from "../request-hooks.ts";
import { gameNotFound } from "./games.ts";

export function drawRoutes(app: App, services: Services): void {
  const { gateway } = services;

  app.get(
    "/api/games/:id/draw",
    {
      schema: {
        summary: "The draw of a virtual game: all that it takes to repeat it",
        params: IdParams,
        querystring: ReadQuery,
        response: { 200: DrawAnswer },
      },
    },
    (request, reply) => {
      readAt(reply, services);
      reply.send(drawNow(services, request.params.id));
    },
  );

  app.post(
    "/api/games/:id/reveal",
    {
      schema: {
        summary: "Reveals a seed of a closed game's draw; the last one draws the result",
        params: IdParams,
        body: RevealBody,
        querystring: NoQuery,
        response: { 200: DrawAnswer },
      },
      config: { access: "user", key: "optional" },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { seed } = request.body;
      const applied = await gateway.submit(
        {
          type: "revealSeed",
          ...askerOf(request),
          gameId: gameId(id),
          seed,
        },
        request.deadline,
      );
      accepted(reply, applied);
      readAt(reply, services);
      return reply.send(drawNow(services, id));
    },
  );
}

function drawNow({ machine }: Services, id: number): DrawAnswer {
  const draw = machine.book.draw(gameId(id));
  if (draw === undefined) {
    if (machine.book.game(gameId(id)) === undefined) throw gameNotFound(id);
    throw new ProblemError({ code: "not_found", detail: `The result of game ${id} is not drawn.` });
  }
  const { commitments, revealBy, seeds, weights } = draw;
  return {
    ...draw,
    commitments: [...commitments],
    revealBy: timeToWire(revealBy),
    seeds: [...seeds],
    weights: [...weights],
  };
}
