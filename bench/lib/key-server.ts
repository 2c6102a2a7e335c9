// An issuer of tokens for a bench, and its public keys over HTTP, as a game node fetches them.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createTokenIssuer, type TokenIssuer } from "../../packages/node-server/test/support/token-issuer.ts";

export interface KeyServer {
  readonly issuer: TokenIssuer;
  readonly jwksUrl: string;
  close(): void;
}

export async function startKeyServer(): Promise<KeyServer> {
  const issuer = await createTokenIssuer();
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "application/json").end(issuer.jwks);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { issuer, jwksUrl: `http://127.0.0.1:${port}/jwks.json`, close: () => server.close() };
}
