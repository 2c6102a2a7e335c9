// A digest of the machine's state, said by the leader in the log and checked by every replica at the same index: equal
// logs make equal states only if the machine is deterministic and the memory it lives in is sound.
import { RaftError } from "../errors.ts";
import { logIndex, type LogIndex } from "../units.ts";
import type { Input } from "./effects.ts";
import { appendOwnEntry } from "./own-entry.ts";
import type { RaftState } from "./raft-state.ts";

/** The digest that the machine had once `index` was applied. */
export interface StateDigest {
  readonly index: LogIndex;
  readonly digest: Uint8Array;
}

/** The body of a `digest` entry: the index (8 bytes, little-endian), then the digest. */
export function encodeStateDigest({ index, digest }: StateDigest): Uint8Array {
  const data = new Uint8Array(8 + digest.length);
  new DataView(data.buffer).setBigUint64(0, BigInt(index), true);
  data.set(digest, 8);
  return data;
}

/** @throws RaftError `RAFT_STORAGE_CORRUPT` if the bytes are not what `encodeStateDigest` makes */
export function decodeStateDigest(data: Uint8Array): StateDigest {
  if (data.length < 8) throw new RaftError("RAFT_STORAGE_CORRUPT", "a digest entry cannot be read");
  const index = new DataView(data.buffer, data.byteOffset, 8).getBigUint64(0, true);
  return { index: logIndex(Number(index)), digest: data.subarray(8) };
}

/** The leader says what its machine was. Anybody else keeps its digest to itself, to compare. */
export function proposeDigest(state: RaftState, input: Extract<Input, { type: "proposeDigest" }>): void {
  if (state.role !== "leader" || state.transfer !== undefined) return;
  appendOwnEntry(state, "digest", encodeStateDigest(input.digest), input.now);
}
