// What the entry point lets through, and what it does not.
import { describe, expect, it } from "vitest";
import { expectRefusal, expectStatus } from "../support/http.ts";
import type { World } from "../support/people.ts";

export function entryPointSuite(world: () => World): void {
  describe("the entry point", () => {
    it("serves the web app", async () => {
      const page = await world().anyone.get("/");
      expectStatus(page, 200);
      expect(page.headers["content-type"]).toMatch(/^text\/html/);
      expect(page.text).toMatch(/<!doctype html>/i);
      const asset = /(?:src|href)="(\/[^"]+\.(?:js|css))"/.exec(page.text)?.[1];
      expect(asset, "an asset of the page").toBeDefined();
      expectStatus(await world().anyone.get(asset!), 200);
    });

    it("serves the descriptions of both interfaces", async () => {
      for (const path of ["/api/openapi.json", "/api/auth/openapi.json"]) {
        const answer = await world().anyone.get<{ openapi: string; paths: Record<string, object> }>(path);
        expectStatus(answer, 200);
        expect(answer.body.openapi).toMatch(/^3\.1\./);
        expect(Object.keys(answer.body.paths).length).toBeGreaterThan(5);
      }
      const docs = await world().anyone.get("/api/docs");
      expectStatus(docs, 200);
      expect(docs.headers["content-type"]).toMatch(/^text\/html/);
    });

    it("shows nothing of the inside, however it is spelled", async () => {
      const paths = [
        "/metrics",
        "/healthz",
        "/readyz",
        "/internal/revocations",
        "/%69nternal/revocations",
        "/metrics/",
        "/metrics?x=1",
        "//metrics",
        "/./metrics",
        "/%6detrics",
        "/%6D%65%74%72%69%63%73",
        "/metric%73",
        "/%2e/metrics",
        "/%2Fmetrics",
        "/api/../metrics",
        "/api/%2e%2e/metrics",
        "/api/..%2fmetrics",
        "/api/%2e%2e%2fmetrics",
        "/api/auth/../../metrics",
        "/api/auth/..%2f..%2freadyz",
        "/ws/../metrics",
        "/api/../healthz",
        "/api/..;/readyz",
        "/api\\..\\metrics",
        "/healthz%20",
        "/%72eadyz",
        "/api/metrics",
        "/api/healthz",
        "/api/readyz",
      ];
      for (const path of paths) {
        const answer = await world().anyone.get(path);
        expect({ path, status: answer.status }).toEqual({ path, status: 404 });
        expectRefusal(answer, 404, "not_found");
      }
    });

    it("answers unknown paths of the interface with a problem, not with the web app", async () => {
      for (const path of ["/api", "/api/", "/api/none", "/api/auth", "/api/auth/none", "/api/games/1/none"]) {
        expectRefusal(await world().anyone.get(path), 404, "not_found");
      }
    });
  });
}
