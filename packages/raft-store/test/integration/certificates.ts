import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import type { TlsCredentials } from "../../src/index.ts";

// The few pieces of ASN.1 DER (X.690) and X.509 (RFC 5280) that a certificate of an elliptic key is made of.
const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const { length } = body;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.of(tag, ...size), body]);
};
const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const oid = (...bytes: readonly number[]): Buffer => der(0x06, Buffer.from(bytes));
const bits = (bytes: Uint8Array): Buffer => der(0x03, Buffer.of(0), bytes);
const utcTime = (at: Date): Buffer =>
  der(0x17, Buffer.from(`${at.toISOString().replaceAll(/[-:T]/g, "").slice(2, 14)}Z`));

const ECDSA_SHA256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
const COMMON_NAME = oid(0x55, 0x04, 0x03);
const BASIC_CONSTRAINTS = oid(0x55, 0x1d, 0x13);
const SUBJECT_ALT_NAME = oid(0x55, 0x1d, 0x11);

const nameOf = (common: string): Buffer =>
  sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(common)))));
const extension = (id: Buffer, value: Buffer): Buffer => sequence(id, der(0x04, value));

function pem(bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

function certificate(
  subject: string,
  key: KeyObject,
  issuer: { readonly name: string; readonly key: KeyObject },
  extensions: readonly Buffer[],
): string {
  const hour = 3_600_000;
  const serial = randomBytes(8);
  serial[0] = 1;
  const content = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, serial),
    ECDSA_SHA256,
    nameOf(issuer.name),
    sequence(utcTime(new Date(Date.now() - hour)), utcTime(new Date(Date.now() + hour))),
    nameOf(subject),
    createPublicKey(key).export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...extensions)),
  );
  return pem(sequence(content, ECDSA_SHA256, bits(sign("sha256", content, issuer.key))));
}

const newKey = (): KeyObject => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;

/** Issues certificates that hold for an hour. */
export class Authority {
  readonly #key = newKey();
  readonly #name: string;
  readonly certificate: string;

  constructor(name = "test authority") {
    this.#name = name;
    const isAuthority = extension(BASIC_CONSTRAINTS, sequence(der(0x01, Buffer.of(0xff))));
    this.certificate = certificate(name, this.#key, { name, key: this.#key }, [isAuthority]);
  }

  /** Credentials for these DNS names. */
  issue(...names: readonly string[]): TlsCredentials {
    const key = newKey();
    const alternatives = sequence(...names.map((name) => der(0x82, Buffer.from(name))));
    const issuer = { name: this.#name, key: this.#key };
    return {
      key: key.export({ type: "pkcs8", format: "pem" }),
      cert: certificate(names[0] ?? "nobody", key, issuer, [extension(SUBJECT_ALT_NAME, alternatives)]),
      ca: this.certificate,
    };
  }
}
