// Who belongs to the cluster: an immutable list of members, kept as entries of the log (§6, thesis §4.1).
import { RaftError } from "../errors.ts";
import { nodeId, type NodeId } from "../units.ts";

export interface Member {
  readonly nodeId: NodeId;
  /** Where its transport listens, `host:port`. An attribute, not an identity: it may change. */
  readonly address: string;
  /** A voter counts toward quorums; a learner only receives the log (thesis §4.2.1). */
  readonly voter: boolean;
}

/** Members in the order of their ids, so that equal memberships are equal bytes. */
export interface Configuration {
  readonly members: readonly Member[];
}

/** What a node knows that joins: nobody, until the log tells it. It waits to be contacted, and never campaigns. */
export const NO_MEMBERS: Configuration = { members: [] };

/** @throws RaftError `RAFT_CONFIG_INVALID` if an id occurs twice or nobody may vote */
export function configuration(members: Iterable<Member>): Configuration {
  const sorted = [...members].sort((a, b) => (a.nodeId < b.nodeId ? -1 : a.nodeId > b.nodeId ? 1 : 0));
  sorted.forEach((member, i) => {
    if (i > 0 && sorted[i - 1]?.nodeId === member.nodeId) {
      throw new RaftError("RAFT_CONFIG_INVALID", `member ${member.nodeId} is named twice`);
    }
  });
  if (!sorted.some((member) => member.voter)) {
    throw new RaftError("RAFT_CONFIG_INVALID", "a cluster needs at least one voter");
  }
  return { members: sorted };
}

export function voters(config: Configuration): NodeId[] {
  return config.members.filter((member) => member.voter).map((member) => member.nodeId);
}

export function memberOf(config: Configuration, id: NodeId): Member | undefined {
  return config.members.find((member) => member.nodeId === id);
}

export function isVoter(config: Configuration, id: NodeId): boolean {
  return memberOf(config, id)?.voter === true;
}

/** Version 1 of the bytes in a `config` entry: UTF-8 JSON, so that a hex dump of a log can be read. */
const CONFIGURATION_VERSION = 1;

export function encodeConfiguration(config: Configuration): Uint8Array {
  const members = config.members.map(({ nodeId: id, address, voter }) => ({ nodeId: id, address, voter }));
  return new TextEncoder().encode(JSON.stringify({ version: CONFIGURATION_VERSION, members }));
}

/** @throws RaftError `RAFT_STORAGE_CORRUPT` if the bytes are not what `encodeConfiguration` makes */
export function decodeConfiguration(bytes: Uint8Array): Configuration {
  try {
    const parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as {
      version?: unknown;
      members?: unknown;
    };
    if (parsed.version !== CONFIGURATION_VERSION || !Array.isArray(parsed.members)) {
      throw new TypeError("not a configuration");
    }
    return configuration(parsed.members.map(checkedMember));
  } catch (cause) {
    throw new RaftError("RAFT_STORAGE_CORRUPT", "a configuration entry cannot be read", { cause });
  }
}

function checkedMember(value: unknown): Member {
  const { nodeId: id, address, voter } = value as Record<string, unknown>;
  if (typeof id !== "string" || typeof address !== "string" || typeof voter !== "boolean") {
    throw new TypeError("not a member");
  }
  return { nodeId: nodeId(id), address, voter };
}
