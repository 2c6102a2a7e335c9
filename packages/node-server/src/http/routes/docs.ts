// The interface described: for programs as OpenAPI 3.1, for people as a page made of it.
import type { Services } from "../../services.ts";
import type { App } from "../app.ts";
import { completeOpenApi } from "../complete-open-api.ts";
import { docsPage } from "../docs-page.ts";

const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

export function docsRoutes(app: App, _services: Services): void {
  // Both are the same for ever: made once, when somebody asks first.
  let json: string | undefined;
  let page: string | undefined;
  const document = (): object => completeOpenApi(app.swagger());

  app.get("/api/openapi.json", { schema: { hide: true } }, (_request, reply) => {
    json ??= JSON.stringify(document());
    reply.type("application/json; charset=utf-8").send(json);
  });

  app.get("/api/docs", { schema: { hide: true } }, (_request, reply) => {
    page ??= docsPage(document());
    reply.raw.setHeader("content-security-policy", PAGE_POLICY);
    reply.type("text/html; charset=utf-8").send(page);
  });
}
