// The whole interface at every node, with the leader on every node in turn: nine short tours, each of which comes by
// every row of docs/api.md. What the answers mean in depth is the other suites' matter.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { expectStatus, Http } from "../support/http.ts";
import { PASSWORD, type Person, personOf, type Session, type World } from "../support/people.ts";
import type { NodeStatus } from "../support/system.ts";
import { waitFor } from "../support/wait-for.ts";
import { messages } from "../suites/sockets.ts";
import { tourAuth } from "./auth-tour.ts";
import { LogBook } from "./log-book.ts";
import { tourRefusals } from "./refusals-tour.ts";
import { tourRoutes } from "./routes-tour.ts";
import {
  ANSWER_HEADERS,
  AUTH_ROUTES,
  CLIENT_MESSAGES,
  CODES_ELSEWHERE,
  MESSAGES_ELSEWHERE,
  NODE_ROUTES,
  REQUEST_HEADERS,
  ROUTES_ELSEWHERE,
} from "./rows.ts";
import { tourSocket } from "./socket-tour.ts";
import type { Stop } from "./stop.ts";

const NODES = ["node1", "node2", "node3"] as const;
const docs = (name: string): string =>
  readFileSync(join(import.meta.dirname, "../../../../docs", name), "utf8");

export function tourSuite(world: () => World): void {
  describe("the whole interface", () => {
    const logBook = new LogBook();
    let status: readonly NodeStatus[];
    let operator: Person;

    beforeAll(async () => {
      status = await world().system.status();
      operator = await anOperator(world());
    });
    it("of auth-server is as described", async () => {
      await tourAuth(world(), new Http(world().system.port, undefined, logBook));
    });

    for (const leader of NODES) {
      it(`is the same at every node while ${leader} leads`, { timeout: 90_000 }, async () => {
        await haveLead(operator, leader);
        for (const asked of NODES) {
          const node = status.find(({ nodeId }) => nodeId === asked)!;
          const anyone = new Http(node.httpPort, undefined, logBook);
          const bettor = await world().bettor();
          const stop: Stop = {
            name: `${leader}-${asked}`,
            leader,
            node,
            anyone,
            bettor: anyone.as(bettor.token),
            bettorToken: bettor.token,
            admin: anyone.as(world().admin.token),
            adminToken: world().admin.token,
            operator: anyone.as(operator.token),
            logBook,
          };
          await tourRoutes(stop);
          await tourRefusals(stop);
          await tourSocket(stop);
        }
      });
    }

    it("has no row that was not come by", async () => {
      const routesAt = async (path: string): Promise<string[]> => {
        const { body } = await world().anyone.get<{ paths: Record<string, Record<string, unknown>> }>(path);
        return Object.entries(body.paths).flatMap(([route, methods]) =>
          Object.keys(methods).map((method) => `${method.toUpperCase()} ${route}`),
        );
      };
      expect((await routesAt("/api/openapi.json")).toSorted()).toEqual([...NODE_ROUTES].toSorted());
      expect((await routesAt("/api/auth/openapi.json")).toSorted()).toEqual([...AUTH_ROUTES].toSorted());
      const elsewhere = Object.keys(ROUTES_ELSEWHERE);
      expect(missing([...NODE_ROUTES, ...AUTH_ROUTES], logBook.routes, elsewhere)).toEqual([]);

      const listed = [...docs("errors.md").matchAll(/^\| `([a-z_]+)` \| \d{3}/gm)].map(([, code]) => code!);
      expect(missing(listed, logBook.codes, Object.keys(CODES_ELSEWHERE))).toEqual([]);
      expect(missing(logBook.codes, listed)).toEqual([]);

      expect(missing(CLIENT_MESSAGES, logBook.said)).toEqual([]);
      const described = [...Object.keys(messages), "betRejected"];
      expect(missing(described, logBook.heard, Object.keys(MESSAGES_ELSEWHERE))).toEqual([]);
      expect(missing(logBook.heard, described)).toEqual([]);

      expect(missing(REQUEST_HEADERS, logBook.requestHeaders)).toEqual([]);
      expect(missing(ANSWER_HEADERS, logBook.answerHeaders)).toEqual([]);
    });

    it("has no row that the documentation leaves out", () => {
      const page = docs("api.md");
      for (const row of [...NODE_ROUTES, ...AUTH_ROUTES]) {
        const path = row.split(" ")[1] ?? "";
        const last = `/${path.split("/").at(-1) ?? ""}`;
        // Rows that differ in the last part alone share a line: `…/suspend`, `/resume`, `/close`.
        expect(page.includes(path) || page.includes(`\`${last}\``), row).toBe(true);
      }
      for (const name of [...CLIENT_MESSAGES, ...Object.keys(messages)]) expect(page).toContain(name);
      for (const name of [...REQUEST_HEADERS, ...ANSWER_HEADERS]) {
        // Headers whose meaning is HTTP's own need no page of ours.
        if (name !== "www-authenticate" && name !== "retry-after") expect(page.toLowerCase()).toContain(name);
      }
    });
  });
}

/** Those of the wanted that are in none of the others. */
function missing(wanted: Iterable<string>, ...found: readonly Iterable<string>[]): string[] {
  const all = new Set(found.flatMap((some) => [...some]));
  return [...new Set(wanted)].filter((one) => !all.has(one));
}

async function anOperator(world: World): Promise<Person> {
  const person = await world.bettor();
  const made = await world.admin.http.send("PATCH", `/api/auth/users/${person.id}`, { role: "operator" });
  expectStatus(made, 200);
  const credentials = { username: person.username, password: PASSWORD };
  const login = await world.anyone.post<Session>("/api/auth/login", credentials);
  return personOf(world.anyone, login.body);
}

/** An election or a change of members may be under way: asked again, until it leads. */
async function haveLead(operator: Person, nodeId: string): Promise<void> {
  await waitFor(
    `${nodeId} leads`,
    async () => {
      const answer = await operator.http.post<{ leader: string | null }>("/api/cluster/leader", { nodeId });
      return answer.status === 200 && answer.body.leader === nodeId;
    },
    20_000,
  );
}
