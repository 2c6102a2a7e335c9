import { asBuffer } from "../bytes.ts";
import type { ForwardRejectedReason, Message, Proposal } from "../core/messages.ts";
import { nodeId } from "../units.ts";
import type {
  Administer,
  AdministerReply,
  AdministrationOutcome,
  AdministrationRequest,
} from "./administration-messages.ts";
import type { ClockReport } from "./clock-message.ts";
import { ENTRY_FIXED_BYTES, WireReader } from "./wire-reader.ts";
import { WireWriter } from "./wire-writer.ts";
import { UnknownMessageError } from "./unknown-on-wire.ts";
import type { SnapshotAck, SnapshotChunk } from "./snapshot-messages.ts";

/** Everything a driver sends: the core's messages, and the driver's own for snapshots, for operators and of the time. */
export type WireMessage = Message | SnapshotChunk | SnapshotAck | Administer | AdministerReply | ClockReport;

/** The first byte of a message. Values are never reused. */
const TYPE = {
  PreVote: 1,
  PreVoteReply: 2,
  RequestVote: 3,
  RequestVoteReply: 4,
  AppendEntries: 5,
  AppendEntriesReply: 6,
  Forward: 7,
  ForwardRejected: 8,
  ReadIndex: 9,
  ReadIndexReply: 10,
  TimeoutNow: 11,
  SnapshotChunk: 12,
  SnapshotAck: 13,
  Administer: 14,
  AdministerReply: 15,
  ClockReport: 16,
} as const satisfies Record<WireMessage["type"], number>;

const REJECT_REASONS: readonly ForwardRejectedReason[] = ["overloaded", "transferring", "low-space"];

/**
 * A message as the chunks of a frame, version 3 of the protocol: a type byte, then the fields in the order of their
 * declaration. Numbers are 8 bytes, booleans and closed sets 1, lists are led by a 4-byte count, bytes by a 4-byte length.
 */
export function encodeMessage(message: WireMessage): Uint8Array[] {
  const w = new WireWriter(sizeOf(message));
  w.u8(TYPE[message.type]);
  switch (message.type) {
    case "PreVote":
      w.u64s(message.term, message.lastLogIndex, message.lastLogTerm);
      break;
    case "PreVoteReply":
    case "RequestVoteReply":
      w.u64s(message.term);
      w.flag(message.granted);
      break;
    case "RequestVote":
      w.u64s(message.term, message.lastLogIndex, message.lastLogTerm);
      w.flag(message.transfer);
      break;
    case "AppendEntries":
      w.u64s(message.term, message.prevLogIndex, message.prevLogTerm, message.leaderCommit, message.round);
      w.u32(message.entries.length);
      for (const entry of message.entries) w.entry(entry);
      break;
    case "AppendEntriesReply":
      w.u64s(message.term);
      w.flag(message.success);
      w.u64s(message.round, message.matchIndex, message.rejectedIndex, message.hintIndex, message.hintTerm);
      w.u64s(message.machineVersion);
      w.flag(message.keepsLease);
      w.flag(message.lowSpace);
      break;
    case "Forward":
      w.u64s(message.term, message.session, message.settledBelow);
      w.u32(message.proposals.length);
      for (const { seq, data } of message.proposals) {
        w.u64(seq);
        w.bytes(data);
      }
      break;
    case "ForwardRejected":
      w.u64s(message.term, message.session);
      w.u8(REJECT_REASONS.indexOf(message.reason));
      w.u32(message.seqs.length);
      for (const seq of message.seqs) w.u64(seq);
      break;
    case "ReadIndex":
      w.u64s(message.term, message.session, message.request);
      break;
    case "ReadIndexReply":
      w.u64s(message.term, message.session, message.request, message.index);
      break;
    case "TimeoutNow":
      w.u64s(message.term);
      break;
    case "SnapshotChunk":
      w.u64s(message.term, message.stream);
      w.u64s(message.snapshotIndex, message.snapshotTerm, message.bytes, message.offset);
      w.flag(message.last);
      return [w.done(), message.data];
    case "SnapshotAck":
      w.u64s(message.term, message.stream, message.received);
      w.u8(ACK_STATES.indexOf(message.state));
      break;
    case "Administer":
      w.u64s(message.session, message.request);
      w.u8(WISHES.indexOf(message.wish.type));
      for (const text of wishTexts(message.wish)) w.bytes(Buffer.from(text));
      break;
    case "AdministerReply":
      w.u64s(message.session, message.request);
      w.u8(OUTCOMES.indexOf(message.outcome));
      w.u64s(message.index);
      break;
    case "ClockReport":
      w.u64s(message.wallMs);
      break;
    default:
      message satisfies never;
  }
  return [w.done()];
}

const ACK_STATES: readonly SnapshotAck["state"][] = ["receiving", "received", "failed"];
const WISHES: readonly AdministrationRequest["type"][] = [
  "add-learner",
  "promote",
  "demote",
  "remove",
  "transfer",
  "raise-version",
];
const OUTCOMES: readonly AdministrationOutcome[] = [
  "done",
  "not-leader",
  "in-progress",
  "invalid",
  "not-caught-up",
  "transferring",
  "transfer-failed",
  "superseded",
  "unknown",
  "unsupported",
];

