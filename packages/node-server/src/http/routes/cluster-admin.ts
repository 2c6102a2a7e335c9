// What an operator does with the cluster: members in and out, who leads, the book's version, snapshots. Any node takes it; the log sees to
// it that the leader does it.
import { Readable } from "node:stream";
import { ClusterAnswer, ClusterFiguresAnswer, SnapshotAnswer } from "../../contract/answers.ts";
import { ProblemError } from "../../contract/problem-codes.ts";
import {
  EmptyBody,
  LeaderBody,
  LearnerBody,
  MemberParams,
  NoQuery,
  ReadQuery,
  VersionBody,
} from "../../contract/requests.ts";
import { REQUEST_WAIT_MS } from "../../replication/deadline.ts";
import { logRefusalOf } from "../../replication/log-refusals.ts";
import type { Services } from "../../services.ts";
import { clusterNow } from "../../views/cluster-now.ts";
import type { App } from "../app.ts";
import { readAt } from "../request-hooks.ts";

export function clusterAdminRoutes(app: App, services: Services): void {
  const { log } = services;
  const config = { access: "operator", key: "optional" } as const;
  const answer = { querystring: NoQuery, response: { 200: ClusterAnswer } };

  app.post(
    "/api/cluster/learners",
    {
      schema: {
        summary: "Adds a member without a vote, started to join; answers once that is committed",
        body: LearnerBody,
        querystring: NoQuery,
        response: { 201: ClusterAnswer },
      },
      config,
    },
    async (request, reply) => {
      const { nodeId, address } = request.body;
      await tried(
        log.changeMembers({ type: "add-learner", nodeId, address }, request.deadline.within(REQUEST_WAIT_MS)),
      );
      readAt(reply, services);
      return reply.code(201).send(clusterNow(services));
    },
  );

  app.post(
    "/api/cluster/members/:id/promote",
    {
      schema: {
        summary: "Gives a learner its vote",
        params: MemberParams,
        body: EmptyBody,
        ...answer,
      },
      config,
    },
    async (request, reply) => {
      const nodeId = memberOf(services, request.params.id);
      await tried(log.changeMembers({ type: "promote", nodeId }, request.deadline.within(REQUEST_WAIT_MS)));
      readAt(reply, services);
      return reply.send(clusterNow(services));
    },
  );

  app.delete(
    "/api/cluster/members/:id",
    {
      schema: { summary: "Takes a member out, be it the leader", params: MemberParams, ...answer },
      config,
    },
    async (request, reply) => {
      const nodeId = memberOf(services, request.params.id);
      await tried(log.changeMembers({ type: "remove", nodeId }, request.deadline.within(REQUEST_WAIT_MS)));
      readAt(reply, services);
      return reply.send(clusterNow(services));
    },
  );

  app.post(
    "/api/cluster/leader",
    { schema: { summary: "Hands leadership to a voter", body: LeaderBody, ...answer }, config },
    async (request, reply) => {
      await tried(log.handOver(request.body.nodeId, request.deadline.within(REQUEST_WAIT_MS)));
      readAt(reply, services);
      return reply.send(clusterNow(services));
    },
  );

  app.post(
    "/api/cluster/version",
    {
      schema: {
        summary: "Makes the book another version on every node, once all members' programs know it",
        body: VersionBody,
        ...answer,
      },
      config,
    },
    async (request, reply) => {
      await tried(log.raiseVersion(request.body.version, request.deadline.within(REQUEST_WAIT_MS)));
      readAt(reply, services);
      return reply.send(clusterNow(services));
    },
  );

  app.post(
    "/api/cluster/snapshot",
    {
      schema: {
        summary: "Takes a snapshot on the answering node; answers once it is durable",
        body: EmptyBody,
        querystring: NoQuery,
        response: { 200: SnapshotAnswer },
      },
      config,
    },
    async (_request, reply) => {
      const index = await tried(log.takeSnapshot());
      readAt(reply, services);
      return reply.send({ nodeId: log.status().nodeId, index });
    },
  );

  app.get(
    "/api/cluster/figures",
    {
      schema: {
        summary: "Figures of all nodes: queues, connections, snapshots, and how long commits take",
        querystring: ReadQuery,
        response: { 200: ClusterFiguresAnswer },
      },
      config: { access: "operator" },
    },
    (_request, reply) => {
      readAt(reply, services);
      reply.send(services.clusterFigures());
    },
  );

  app.get(
    "/api/cluster/backup",
    {
      schema: {
        summary: "The answering node's latest snapshot, as bytes with checksums of their own",
        querystring: ReadQuery,
      },
      config: { access: "operator" },
    },
    async (_request, reply) => {
      const backup = await tried(log.backup());
      if (backup === undefined) {
        throw new ProblemError({
          code: "not_found",
          detail: "This node has no snapshot yet: have one taken.",
        });
      }
      return reply
        .header("book-index", backup.index)
        .header("content-length", backup.bytes)
        .header("content-disposition", `attachment; filename="book-${backup.index}.backup"`)
        .type("application/octet-stream")
        .send(Readable.from(backup.data, { objectMode: false }));
    },
  );
}

/** The log's failures as refusals. What is unknown cannot be asked for by key: no book remembers it. */
async function tried<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    const refusal = logRefusalOf(error);
    if (!(refusal instanceof ProblemError) || refusal.refusal.code !== "outcome_unknown") throw refusal;
    const detail = "The request may or may not take effect. Look at the cluster to find out.";
    throw new ProblemError({ ...refusal.refusal, detail }, { cause: error });
  }
}

function memberOf({ log }: Services, id: string): string {
  if (log.status().members.some(({ nodeId }) => nodeId === id)) return id;
  throw new ProblemError({ code: "not_found", detail: `There is no member ${id}.` });
}
