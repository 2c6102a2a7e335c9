// A system started as a demonstration: an operator breaks and mends nodes from the page, and watches that no bet is lost.
import { describe, expect, test } from "vitest";
import { register, signIn } from "./support/browser.ts";
import { eventually, startSuite } from "./support/suite.ts";

const suite = startSuite("--demo");

describe("a demonstration", () => {
  test("shows bets go on while nodes are killed, paused and restarted, none lost and none doubled", async () => {
    const operator = await suite.open();
    await signIn(operator, suite.system.admin.username, suite.system.admin.password);
    await operator.goto("/cluster");
    const figure = async (name: string) =>
      Number((await operator.getByTestId(`demo-${name}`).textContent())?.replaceAll(",", ""));
    await operator.getByRole("button", { name: "Start the bettors" }).click();
    await eventually(() => figure("accepted")).toBeGreaterThan(30);
    await operator.locator(".demo .chart canvas").waitFor();

    const leader = await operator
      .locator("li.node", { has: operator.locator(".role-leader") })
      .getByRole("heading")
      .textContent();
    const node = operator.getByTestId(`demo-${leader}`);
    await node.getByRole("button", { name: "Kill" }).click();
    await eventually(() => node.getAttribute("data-state")).toBe("down");
    const before = await figure("accepted");
    await eventually(() => figure("accepted")).toBeGreaterThan(before + 30);
    await node.getByRole("button", { name: "Restart" }).click();
    await eventually(() => node.getAttribute("data-state")).toBe("up");

    await node.getByRole("button", { name: "Pause" }).click();
    await eventually(() => node.getAttribute("data-state")).toBe("paused");
    await node.getByRole("button", { name: "Resume" }).click();
    await eventually(() => node.getAttribute("data-state")).toBe("up");

    await eventually(() => figure("checked")).toBeGreaterThan(before);
    expect([await figure("lost"), await figure("doubled")]).toEqual([0, 0]);
    // Whatever had no answer while a node was down has one now.
    await eventually(async () => {
      const text = (await operator.getByTestId("demo-unknown").textContent()) ?? "";
      const [unknown, resolved] = text.split(" → ");
      return unknown === resolved;
    }).toBe(true);
    await operator.getByRole("button", { name: "Stop the bettors" }).click();
    await operator.getByRole("button", { name: "Start the bettors" }).waitFor();
  });

  test("is nobody's but operators'", async () => {
    const anna = await suite.open();
    await register(anna);
    await anna.goto("/cluster");
    await anna.getByTestId("node-node1").waitFor();
    expect(await anna.getByTestId("demo").count()).toBe(0);
    const { origin } = suite.system;
    const enter = await fetch(`${origin}/api/auth/register`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ username: "mallory", password: "a fine long password" }),
    });
    const { accessToken } = (await enter.json()) as { accessToken: string };
    for (const [authorization, status] of [
      ["", 401],
      ["Bearer x", 401],
      [`Bearer ${accessToken}`, 403],
    ] as const) {
      for (const path of ["", "/stream", "/nodes/node1/kill", "/load/start"]) {
        const method = path === "" || path === "/stream" ? "GET" : "POST";
        const answer = await fetch(`${origin}/api/demo${path}`, { method, headers: { authorization } });
        expect(`${path} ${answer.status}`).toBe(`${path} ${status}`);
      }
    }
  });
});

test("through all of this no page threw, broke its content policy or asked another origin", () => {
  expect(suite.faults()).toEqual([]);
});
