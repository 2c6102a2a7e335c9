import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { describe, expect, it } from "vitest";
import { httpJson } from "../../lib/http-json.ts";
import { findNginx, Nginx, requireNginx } from "../../nginx/nginx.ts";
import { describeEntryPoint, from, systemBehind } from "./entry-point-contract.ts";

const path = process.env["PATH"] ?? "";

async function open(settings: Parameters<typeof Nginx.open>[0]) {
  const nginx = await Nginx.open(settings, path);
  return {
    port: settings.port,
    setNodes: (nodes: typeof settings.nodes) => nginx.setNodes(nodes),
    close: () => nginx.close(),
  };
}

describe.skipIf(findNginx(path) === undefined)("with nginx on this machine", () => {
  describeEntryPoint("nginx", open);

  describe("nginx's choice of nodes", () => {
    it("asks another node for a read that one cannot answer at the moment", async () => {
      const { a, b, url } = await systemBehind(open);
      a.handler = (_, response) => {
        response.writeHead(503, { "content-type": "application/problem+json" });
        response.end('{"code":"replica_behind"}');
      };
      for (let i = 0; i < 4; i += 1) expect(from(await httpJson(`${url}/api/games`))).toBe("b");
      expect(b.seen).toHaveLength(4);
    });

    it("hands a node's own refusal of a write on, and asks nobody else", async () => {
      const { a, b, url } = await systemBehind(open);
      a.handler = (_, response) => {
        response.writeHead(503, { "content-type": "application/problem+json", "retry-after": "1" });
        response.end('{"code":"no_leader"}');
      };
      b.handler = a.handler;
      const answer = await httpJson(`${url}/api/bets`, { method: "POST", body: {} });
      expect([answer.status, answer.json]).toEqual([503, { code: "no_leader" }]);
      expect([...a.seen, ...b.seen]).toEqual(["POST /api/bets"]);
    });

    it.each([
      "/%6Detrics",
      "/%256detrics",
      "/metrics%20",
      "/METRICS",
      "/metrics;x=1",
      "/./metrics",
      "/api/../metrics",
      "/api/%2e%2e/metrics",
      "/api/..%2fmetrics",
      "/api/auth/%2e%2e/games",
      "/%5cmetrics",
      "/api//games",
      "/%ff/../metrics",
      "/metrics%00",
      "/%",
    ])("sends %s nowhere", async (target) => {
      const { a, b, auth, gateway } = await systemBehind(open);
      // As it is: a URL would be put in order first.
      const asked = request({ host: "127.0.0.1", port: gateway.port, path: target }).end();
      const [answer] = (await once(asked, "response")) as [IncomingMessage];
      answer.resume();
      expect([400, 404]).toContain(answer.statusCode);
      expect([...a.seen, ...b.seen, ...auth.seen]).toEqual([]);
    });
  });
});

describe("without nginx", () => {
  it("says how to get it, or to do without", () => {
    expect(() => requireNginx("/nowhere:/at/all", [])).toThrow(/apt-get install nginx.*--nginx/);
  });
});
