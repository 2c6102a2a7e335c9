import { RaftError, RaftInvariantError } from "../errors.ts";
import type { UnknownEntryError } from "../transport/unknown-on-wire.ts";
import type { NodeId } from "../units.ts";

/** What a rejection of the disk's is to the node's owner; what is known more precisely stays as it is. */
export function asStorageError(error: unknown): unknown {
  if (error instanceof RaftError || error instanceof RaftInvariantError) return error;
  return new RaftError("RAFT_STORAGE_FAILED", `the disk failed: ${(error as Error).message}`, {
    cause: error,
  });
}

/** An entry that this program can neither apply nor skip. */
export function upgradeRequired(from: NodeId, cause: UnknownEntryError): RaftError {
  return new RaftError(
    "RAFT_UPGRADE_REQUIRED",
    `${from} sends ${cause.message}: start this node with the newer program that ${from} runs`,
    { cause },
  );
}
