import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeMessage, encodeMessage, type WireMessage } from "../../src/transport/message-codec.ts";
import { UnknownEntryError, UnknownMessageError } from "../../src/transport/unknown-on-wire.ts";
import { logIndex, nodeId, term } from "../../src/units.ts";
import { entry } from "../storage/fixtures.ts";

const big = Number.MAX_SAFE_INTEGER;

/** One of each, and the bytes that each is in version 3 of the protocol. */
const MESSAGES: readonly (readonly [WireMessage, string])[] = [
  [
    { type: "PreVote", term: term(3), lastLogIndex: logIndex(9), lastLogTerm: term(2) },
    "01 0300000000000000 0900000000000000 0200000000000000",
  ],
  [{ type: "PreVoteReply", term: term(3), granted: true }, "02 0300000000000000 01"],
  [
    { type: "RequestVote", term: term(big), lastLogIndex: logIndex(9), lastLogTerm: term(2), transfer: true },
    "03 ffffffffffff1f00 0900000000000000 0200000000000000 01",
  ],
  [{ type: "RequestVoteReply", term: term(3), granted: false }, "04 0300000000000000 00"],
  [
    {
      type: "AppendEntries",
      term: term(3),
      prevLogIndex: logIndex(6),
      prevLogTerm: term(2),
      leaderCommit: logIndex(5),
      round: 77,
      entries: [entry(7, { term: 3, data: "hi" }), entry(8, { term: 3, data: "", type: "noop" })],
    },
    "05 0300000000000000 0600000000000000 0200000000000000 0500000000000000 4d00000000000000 02000000" +
      "0700000000000000 0300000000000000 0768e5cf8b010000 bc9a785634120000 4600000000000000 01 02000000 6869" +
      "0800000000000000 0300000000000000 0868e5cf8b010000 bc9a785634120000 5000000000000000 00 00000000",
  ],
  [
    {
      type: "AppendEntriesReply",
      term: term(3),
      success: false,
      round: 77,
      matchIndex: logIndex(0),
      rejectedIndex: logIndex(6),
      hintIndex: logIndex(4),
      hintTerm: term(1),
      machineVersion: 2,
      keepsLease: true,
      lowSpace: false,
    },
    "06 0300000000000000 00 4d00000000000000 0000000000000000 0600000000000000 0400000000000000 0100000000000000" +
      "0200000000000000 01 00",
  ],
  [
    {
      type: "Forward",
      term: term(3),
      session: big,
      settledBelow: 4,
      proposals: [{ seq: 4, data: Buffer.from("c") }],
    },
    "07 0300000000000000 ffffffffffff1f00 0400000000000000 01000000 0400000000000000 01000000 63",
  ],
  [
    { type: "ForwardRejected", term: term(3), session: 5, seqs: [4, 6], reason: "transferring" },
    "08 0300000000000000 0500000000000000 01 02000000 0400000000000000 0600000000000000",
  ],
  [
    { type: "ReadIndex", term: term(3), session: 5, request: 8 },
    "09 0300000000000000 0500000000000000 0800000000000000",
  ],
  [
    { type: "ReadIndexReply", term: term(3), session: 5, request: 8, index: logIndex(9) },
    "0a 0300000000000000 0500000000000000 0800000000000000 0900000000000000",
  ],
  [{ type: "TimeoutNow", term: term(3) }, "0b 0300000000000000"],
  [
    {
      type: "SnapshotChunk",
      term: term(3),
      stream: 1,
      snapshotIndex: logIndex(9),
      snapshotTerm: term(2),
      bytes: 104,
      offset: 100,
      last: true,
      data: Buffer.from("snap"),
    },
    "0c 0300000000000000 0100000000000000 0900000000000000 0200000000000000 6800000000000000 " +
      "6400000000000000 01 736e6170",
  ],
  [
    { type: "SnapshotAck", term: term(3), stream: 1, received: 104, state: "received" },
    "0d 0300000000000000 0100000000000000 6800000000000000 01",
  ],
  [
    {
      type: "Administer",
      session: 5,
      request: 8,
      wish: { type: "add-learner", nodeId: nodeId("d"), address: "h:1" },
    },
    "0e 0500000000000000 0800000000000000 00 01000000 64 03000000 683a31",
  ],
  [
    { type: "Administer", session: 5, request: 8, wish: { type: "transfer" } },
    "0e 0500000000000000 0800000000000000 04 00000000 00000000",
  ],
  [
    { type: "Administer", session: 5, request: 8, wish: { type: "raise-version", version: 12 } },
    "0e 0500000000000000 0800000000000000 05 02000000 3132 00000000",
  ],
  [
    { type: "AdministerReply", session: 5, request: 8, outcome: "not-caught-up", index: logIndex(9) },
    "0f 0500000000000000 0800000000000000 04 0900000000000000",
  ],
  [{ type: "ClockReport", wallMs: 1_700_000_000_000 }, "10 0068e5cf8b010000"],
];

