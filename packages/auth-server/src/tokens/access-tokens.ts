// Access tokens: JWTs that game nodes verify with the public keys alone.
import { createLocalJWKSet, importJWK, type JWTVerifyGetKey, jwtVerify, SignJWT } from "jose";
import { JOSEError } from "jose/errors";
import { type Clock, parseUserId, type UserId } from "../units.ts";
import type { User } from "../users/user.ts";
import { type PublicJwk, publicJwk, publishedKeysAt, type SigningKey, signingKeyAt } from "./signing-keys.ts";

export interface AccessTokenOptions {
  readonly issuer: string;
  readonly audience: string;
  /** Seconds. */
  readonly lifetime: number;
  readonly clock: Clock;
}

export interface AccessTokens {
  /** Seconds that a token given out now lives. */
  readonly lifetime: number;
  issue(user: User): Promise<string>;
  /** The `sub` of a valid token; undefined for every other, whatever is wrong with it. */
  verify(token: string): Promise<UserId | undefined>;
  jwks(): { keys: PublicJwk[] };
  /** Takes over keys that were added or removed on disk. */
  replaceKeys(keys: readonly SigningKey[]): void;
}

export function createAccessTokens(
  initial: readonly SigningKey[],
  options: AccessTokenOptions,
): AccessTokens {
  const { issuer, audience, lifetime, clock } = options;
  let keys = initial;
  let verifier: { readonly kids: string; readonly getKey: JWTVerifyGetKey } | undefined;

  const jwks = (): { keys: PublicJwk[] } => ({
    keys: publishedKeysAt(keys, clock(), lifetime * 1000).map(publicJwk),
  });

  /** The verifier keeps imported keys, so it is made anew only when the published keys change. */
  function currentVerifier(): JWTVerifyGetKey {
    const published = jwks();
    const kids = published.keys.map(({ kid }) => kid).join();
    if (verifier?.kids !== kids) verifier = { kids, getKey: createLocalJWKSet(published) };
    return verifier.getKey;
  }

  return {
    lifetime,
    jwks,
    replaceKeys(next) {
      keys = next;
    },
    async issue({ id, username, role }) {
      const key = signingKeyAt(keys, clock());
      if (key === undefined) throw new Error("there is no signing key");
      const now = Math.floor(clock() / 1000);
      return await new SignJWT({ username, role })
        .setProtectedHeader({ alg: "EdDSA", typ: "JWT", kid: key.kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(id)
        .setIssuedAt(now)
        .setExpirationTime(now + lifetime)
        .sign(await importJWK(key.jwk, "EdDSA"));
    },
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, currentVerifier(), {
          algorithms: ["EdDSA"],
          issuer,
          audience,
          requiredClaims: ["sub", "exp"],
          currentDate: new Date(clock()),
        });
        return parseUserId(payload.sub ?? "");
      } catch (error) {
        // Everything that can be wrong with a token is one of these; why, is nobody's business outside.
        if (error instanceof JOSEError) return undefined;
        throw error;
      }
    },
  };
}
