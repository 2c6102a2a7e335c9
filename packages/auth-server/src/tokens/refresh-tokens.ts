// Refresh tokens: opaque, used once, kept as hashes only.
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { type Clock, type UserId, unixMillis } from "../units.ts";
import type { NewRefreshToken, RefreshFamily, RefreshTokenRepository } from "./refresh-token-repository.ts";

/** 256 bits from the system, as base64url: not to be guessed, so a fast hash is enough at rest. */
const TOKEN_BYTES = 32;
const TOKEN_FORM = /^[A-Za-z0-9_-]{43}$/;

/** Seconds a browser stays logged in without being used: 30 days. */
export const REFRESH_LIFETIME = 30 * 24 * 3600;

export interface RefreshTokens {
  /** A token for a user who has just proved who they are. */
  begin(userId: UserId): Promise<string>;
  /** The next token in exchange for this one, or undefined where it is none, expired, revoked or used before. */
  rotate(token: string): Promise<(RefreshFamily & { readonly token: string }) | undefined>;
  /** Ends the login that the token belongs to. */
  end(token: string): Promise<void>;
  endAll(userId: UserId): Promise<void>;
}

export function createRefreshTokens(
  repository: RefreshTokenRepository,
  clock: Clock,
  onReuse: () => void,
): RefreshTokens {
  function newToken(): NewRefreshToken & { readonly token: string } {
    const token = randomBytes(TOKEN_BYTES).toString("base64url");
    return { token, tokenHash: hashOf(token), expiresAt: unixMillis(clock() + REFRESH_LIFETIME * 1000) };
  }
  return {
    async begin(userId) {
      const { token, ...stored } = newToken();
      await repository.begin({ family: randomUUID(), userId }, stored, clock());
      return token;
    },
    async rotate(used) {
      if (!TOKEN_FORM.test(used)) return undefined;
      const { token, ...stored } = newToken();
      const family = await repository.rotate(hashOf(used), stored, clock());
      if (family === "reused") onReuse();
      return typeof family === "string" ? undefined : { ...family, token };
    },
    async end(token) {
      if (TOKEN_FORM.test(token)) await repository.revokeFamilyOf(hashOf(token), clock());
    },
    endAll: (userId) => repository.logOutEverywhere(userId, clock()),
  };
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}
