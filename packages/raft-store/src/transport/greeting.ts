import { randomBytes } from "node:crypto";
import { type NodeId, nodeId } from "../units.ts";
import {
  agreedVersion,
  decodeHandshake,
  encodeHandshake,
  type Handshake,
  type Party,
  PROTOCOL_VERSION,
  PROTOCOL_VERSION_MIN,
  proofOf,
  sameProof,
  type Transcript,
} from "./handshake.ts";
import type { PeerIdentity } from "./transport.ts";

export interface Self {
  readonly clusterId: string;
  readonly nodeId: NodeId;
  readonly incarnation: string;
  readonly epoch: string | null;
  readonly secret: string;
}

/** What to do after a handshake message: reply, and perhaps the greeting is over, one way or the other. */
export type GreetingStep =
  | { readonly reply?: Uint8Array }
  | { readonly reply?: Uint8Array; readonly admitted: NodeId }
  | { readonly reply?: Uint8Array; readonly refusal: string };

export interface Greeting {
  /** Takes the next handshake message. Never rejects: what is malformed is refused. */
  readonly take: (bytes: Uint8Array) => Promise<GreetingStep>;
}

type Admit = (peer: PeerIdentity) => Promise<string | undefined>;

/** The listener's part: `hello` → `welcome`, `proof` → `ready`. */
export function greetAsListener(
  self: Self,
  world: { isPeer(id: string): boolean; certifies(id: string): boolean; admit: Admit },
): Greeting {
  const me = partyOf(self);
  const nonce = randomBytes(24).toString("base64");
  let transcript: Transcript | undefined;
  return greeting(async (handshake) => {
    if (handshake.type === "hello" && transcript === undefined) {
      const { clusterId, from, to } = handshake;
      const version = agreedVersion(handshake);
      if (version === undefined) {
        return refuse(
          `protocol versions ${handshake.versionMin} to ${handshake.version}; ` +
            `this node speaks ${PROTOCOL_VERSION_MIN} to ${PROTOCOL_VERSION}`,
        );
      }
      if (clusterId !== self.clusterId)
        return refuse(`cluster ${clusterId}; this node is of cluster ${self.clusterId}`);
      if (to !== self.nodeId) return refuse(`a connection meant for ${to}; this node is ${self.nodeId}`);
      if (!world.isPeer(from.nodeId)) return refuse(`${from.nodeId} is no member of the cluster`);
      if (!world.certifies(from.nodeId)) return refuse(`the certificate shown is not for ${from.nodeId}`);
      transcript = {
        version,
        clusterId,
        dialer: from,
        dialerNonce: handshake.nonce,
        listener: me,
        listenerNonce: nonce,
      };
      const proof = proofOf("listener", self.secret, transcript);
      return { reply: encodeHandshake({ type: "welcome", version, from: me, nonce, proof }) };
    }
    if (handshake.type === "proof" && transcript !== undefined) {
      if (!sameProof(handshake.proof, proofOf("dialer", self.secret, transcript))) {
        return refuse(`${transcript.dialer.nodeId} does not know the cluster's secret`);
      }
      const refusal = await world.admit(identityOf(transcript.dialer));
      if (refusal !== undefined) return refuse(refusal);
      return { reply: encodeHandshake({ type: "ready" }), admitted: nodeId(transcript.dialer.nodeId) };
    }
    return refuse(`a ${handshake.type} is out of place`);
  });
}

/** The dialler's part: says `hello` first, then `welcome` → `proof`, and `ready` ends it. */
export function greetAsDialer(
  self: Self,
  peer: NodeId,
  admit: Admit,
): Greeting & { readonly hello: Uint8Array } {
  const me = partyOf(self);
  const nonce = randomBytes(24).toString("base64");
  let transcript: Transcript | undefined;
  const { take } = greeting(async (handshake) => {
    if (handshake.type === "refusal") return { refusal: `refused by ${peer}: ${handshake.reason}` };
    if (handshake.type === "welcome" && transcript === undefined) {
      if (handshake.from.nodeId !== peer)
        return { refusal: `${handshake.from.nodeId} answers at the address of ${peer}` };
      if (handshake.version < PROTOCOL_VERSION_MIN || handshake.version > PROTOCOL_VERSION)
        return { refusal: `${peer} would speak version ${handshake.version} of the protocol` };
      transcript = {
        version: handshake.version,
        clusterId: self.clusterId,
        dialer: me,
        dialerNonce: nonce,
        listener: handshake.from,
        listenerNonce: handshake.nonce,
      };
      if (!sameProof(handshake.proof, proofOf("listener", self.secret, transcript))) {
        return { refusal: `${peer} does not know the cluster's secret` };
      }
      const refusal = await admit(identityOf(handshake.from));
      if (refusal !== undefined) return { refusal };
      return { reply: encodeHandshake({ type: "proof", proof: proofOf("dialer", self.secret, transcript) }) };
    }
    if (handshake.type === "ready" && transcript !== undefined) return { admitted: peer };
    return { refusal: `a ${handshake.type} is out of place` };
  });
  const { clusterId } = self;
  const hello = encodeHandshake({
    type: "hello",
    version: PROTOCOL_VERSION,
    versionMin: PROTOCOL_VERSION_MIN,
    clusterId,
    from: me,
    to: peer,
    nonce,
  });
  return { hello, take };
}

function greeting(step: (handshake: Handshake) => Promise<GreetingStep>): Greeting {
  return {
    take: async (bytes) => {
      try {
        return await step(decodeHandshake(bytes));
      } catch (error) {
        return refuse(`malformed handshake: ${(error as Error).message}`);
      }
    },
  };
}

function refuse(reason: string): GreetingStep {
  return { reply: encodeHandshake({ type: "refusal", reason }), refusal: reason };
}

function partyOf(self: Self): Party {
  return { nodeId: self.nodeId, incarnation: self.incarnation, epoch: self.epoch };
}

function identityOf(party: Party): PeerIdentity {
  return { nodeId: nodeId(party.nodeId), incarnation: party.incarnation, epoch: party.epoch };
}
