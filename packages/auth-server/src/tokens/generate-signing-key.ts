// A new Ed25519 key (RFC 8037), named by its thumbprint.
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";
import type { UnixMillis } from "../units.ts";
import type { SigningKey } from "./signing-keys.ts";

export async function generateSigningKey(signsFrom: UnixMillis): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const jwk = await exportJWK(privateKey);
  return { kid: await calculateJwkThumbprint(jwk, "sha256"), signsFrom, jwk };
}
