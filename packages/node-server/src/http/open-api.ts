// The OpenAPI 3.1 description: made from the schemas that validate, plus the headers that the hooks read.
import type { SwaggerTransform } from "@fastify/swagger";
import { Type } from "typebox";
import { closed, IdempotencyKey, Index } from "../contract/scalars.ts";
import { VERSION } from "../version.ts";

export const openApi = {
  openapi: "3.1.0",
  info: {
    title: "Quorumbook game node",
    description:
      "A real-time bookmaker whose book is replicated by Raft. Refusals are application/problem+json.",
    version: VERSION,
  },
  tags: [
    { name: "anyone", description: "No token needed" },
    { name: "bettors", description: "Any valid token" },
    { name: "admins", description: "Role admin" },
    { name: "operators", description: "Role operator or admin" },
  ],
  components: {
    securitySchemes: { token: { type: "http" as const, scheme: "bearer", bearerFormat: "JWT" } },
  },
};

const TAGS = { anyone: "anyone", user: "bettors", admin: "admins", operator: "operators" } as const;

/** Adds to a route's description what its configuration says of token, key and index. */
export const withHeaders: SwaggerTransform = ({ schema, url, route }) => {
  const { access = "anyone", key, internal } = route.config ?? {};
  const minIndex = { "Book-Min-Index": Type.Optional(Index) };
  const keyHeader =
    key === undefined
      ? {}
      : { "Idempotency-Key": key === "required" ? IdempotencyKey : Type.Optional(IdempotencyKey) };
  return {
    url,
    schema: {
      ...schema,
      ...(internal === true ? { hide: true } : {}),
      tags: [TAGS[access]],
      headers: closed({ ...minIndex, ...keyHeader }),
      ...(access === "anyone" ? {} : { security: [{ token: [] }] }),
    },
  };
};
