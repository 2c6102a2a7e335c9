import { configuration, type Configuration } from "../core/configuration.ts";
import { RaftError } from "../errors.ts";
import { parseAddress } from "../transport/tcp-options.ts";
import { nodeId, type NodeId } from "../units.ts";

/**
 * The configuration of these voters, ids to addresses `host:port`, one of whom is `self`.
 *
 * @throws RaftError `RAFT_CONFIG_INVALID`
 */
export function namedMembers(
  members: Readonly<Record<string, string>>,
  self: string,
): { readonly self: NodeId; readonly configuration: Configuration } {
  try {
    const voters = Object.entries(members).map(([id, address]) => {
      parseAddress(address);
      return { nodeId: nodeId(id), address, voter: true };
    });
    if (!Object.hasOwn(members, self)) throw new RangeError(`node ${self} is not among the members`);
    return { self: nodeId(self), configuration: configuration(voters) };
  } catch (cause) {
    if (cause instanceof RaftError) throw cause;
    throw new RaftError("RAFT_CONFIG_INVALID", (cause as Error).message, { cause });
  }
}
