// Headers that tell a browser what this origin never does.
import helmet from "@fastify/helmet";
import type { App } from "./fastify-types.ts";

/** Two years, as browsers' preload lists want it. */
const HSTS = "max-age=63072000; includeSubDomains";

export async function addSecurityHeaders(app: App): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "manifest-src": ["'self'"],
        // 'self' takes in ws: and wss: of the same host and port (CSP 3, §6.7.2.8).
        "connect-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
      },
    },
    // Sent below, only where it is true.
    strictTransportSecurity: false,
    xFrameOptions: { action: "deny" },
  });
  app.addHook("onSend", async (request, reply) => {
    if (request.protocol === "https") reply.header("strict-transport-security", HSTS);
  });
}
