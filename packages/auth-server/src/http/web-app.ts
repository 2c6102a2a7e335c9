// The built web app: its files, and its first page for the paths that the app itself understands.
import fastifyStatic from "@fastify/static";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { App } from "./fastify-types.ts";

/** Paths that belong to machines: an unknown one is an error, never the app's page. */
const RESERVED = /^\/(?:api|ws|metrics|healthz|readyz|statusz|figuresz)(?:[/?]|$)/;
/** The bundler puts a hash of the content into these names, so a name never changes its content. */
const HASHED = /[/\\]assets[/\\][^/\\]+-[A-Za-z0-9_-]{8,}\.[a-z0-9.]+$/;

export async function serveWebApp(app: App, root: string): Promise<void> {
  await app.register(fastifyStatic, {
    root,
    // The build lays .br and .gz files beside the assets; where there are none, the plain file goes out.
    preCompressed: true,
    cacheControl: false,
    setHeaders(reply, path) {
      // index.html names the hashed files, so the browser asks for it each time (and gets 304).
      const value = HASHED.test(path) ? "public, max-age=31536000, immutable" : "no-cache";
      reply.header("cache-control", value);
    },
  });
}

/** Whether a path that nothing answers is a page of the app: somebody's browser going there, to see something. */
export function isNavigation(request: FastifyRequest): boolean {
  const { method, headers } = request;
  const path = request.url.split("?", 1)[0] ?? "";
  if (method !== "GET" && method !== "HEAD") return false;
  if (RESERVED.test(path)) return false;
  if (/\.\.|%2f|%5c/i.test(path)) return false;
  // A missing script or image is an error too, and shall look like one.
  if (/\.[A-Za-z0-9]+$/.test(path)) return false;
  return (headers.accept ?? "").includes("text/html");
}

export function sendFirstPage(reply: FastifyReply): FastifyReply {
  return reply.sendFile("index.html");
}
