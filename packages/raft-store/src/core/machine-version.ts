// The version of the state machine, switched for all replicas at one place of the log. A program that applies a command
// differently from the one before must not do so while others still do it the old way: logs would be equal, states not.
import { RaftError } from "../errors.ts";
import type { Input, MembershipOutcome } from "./effects.ts";
import { appendOwnEntry } from "./own-entry.ts";
import type { RaftState } from "./raft-state.ts";

/** What a new cluster's machine is, unless its owner says otherwise. */
export const FIRST_MACHINE_VERSION = 1;

/** The body of a `version` entry: 4 bytes, little-endian. */
export function encodeMachineVersion(version: number): Uint8Array {
  const data = new Uint8Array(4);
  new DataView(data.buffer).setUint32(0, version, true);
  return data;
}

/** @throws RaftError `RAFT_STORAGE_CORRUPT` if the bytes are not what `encodeMachineVersion` makes */
export function decodeMachineVersion(data: Uint8Array): number {
  if (data.length !== 4) throw new RaftError("RAFT_STORAGE_CORRUPT", "a version entry cannot be read");
  return new DataView(data.buffer, data.byteOffset, 4).getUint32(0, true);
}

/**
 * Appends the switch to `version`, provided that every member, learners included, has told this leader that its program
 * knows that version. A member that is then started with an older program stops at this entry rather than guess.
 */
export function raiseMachineVersion(state: RaftState, input: Extract<Input, { type: "raiseVersion" }>): void {
  const { id, version, now } = input;
  const reason = refusalOf(state, version);
  if (reason !== undefined) {
    state.out.membership({ id, outcome: "refused", reason });
    return;
  }
  const { index, term } = appendOwnEntry(state, "version", encodeMachineVersion(version), now);
  state.out.membership({ id, outcome: "appended", index, term });
}

function refusalOf(
  state: RaftState,
  version: number,
): Extract<MembershipOutcome, { outcome: "refused" }>["reason"] | undefined {
  if (state.role !== "leader") return "not-leader";
  if (state.transfer !== undefined) return "transferring";
  if (state.has("version-raised-unasked")) return undefined;
  const supported = state.configuration.members.every(({ nodeId }) => {
    const own = nodeId === state.nodeId;
    return version <= (own ? state.machineVersionMax : (state.progress.get(nodeId)?.machineVersion ?? 0));
  });
  return supported ? undefined : "unsupported";
}
