import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * What is said before a connection carries messages: `hello` by the node that dials, `welcome` by the one that
 * listens, `proof` by the first, `ready` by the second. Either side may say `refusal` instead, and closes. The bodies
 * are JSON: they are few, small, and read by people when something is wrong.
 *
 * With a shared secret each side shows that it knows it by a keyed hash over both nonces and both identities. This
 * keeps out strangers and strays, not somebody who can alter the traffic: for that the link itself must be secured.
 */
export type Handshake =
  | {
      readonly type: "hello";
      /** The newest and the oldest version of the protocol that it speaks. */
      readonly version: number;
      readonly versionMin: number;
      readonly clusterId: string;
      readonly from: Party;
      readonly to: string;
      readonly nonce: string;
    }
  | {
      readonly type: "welcome";
      /** The newest version that both speak: what this connection carries. */
      readonly version: number;
      readonly from: Party;
      readonly nonce: string;
      readonly proof: string;
    }
  | { readonly type: "proof"; readonly proof: string }
  | { readonly type: "ready" }
  | { readonly type: "refusal"; readonly reason: string };

export interface Party {
  readonly nodeId: string;
  readonly incarnation: string;
  /** Null: joins, and has not met the cluster yet. */
  readonly epoch: string | null;
}

/**
 * Grows when the frames or the messages change so that an older node could not read them. Two nodes speak the newest
 * version that both know, so that the programs of a cluster can be replaced one by one. What only adds a message needs
 * no new version: a node ignores a message that it does not know.
 */
export const PROTOCOL_VERSION = 3;
/** The oldest version that this program still speaks. */
export const PROTOCOL_VERSION_MIN = 3;

/** What two nodes speak, one of which speaks `versionMin` to `version`; undefined if they have nothing in common. */
export function agreedVersion(offer: {
  readonly version: number;
  readonly versionMin: number;
}): number | undefined {
  const agreed = Math.min(offer.version, PROTOCOL_VERSION);
  return agreed >= Math.max(offer.versionMin, PROTOCOL_VERSION_MIN) ? agreed : undefined;
}

export function encodeHandshake(handshake: Handshake): Uint8Array {
  return Buffer.from(JSON.stringify({ protocol: "quorumbook-raft", ...handshake }), "utf8");
}

/** @throws Error if the bytes are no handshake; the message says what was wrong. */
export function decodeHandshake(bytes: Uint8Array): Handshake {
  const value: unknown = JSON.parse(
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8"),
  );
  if (!isRecord(value) || value["protocol"] !== "quorumbook-raft")
    throw new Error("not a handshake of this protocol");
  switch (value["type"]) {
    case "hello":
      return {
        type: "hello",
        version: numberIn(value, "version"),
        // Before there was a choice, a node spoke one version.
        versionMin: numberIn(value, value["versionMin"] === undefined ? "version" : "versionMin"),
        clusterId: textIn(value, "clusterId"),
        from: partyIn(value, "from"),
        to: textIn(value, "to"),
        nonce: textIn(value, "nonce"),
      };
    case "welcome":
      return {
        type: "welcome",
        version: numberIn(value, "version"),
        from: partyIn(value, "from"),
        nonce: textIn(value, "nonce"),
        proof: textIn(value, "proof"),
      };
    case "proof":
      return { type: "proof", proof: textIn(value, "proof") };
    case "ready":
      return { type: "ready" };
    case "refusal":
      return { type: "refusal", reason: textIn(value, "reason") };
    default:
      throw new Error("a handshake of an unknown type");
  }
}

/** What both sides have said, in one fixed order: the text that the proofs are made over. */
export interface Transcript {
  readonly version: number;
  readonly clusterId: string;
  readonly dialer: Party;
  readonly dialerNonce: string;
  readonly listener: Party;
  readonly listenerNonce: string;
}

/** The side's name goes into the hash, so that one side's proof cannot be sent back as the other's. */
export function proofOf(side: "dialer" | "listener", secret: string, transcript: Transcript): string {
  const { version, clusterId, dialer, dialerNonce, listener, listenerNonce } = transcript;
  const text = JSON.stringify([
    version,
    side,
    clusterId,
    dialer.nodeId,
    dialer.incarnation,
    dialer.epoch,
    dialerNonce,
    listener.nodeId,
    listener.incarnation,
    listener.epoch,
    listenerNonce,
  ]);
  return createHmac("sha256", secret).update(text).digest("base64");
}

/** Compares two proofs in a time that does not depend on where they differ. */
export function sameProof(one: string, other: string): boolean {
  const a = Buffer.from(one, "utf8");
  const b = Buffer.from(other, "utf8");
  return a.length === b.length && timingSafeEqual(a, b);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textIn(value: Record<string, unknown>, key: string): string {
  const text = value[key];
  if (typeof text !== "string" || text.length > 1024)
    throw new Error(`the handshake's ${key} is no short text`);
  return text;
}

function numberIn(value: Record<string, unknown>, key: string): number {
  const number = value[key];
  if (typeof number !== "number") throw new Error(`the handshake's ${key} is no number`);
  return number;
}

function partyIn(value: Record<string, unknown>, key: string): Party {
  const party = value[key];
  if (!isRecord(party)) throw new Error(`the handshake's ${key} is no party`);
  const epoch = party["epoch"] === null ? null : textIn(party, "epoch");
  return { nodeId: textIn(party, "nodeId"), incarnation: textIn(party, "incarnation"), epoch };
}
