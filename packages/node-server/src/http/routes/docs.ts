// The interface described: for programs as OpenAPI 3.1, for people as a page made of it.
import type { Services } from "../../services.ts";
import type { App } from "../app.ts";
import { docsPage } from "../docs-page.ts";

const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

export function docsRoutes(app: App, _services: Services): void {
  app.get("/api/openapi.json", { schema: { hide: true } }, (_request, reply) => reply.send(app.swagger()));

  app.get("/api/docs", { schema: { hide: true } }, (_request, reply) => {
    reply.raw.setHeader("content-security-policy", PAGE_POLICY);
    reply.type("text/html; charset=utf-8").send(docsPage(app.swagger()));
  });
}
