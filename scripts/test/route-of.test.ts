import { describe, expect, it } from "vitest";
import { routeOf } from "../gateway/route-of.ts";

describe("the gateway's routes", () => {
  it.each([
    ["/api/games", "node"],
    ["/api/games?status=open&q=%2Fmetrics", "node"],
    ["/api/games/%31", "node"],
    ["/api", "node"],
    ["/api/authors", "node"],
    ["/api/demo", "demo"],
    ["/api/demo/nodes/node1/kill", "demo"],
    ["/api/demos", "node"],
    ["/ws", "node"],
    ["/ws?x=1", "node"],
    ["/api/auth/login", "auth"],
    ["/api/auth", "auth"],
    ["/", "auth"],
    ["/assets/index-abc.js", "auth"],
    ["/games/12", "auth"],
    ["/wsx", "auth"],
  ])("sends %s to the %s", (target, route) => {
    expect(routeOf(target)).toBe(route);
  });

  it.each([
    "/metrics",
    "/healthz",
    "/readyz",
    "/internal/revocations",
    "/metrics/",
    "/metrics?x",
    "/metrics#x",
    "/METRICS",
    "/%6detrics",
    "/%6Detrics",
    "/%256detrics",
    "/metrics%20",
    "/metrics%00",
    "/metrics%3fx",
    "/metrics;x=1",
    "//metrics",
    "/./metrics",
    "/api/../metrics",
    "/api/%2e%2e/metrics",
    "/api/..%2fmetrics",
    "/api/auth/../../metrics",
    "/%2fmetrics",
    "/%5cmetrics",
    "/\\metrics",
    "/api//games",
    "/api/auth/%2e%2e/games",
    "/%",
    "/%ff",
    "http://127.0.0.1/metrics",
    "*",
    "",
  ])("sends %s nowhere", (target) => {
    expect(routeOf(target)).toBe("nowhere");
  });
});
