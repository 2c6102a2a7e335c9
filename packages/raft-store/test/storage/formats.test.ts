import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  decodeRecord,
  encodeRecord,
  type LogRecord,
  recordAt,
  recordBytes,
} from "../../src/storage/record-codec.ts";
import { decodeSegmentHeader, encodeSegmentHeader } from "../../src/storage/segment.ts";
import { SnapshotDecoder, SnapshotEncoder } from "../../src/storage/snapshot-codec.ts";
import { logIndex, nodeId, term } from "../../src/units.ts";
import { entry, snapshotMeta } from "./fixtures.ts";

const golden = JSON.parse(
  readFileSync(fileURLToPath(new URL("golden-v1.json", import.meta.url)), "utf8"),
) as Record<string, string>;

const RECORDS: Record<string, LogRecord> = {
  "entry, command": { kind: "entry", entry: entry(7, { term: 3, data: "hello" }) },
  "entry, noop": { kind: "entry", entry: entry(8, { term: 4, data: "", type: "noop" }) },
  "entry, config": { kind: "entry", entry: entry(9, { term: 4, data: "{}", type: "config" }) },
  "hard state, voted": { kind: "hard-state", hardState: { currentTerm: term(5), votedFor: nodeId("node1") } },
  "hard state, not voted": { kind: "hard-state", hardState: { currentTerm: term(2 ** 40), votedFor: null } },
  truncate: { kind: "truncate", after: { index: logIndex(6), term: term(2) } },
  reset: { kind: "reset", after: { index: logIndex(2 ** 45), term: term(9) } },
};
const PLACE = { salt: 0xdead_beef, offset: 64 };

function encoded(record: LogRecord): Buffer {
  const bytes = Buffer.alloc(64 + recordBytes(record));
  encodeRecord(bytes, 64, record, PLACE, 16);
  return bytes;
}

describe("version 1 on the disk", () => {
  test.each(Object.entries(RECORDS))(
    "the record %s is these bytes, and they are read as it",
    (name, record) => {
      const bytes = encoded(record);
      expect(bytes.subarray(64).toString("hex")).toBe(golden[name]);
      const found = recordAt(bytes, PLACE);
      expect(found?.durable).toBe(16);
      const read = decodeRecord(bytes, 64, found?.length ?? 0);
      expect(JSON.parse(JSON.stringify(read))).toEqual(JSON.parse(JSON.stringify(record)));
    },
  );

  test("the header of a segment is these bytes, and they are read as it", () => {
    const header = {
      sequence: 3,
      salt: 0xcafe_f00d,
      previousEnd: 4096,
      start: { index: logIndex(100), term: term(7) },
      bornDurable: 128,
      fileBytes: 16 << 20,
    };
    const bytes = encodeSegmentHeader(header);
    expect(bytes.toString("hex")).toBe(golden["segment header"]);
    expect(decodeSegmentHeader(bytes, "f")).toEqual(header);
  });

  test("a snapshot is these bytes, and they are read as it", () => {
    const encoder = new SnapshotEncoder();
    const parts = [encoder.head(snapshotMeta(42)), encoder.data(Buffer.from("state")), encoder.end()];
    const bytes = Buffer.concat(parts.flat());
    expect(bytes.toString("hex")).toBe(golden["snapshot"]);
    const decoder = new SnapshotDecoder();
    expect(Buffer.concat(decoder.push(bytes)).toString()).toBe("state");
    expect(decoder.finish()).toEqual(snapshotMeta(42));
  });
});
