// What an admin does with a game after it was opened.
import { setImmediate } from "node:timers/promises";
import { type CommandOf, gameId } from "@quorumbook/betting-core";
import { verdict } from "../../commands/verdict.ts";
import { GameAnswer, SettledAnswer, SettlePreviewAnswer } from "../../contract/answers.ts";
import { invalidField } from "../../contract/invalid-field.ts";
import { ProblemError } from "../../contract/problem-codes.ts";
import {
  IdParams,
  NoQuery,
  ReasonBody,
  ResettleBody,
  SettleBody,
  VerdictBody,
  WithdrawBody,
} from "../../contract/requests.ts";
import type { Services } from "../../services.ts";
import { rejectionProblem } from "../../views/rejection-problem.ts";
import type { App } from "../app.ts";
import { accepted, askerOf, readAt } from "../request-hooks.ts";
import { gameNotFound, gameNow } from "./games.ts";

/** Bets that a preview looks at in one turn of the loop: less than a millisecond. */
const PREVIEW_BETS = 20_000;

const CHANGES = [
  ["suspend", "suspendGame", "Stops betting for a while"],
  ["resume", "resumeGame", "Takes bets again"],
  ["close", "closeGame", "Stops betting for good"],
  ["void", "voidGame", "Returns all stakes"],
] as const satisfies readonly (readonly [
  string,
  CommandOf<"suspendGame" | "resumeGame" | "closeGame" | "voidGame">["type"],
  string,
])[];

export function gameLifecycleRoutes(app: App, services: Services): void {
  const { machine, gateway } = services;
  const config = { access: "admin", key: "optional" } as const;

  for (const [path, type, summary] of CHANGES) {
    app.post(
      `/api/games/:id/${path}`,
      {
        schema: {
          summary,
          params: IdParams,
          body: ReasonBody,
          querystring: NoQuery,
          response: { 200: GameAnswer },
        },
        config,
      },
      async (request, reply) => {
        const id = gameId(request.params.id);
        const applied = await gateway.submit(
          { type, ...askerOf(request), gameId: id, ...request.body },
          request.deadline,
        );
        accepted(reply, applied);
        readAt(reply, services);
        return reply.send(gameNow(services, id));
      },
    );
  }

  app.post(
    "/api/games/:id/withdraw",
    {
      schema: {
        summary: "Takes an outcome out of a game: bets on it are void",
        params: IdParams,
        body: WithdrawBody,
        querystring: NoQuery,
        response: { 200: GameAnswer },
      },
      config,
    },
    async (request, reply) => {
      const id = gameId(request.params.id);
      const { outcome, reason, force } = request.body;
      const forced = force === true ? { force } : {};
      const applied = await gateway.submit(
        { type: "withdrawOutcome", ...askerOf(request), gameId: id, outcome, reason, ...forced },
        request.deadline,
      );
      accepted(reply, applied);
      readAt(reply, services);
      return reply.send(gameNow(services, id));
    },
  );

  app.post(
    "/api/games/:id/settle/preview",
    {
      schema: {
        summary: "What settling would pay; changes nothing",
        params: IdParams,
        body: VerdictBody,
        querystring: NoQuery,
        response: { 200: SettlePreviewAnswer },
      },
      config: { access: "admin" },
    },
    async (request, reply) => {
      const id = gameId(request.params.id);
      const asked = verdict(request.body);
      // The users to be paid are counted in slices; what is answered is the book at one index all the same.
      while (!machine.book.prepareSettlePreview(id, asked, PREVIEW_BETS)) await setImmediate();
      readAt(reply, services);
      const game = machine.book.game(id);
      if (game === undefined) throw gameNotFound(id);
      const keys = asked.winners ?? (asked.winner === undefined ? [] : [asked.winner]);
      for (const outcome of keys) {
        if (game.outcomes.some(({ key }) => key === outcome)) continue;
        throw new ProblemError(rejectionProblem({ code: "unknown_outcome", outcome }));
      }
      const gone = game.outcomes.find(({ key, withdrawn }) => withdrawn === true && keys.includes(key));
      if (gone !== undefined) {
        throw new ProblemError(rejectionProblem({ code: "outcome_withdrawn", outcome: gone.key }));
      }
      if (new Set(keys).size < keys.length) throw invalidField("/winners", "must be outcomes, each once");
      const preview = machine.book.settlePreview(id, asked);
      if (preview === undefined) {
        throw new ProblemError({
          code: "wrong_status",
          detail: `The game is ${game.status}.`,
          facts: { gameStatus: game.status },
        });
      }
      const { winners, paid, bookResult, accounts, previewHash } = preview;
      return reply.send({ winners, paid, bookResult, accounts, previewHash });
    },
  );

  const settling = { params: IdParams, querystring: NoQuery, response: { 200: SettledAnswer } };

  app.post(
    "/api/games/:id/settle",
    { schema: { summary: "Settles a closed game", body: SettleBody, ...settling }, config },
    async (request, reply) => {
      const id = gameId(request.params.id);
      const { previewHash } = request.body;
      const applied = await gateway.submit(
        {
          type: "settleGame",
          ...askerOf(request),
          gameId: id,
          ...verdict(request.body),
          ...(previewHash === undefined ? {} : { previewHash }),
        },
        request.deadline,
      );
      const { winners, paid, bookResult } = accepted(reply, applied);
      readAt(reply, services);
      return reply.send({ game: gameNow(services, id), winners, paid, bookResult });
    },
  );

  app.post(
    "/api/games/:id/resettle",
    { schema: { summary: "Settles a settled game anew", body: ResettleBody, ...settling }, config },
    async (request, reply) => {
      const id = gameId(request.params.id);
      const applied = await gateway.submit(
        {
          type: "resettleGame",
          ...askerOf(request),
          gameId: id,
          ...verdict(request.body),
          reason: request.body.reason,
        },
        request.deadline,
      );
      const { winners, paid, bookResult } = accepted(reply, applied);
      readAt(reply, services);
      return reply.send({ game: gameNow(services, id), winners, paid, bookResult });
    },
  );
}