/** As plain values: data may be views of different kinds. */
const comparable = (message: WireMessage): unknown =>
  JSON.parse(
    JSON.stringify(message, (_key, value: unknown) =>
      value instanceof Uint8Array ? [...value] : isBufferJson(value) ? value.data : value,
    ),
  );

/** A Buffer turns itself into this before a replacer sees it. */
function isBufferJson(value: unknown): value is { readonly data: readonly number[] } {
  return typeof value === "object" && value !== null && "type" in value && value.type === "Buffer";
}

describe("the codec of messages", () => {
  test.each(MESSAGES.map(([message, hex]) => [message.type, message, hex] as const))(
    "writes %s as these bytes, and reads it back",
    (_type, message, hex) => {
      const bytes = Buffer.concat(encodeMessage(message));
      expect(bytes.toString("hex")).toBe(hex.replaceAll(" ", ""));
      expect(comparable(decodeMessage(bytes))).toEqual(comparable(message));
    },
  );

  test("refuses a message that is cut anywhere, or goes on behind its end", () => {
    for (const [message] of MESSAGES) {
      // The data of a snapshot's chunk go on to the end of the frame, whose length the frame vouches for.
      if (message.type === "SnapshotChunk") continue;
      const bytes = Buffer.concat(encodeMessage(message));
      for (let end = 0; end < bytes.length; end++)
        expect(() => decodeMessage(bytes.subarray(0, end))).toThrow();
      expect(() => decodeMessage(Buffer.concat([bytes, Buffer.of(0)]))).toThrow("behind its end");
    }
  });

  test("answers any bytes with a message or an error, quickly and without much memory", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 16 }), (bytes, type) => {
        bytes[0] = type;
        try {
          expect(decodeMessage(bytes)).toHaveProperty("type");
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("tells what a newer program may say from what nobody may say", () => {
    expect(() => decodeMessage(Buffer.of(200, 1, 2, 3))).toThrow(UnknownMessageError);
    const bytes = Buffer.concat(encodeMessage(MESSAGES[4]?.[0] as WireMessage));
    const typeOfFirstEntry = 1 + 5 * 8 + 4 + 5 * 8;
    expect(bytes[typeOfFirstEntry]).toBe(1);
    bytes[typeOfFirstEntry] = 77;
    expect(() => decodeMessage(bytes)).toThrow(UnknownEntryError);
    expect(() => decodeMessage(Buffer.of(11, 1))).toThrow(RangeError);
  });

  test("does not believe a count that the message is too short for", () => {
    const bytes = Buffer.concat(
      encodeMessage({ type: "ForwardRejected", term: term(1), session: 1, seqs: [1], reason: "overloaded" }),
    );
    bytes.writeUInt32LE(0xffff_ffff, 18);
    expect(() => decodeMessage(bytes)).toThrow("longer than its message");
  });
});
