import { describe, expect, it } from "vitest";
import { Gateway } from "../../gateway/gateway.ts";
import { httpJson } from "../../lib/http-json.ts";
import { until } from "../../lib/until.ts";
import { describeEntryPoint, from, systemBehind } from "./entry-point-contract.ts";

const open = Gateway.open.bind(Gateway);

describeEntryPoint("the gateway", open);

describe("the gateway's choice of nodes", () => {
  it("keeps a node that is not ready out of the rotation, and takes it back", async () => {
    const { a, url } = await systemBehind(open);
    a.ready = false;
    const onlyB = await until(async () => {
      const answers = await Promise.all([1, 2, 3, 4].map(() => httpJson(`${url}/api/games`)));
      return answers.every((answer) => from(answer) === "b");
    }, 5_000);
    expect(onlyB).toBe(true);
    a.ready = true;
    expect(await until(async () => from(await httpJson(`${url}/api/games`)) === "a", 5_000)).toBe(true);
  });

  it("blames no node for a stall of its own", async () => {
    const { url, gateway } = await systemBehind(open);
    for (let stall = 0; stall < 3; stall += 1) {
      // As a burst of closing sockets does: nothing is heard, and then all timers fire at once.
      const until = performance.now() + 900;
      while (performance.now() < until) JSON.parse('{"busy":true}');
      const answer = await httpJson(`${url}/api/games`);
      expect(answer.status).toBe(200);
      expect(gateway.port).toBeGreaterThan(0);
    }
  });

  it("asks a node that is behind or cut off only where no node is ready, and one that is starting never", async () => {
    const { a, b, url } = await systemBehind(open);
    const ask = async () => from(await httpJson(`${url}/api/games`));
    a.ready = false;
    a.status = "cut-off";
    const onlyB = await until(async () => (await ask()) === "b" && (await ask()) === "b", 5_000);
    expect(onlyB).toBe(true);
    for (let asked = 0; asked < 6; asked += 1) expect(await ask()).toBe("b");
    b.ready = false;
    const onlyA = await until(async () => (await ask()) === "a" && (await ask()) === "a", 5_000);
    expect(onlyA).toBe(true);
    for (let asked = 0; asked < 6; asked += 1) expect(await ask()).toBe("a");
  });
});