/** Id and address, empty where there is none: a transfer may leave the choice to the leader. */
function wishTexts(wish: AdministrationRequest): readonly [string, string] {
  if (wish.type === "transfer") return [wish.to ?? "", ""];
  if (wish.type === "raise-version") return [String(wish.version), ""];
  return [wish.nodeId, wish.type === "add-learner" ? wish.address : ""];
}

function wishOf(type: AdministrationRequest["type"], id: string, address: string): AdministrationRequest {
  if (type === "transfer") return id === "" ? { type } : { type, to: nodeId(id) };
  if (type === "raise-version") return { type, version: machineVersion(id) };
  return type === "add-learner" ? { type, nodeId: nodeId(id), address } : { type, nodeId: nodeId(id) };
}

function machineVersion(text: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw new RangeError("not a version of a machine");
  return Number(text);
}

/**
 * Reads one message. The data in it are views of `bytes`.
 *
 * @throws UnknownMessageError, UnknownEntryError if a newer program may have written it; RangeError or another TypeError
 *   if the bytes are no message at all
 */
export function decodeMessage(bytes: Uint8Array): WireMessage {
  const r = new WireReader(asBuffer(bytes));
  const message = readMessage(r);
  r.end();
  return message;
}

function readMessage(r: WireReader): WireMessage {
  const type = r.u8();
  switch (type) {
    case TYPE.PreVote:
      return { type: "PreVote", term: r.term(), lastLogIndex: r.index(), lastLogTerm: r.term() };
    case TYPE.PreVoteReply:
      return { type: "PreVoteReply", term: r.term(), granted: r.flag() };
    case TYPE.RequestVote:
      return {
        type: "RequestVote",
        term: r.term(),
        lastLogIndex: r.index(),
        lastLogTerm: r.term(),
        transfer: r.flag(),
      };
    case TYPE.RequestVoteReply:
      return { type: "RequestVoteReply", term: r.term(), granted: r.flag() };
    case TYPE.AppendEntries:
      return {
        type: "AppendEntries",
        term: r.term(),
        prevLogIndex: r.index(),
        prevLogTerm: r.term(),
        leaderCommit: r.index(),
        round: r.u64(),
        entries: r.list(ENTRY_FIXED_BYTES, () => r.entry()),
      };
    case TYPE.AppendEntriesReply:
      return {
        type: "AppendEntriesReply",
        term: r.term(),
        success: r.flag(),
        round: r.u64(),
        matchIndex: r.index(),
        rejectedIndex: r.index(),
        hintIndex: r.index(),
        hintTerm: r.term(),
        machineVersion: r.u64(),
        keepsLease: r.flag(),
        lowSpace: r.flag(),
      };
    case TYPE.Forward:
      return {
        type: "Forward",
        term: r.term(),
        session: r.u64(),
        settledBelow: r.u64(),
        proposals: r.list<Proposal>(PROPOSAL_FIXED_BYTES, () => ({ seq: r.u64(), data: r.bytes() })),
      };
    case TYPE.ForwardRejected:
      return {
        type: "ForwardRejected",
        term: r.term(),
        session: r.u64(),
        reason: r.oneOf(REJECT_REASONS),
        seqs: r.list(8, () => r.u64()),
      };
    case TYPE.ReadIndex:
      return { type: "ReadIndex", term: r.term(), session: r.u64(), request: r.u64() };
    case TYPE.ReadIndexReply:
      return { type: "ReadIndexReply", term: r.term(), session: r.u64(), request: r.u64(), index: r.index() };
    case TYPE.TimeoutNow:
      return { type: "TimeoutNow", term: r.term() };
    case TYPE.SnapshotChunk:
      return {
        type: "SnapshotChunk",
        term: r.term(),
        stream: r.u64(),
        snapshotIndex: r.index(),
        snapshotTerm: r.term(),
        bytes: r.u64(),
        offset: r.u64(),
        last: r.flag(),
        data: r.rest(),
      };
    case TYPE.SnapshotAck:
      return {
        type: "SnapshotAck",
        term: r.term(),
        stream: r.u64(),
        received: r.u64(),
        state: r.oneOf(ACK_STATES),
      };
    case TYPE.Administer:
      return {
        type: "Administer",
        session: r.u64(),
        request: r.u64(),
        wish: wishOf(r.oneOf(WISHES), r.text(), r.text()),
      };
    case TYPE.AdministerReply:
      return {
        type: "AdministerReply",
        session: r.u64(),
        request: r.u64(),
        outcome: r.oneOf(OUTCOMES),
        index: r.index(),
      };
    case TYPE.ClockReport:
      return { type: "ClockReport", wallMs: r.u64() };
    default:
      throw new UnknownMessageError(`a message of unknown type ${type}`);
  }
}

const PROPOSAL_FIXED_BYTES = 8 + 4;
/** More than the fixed fields of any message. */
const FIXED_BYTES_MAX = 96;

function sizeOf(message: WireMessage): number {
  let size = FIXED_BYTES_MAX;
  if (message.type === "AppendEntries") {
    for (const { data } of message.entries) size += ENTRY_FIXED_BYTES + data.length;
  } else if (message.type === "Forward") {
    for (const { data } of message.proposals) size += PROPOSAL_FIXED_BYTES + data.length;
  } else if (message.type === "ForwardRejected") {
    size += message.seqs.length * 8;
  } else if (message.type === "Administer") {
    for (const text of wishTexts(message.wish)) size += 4 + Buffer.byteLength(text);
  }
  return size;
}
