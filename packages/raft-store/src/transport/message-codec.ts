import { asBuffer, readU64, writeU64 } from "../bytes.ts";
import type { Entry, EntryType } from "../core/entry.ts";
import type { ForwardRejectedReason, Message, Proposal } from "../core/messages.ts";
import { logIndex, nodeId, term, unixMillis } from "../units.ts";
import type {
  Administer,
  AdministerReply,
  AdministrationOutcome,
  AdministrationRequest,
} from "./administration-messages.ts";
import type { SnapshotAck, SnapshotChunk } from "./snapshot-messages.ts";

/** Everything a driver sends: the core's messages, and the driver's own for snapshots and for operators. */
export type WireMessage = Message | SnapshotChunk | SnapshotAck | Administer | AdministerReply;

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
} as const satisfies Record<WireMessage["type"], number>;

const ENTRY_TYPES: readonly EntryType[] = ["noop", "command", "config"];
const REJECT_REASONS: readonly ForwardRejectedReason[] = ["overloaded", "transferring"];

/**
 * A message as the chunks of a frame, version 1 of the wire: a type byte, then the fields in the order of their
 * declaration. Numbers are 8 bytes, booleans and closed sets 1, lists are led by a 4-byte count, bytes by a 4-byte length.
 */
export function encodeMessage(message: WireMessage): Uint8Array[] {
  const w = new Writer(sizeOf(message));
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
      break;
    case "Forward":
      w.u64s(message.term, message.session, message.settledBelow);
      w.u32(message.proposals.length);
      for (const { seq, data } of message.proposals) {
        w.u64s(seq);
        w.bytes(data);
      }
      break;
    case "ForwardRejected":
      w.u64s(message.term, message.session);
      w.u8(REJECT_REASONS.indexOf(message.reason));
      w.u32(message.seqs.length);
      for (const seq of message.seqs) w.u64s(seq);
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
];

/** Id and address, empty where there is none: a transfer may leave the choice to the leader. */
function wishTexts(wish: AdministrationRequest): readonly [string, string] {
  if (wish.type === "transfer") return [wish.to ?? "", ""];
  return [wish.nodeId, wish.type === "add-learner" ? wish.address : ""];
}

function wishOf(type: AdministrationRequest["type"], id: string, address: string): AdministrationRequest {
  if (type === "transfer") return id === "" ? { type } : { type, to: nodeId(id) };
  return type === "add-learner" ? { type, nodeId: nodeId(id), address } : { type, nodeId: nodeId(id) };
}

/**
 * Reads one message. The data in it are views of `bytes`.
 *
 * @throws RangeError or TypeError if the bytes are no message of this version
 */
export function decodeMessage(bytes: Uint8Array): WireMessage {
  const r = new Reader(asBuffer(bytes));
  const message = readMessage(r);
  r.end();
  return message;
}

function readMessage(r: Reader): WireMessage {
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
    default:
      throw new TypeError(`a message of unknown type ${type}`);
  }
}

/** index, term, at, session, seq, type and the length of the data. */
const ENTRY_FIXED_BYTES = 5 * 8 + 1 + 4;
const PROPOSAL_FIXED_BYTES = 8 + 4;
/** More than the fixed fields of any message. */
const FIXED_BYTES_MAX = 64;

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

class Writer {
  readonly #into: Buffer;
  #at = 0;

  constructor(size: number) {
    this.#into = Buffer.allocUnsafe(size);
  }

  u8(value: number): void {
    this.#into[this.#at] = value;
    this.#at += 1;
  }

  flag(value: boolean): void {
    this.u8(value ? 1 : 0);
  }

  u32(value: number): void {
    this.#at = this.#into.writeUInt32LE(value, this.#at);
  }

  u64s(...values: readonly number[]): void {
    for (const value of values) {
      writeU64(this.#into, value, this.#at);
      this.#at += 8;
    }
  }

  bytes(value: Uint8Array): void {
    this.u32(value.length);
    this.#into.set(value, this.#at);
    this.#at += value.length;
  }

  entry({ index, term: entryTerm, at, session, seq, type, data }: Entry): void {
    this.u64s(index, entryTerm, at, session, seq);
    this.u8(ENTRY_TYPES.indexOf(type));
    this.bytes(data);
  }

  done(): Uint8Array {
    return this.#into.subarray(0, this.#at);
  }
}

class Reader {
  readonly #from: Buffer;
  #at = 0;

  constructor(from: Buffer) {
    this.#from = from;
  }

  u8(): number {
    const value = this.#from.readUInt8(this.#at);
    this.#at += 1;
    return value;
  }

  flag(): boolean {
    return this.oneOf([false, true]);
  }

  oneOf<T>(values: readonly T[]): T {
    const which = this.u8();
    if (which >= values.length) throw new RangeError(`${which} is none of ${values.length} values`);
    return values[which] as T;
  }

  u32(): number {
    const value = this.#from.readUInt32LE(this.#at);
    this.#at += 4;
    return value;
  }

  u64(): number {
    const value = readU64(this.#from, this.#at);
    this.#at += 8;
    return value;
  }

  term = (): Entry["term"] => term(this.u64());

  index = (): Entry["index"] => logIndex(this.u64());

  bytes(): Uint8Array {
    const length = this.u32();
    if (length > this.#from.length - this.#at)
      throw new RangeError("a message ends in the middle of its data");
    this.#at += length;
    return this.#from.subarray(this.#at - length, this.#at);
  }

  text(): string {
    return asBuffer(this.bytes()).toString("utf8");
  }

  rest(): Uint8Array {
    const rest = this.#from.subarray(this.#at);
    this.#at = this.#from.length;
    return rest;
  }

  list<T>(itemBytesMin: number, item: () => T): T[] {
    const count = this.u32();
    // Checked first, so that a few false bytes cannot ask for billions of items.
    if (count * itemBytesMin > this.#from.length - this.#at)
      throw new RangeError("a list is longer than its message");
    const items: T[] = [];
    for (let i = 0; i < count; i++) items.push(item());
    return items;
  }

  entry(): Entry {
    return {
      index: this.index(),
      term: this.term(),
      at: unixMillis(this.u64()),
      session: this.u64(),
      seq: this.u64(),
      type: this.oneOf(ENTRY_TYPES),
      data: this.bytes(),
    };
  }

  end(): void {
    if (this.#at !== this.#from.length) throw new RangeError("a message goes on behind its end");
  }
}
