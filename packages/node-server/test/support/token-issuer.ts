// An auth-server as far as a game node knows one: keys, and the tokens they sign.
import { exportJWK, generateKeyPair, SignJWT } from "jose";

export interface TokenClaims {
  readonly sub?: string;
  readonly role?: string;
  readonly issuer?: string;
  readonly audience?: string;
  /** Seconds since 1970. */
  readonly expires?: number;
  readonly kid?: string;
  /** Seconds since 1970: not to be taken before. */
  readonly notBefore?: number;
}

export interface TokenIssuer {
  /** The document at jwks.json. */
  readonly jwks: string;
  /** How a verifier fetches it; counts, and fails while `down`. */
  readonly fetchKeys: () => Promise<Response>;
  fetches: number;
  down: boolean;
  token(user: string, role?: string, claims?: TokenClaims): Promise<string>;
}

export async function createTokenIssuer(now: () => number = Date.now): Promise<TokenIssuer> {
  const { publicKey, privateKey } = await generateKeyPair("EdDSA", { extractable: true });
  const jwks = JSON.stringify({
    keys: [{ ...(await exportJWK(publicKey)), kid: "key-1", alg: "EdDSA", use: "sig" }],
  });
  const issuer: TokenIssuer = {
    jwks,
    fetches: 0,
    down: false,
    async fetchKeys() {
      issuer.fetches += 1;
      if (issuer.down) throw new TypeError("fetch failed");
      return new Response(jwks, { headers: { "content-type": "application/json" } });
    },
    token(user, role = "bettor", claims = {}) {
      const seconds = Math.floor(now() / 1000);
      const nbf = claims.notBefore === undefined ? {} : { nbf: claims.notBefore };
      return new SignJWT({ username: user, role: claims.role ?? role, ...nbf })
        .setProtectedHeader({ alg: "EdDSA", kid: claims.kid ?? "key-1" })
        .setSubject(claims.sub ?? user)
        .setIssuer(claims.issuer ?? "quorumbook")
        .setAudience(claims.audience ?? "quorumbook")
        .setIssuedAt(seconds)
        .setExpirationTime(claims.expires ?? seconds + 900)
        .sign(privateKey);
    },
  };
  return issuer;
}
