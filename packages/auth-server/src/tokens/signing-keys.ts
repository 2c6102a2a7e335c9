// The rules of key rotation, as functions of a list of keys and a time.
//
// A new key is published before it signs, so that verifiers know it when its first token comes; an old one stays
// published until its last token has expired.
import type { JWK } from "jose";
import type { UnixMillis } from "../units.ts";

export interface SigningKey {
  /** Thumbprint of the public key (RFC 7638). */
  readonly kid: string;
  /** When it starts to sign. */
  readonly signsFrom: UnixMillis;
  /** The private key. */
  readonly jwk: JWK;
}

/** Allowed for clocks that differ, beyond the life of a token. */
export const CLOCK_SKEW_MS = 300_000;

/** RFC 8037 §2, public part. */
export type PublicJwk = Readonly<Record<"kty" | "crv" | "x" | "kid" | "alg" | "use", string>>;

/** The key that signs at `now`: the newest that has begun, or the first of all. */
export function signingKeyAt(keys: readonly SigningKey[], now: UnixMillis): SigningKey | undefined {
  const ordered = inOrder(keys);
  return ordered.findLast((key) => key.signsFrom <= now) ?? ordered[0];
}

/** The keys whose tokens may still be valid at `now`, and those yet to sign. */
export function publishedKeysAt(
  keys: readonly SigningKey[],
  now: UnixMillis,
  accessLifeMs: number,
): readonly SigningKey[] {
  const ordered = inOrder(keys);
  return ordered.filter((_key, at) => {
    const successor = ordered[at + 1];
    return successor === undefined || now < successor.signsFrom + accessLifeMs + CLOCK_SKEW_MS;
  });
}

/** The public part of a key as JWKS has it. Picks what may be shown rather than removing what may not. */
export function publicJwk({ kid, jwk }: SigningKey): PublicJwk {
  const { kty, crv, x } = jwk;
  if (kty !== "OKP" || crv !== "Ed25519" || x === undefined) throw new Error(`key ${kid} is no Ed25519 key`);
  return { kty, crv, x, kid, alg: "EdDSA", use: "sig" };
}

function inOrder(keys: readonly SigningKey[]): readonly SigningKey[] {
  return [...keys].sort((a, b) => a.signsFrom - b.signsFrom || (a.kid < b.kid ? -1 : 1));
}
