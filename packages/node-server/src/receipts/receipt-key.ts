// The key that checkpoints are signed with: one for the whole cluster, so that a bettor needs one public key only.
import { createPrivateKey, generateKeyPairSync, hkdfSync, type KeyObject } from "node:crypto";

const SEED_BYTES = 32;
/** What comes before the seed of an Ed25519 key in PKCS #8 (RFC 8410 §7). */
const PKCS8_ED25519 = Buffer.from("302e020100300506032b657004220420", "hex");

/**
 * The key in a PEM file.
 *
 * @throws Error where it is no private key of Ed25519
 */
export function receiptKeyOf(pem: string): KeyObject {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== "ed25519") throw new Error("not a private key of Ed25519");
  return key;
}

/**
 * Where no key is given the members derive the same one from the secret that they share: who could sign with it could
 * also join the cluster. Without a secret the key lasts as long as the node, which is for trying things out.
 */
export function receiptKeyFor(clusterId: string, clusterSecret: string | undefined): KeyObject {
  if (clusterSecret === undefined) return generateKeyPairSync("ed25519").privateKey;
  const seed = hkdfSync("sha256", clusterSecret, "", `quorumbook receipts of ${clusterId}`, SEED_BYTES);
  const der = Buffer.concat([PKCS8_ED25519, Buffer.from(seed)]);
  return createPrivateKey({ key: der, format: "der", type: "pkcs8" });
}
