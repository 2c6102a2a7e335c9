// Signatures are checked by the platform's WebCrypto, which browsers and Node have under the same name.

interface Subtle {
  importKey(
    format: "raw",
    key: Uint8Array,
    algorithm: "Ed25519",
    extractable: boolean,
    usages: readonly ["verify"],
  ): Promise<object>;
  verify(algorithm: "Ed25519", key: object, signature: Uint8Array, data: Uint8Array): Promise<boolean>;
}

/**
 * @throws Error where the platform has no WebCrypto with Ed25519; a browser has it on secure origins alone
 */
export async function ed25519Verifies(
  publicKey: Uint8Array,
  signature: Uint8Array,
  signed: Uint8Array,
): Promise<boolean> {
  const { crypto } = globalThis as { readonly crypto?: { readonly subtle?: Subtle } };
  if (crypto?.subtle === undefined)
    throw new Error("signatures cannot be checked here: there is no WebCrypto");
  const key = await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
  return await crypto.subtle.verify("Ed25519", key, signature, signed);
}
