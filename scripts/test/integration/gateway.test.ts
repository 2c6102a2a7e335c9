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
});
