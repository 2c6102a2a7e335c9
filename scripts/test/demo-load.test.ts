// The demonstration's bettors, before a system that stops in the middle of their bets.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { DemoLoad } from "../demo/demo-load.ts";

/** Longer than a bettor waits before asking again. */
const QUIET_MS = 700;

describe("the demonstration's bettors", () => {
  it("ask nothing more once they are closed, though a bet is not decided", async () => {
    let [bets, asked] = [0, 0];
    const server = createServer((request, response) => {
      asked += 1;
      const path = request.url ?? "";
      if (path === "/api/bets") bets += 1;
      const answer = path.startsWith("/api/auth")
        ? { accessToken: "t", expiresIn: 900 }
        : path === "/api/bets"
          ? { code: "no_leader" }
          : { id: 1 };
      const status = path === "/api/bets" ? 503 : 201;
      request.resume();
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const errors: unknown[] = [];
    const load = new DemoLoad(
      `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      async (username) => ({ username, password: "p" }),
      (error) => errors.push(error),
    );
    try {
      await load.start();
      await expect.poll(() => bets).toBeGreaterThan(0);
      load.close();
      const before = asked;
      await sleep(QUIET_MS);
      expect(asked).toBe(before);
      expect(errors).toEqual([]);
      expect(load.figures.running).toBe(false);
    } finally {
      load.close();
      server.closeAllConnections();
      server.close();
    }
  });
});
