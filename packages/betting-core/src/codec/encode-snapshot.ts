// A frozen book as chunks. Everything is read from frozen pages, so commands may go on between two chunks.

import type { BookSnapshot, DigestParts } from "../book.ts";
import { partsHex, wholeHex } from "../digest/book-digest.ts";
import type { FrozenPage } from "../columns/page.ts";
import { invariant } from "../errors.ts";
import type { BookState } from "../state/book-state.ts";
import { encodeDrawRow, encodeLimitsRow, encodeGameRow } from "./snapshot-rows.ts";
import { tablesOf } from "../state/tables.ts";
import { ByteWriter } from "./byte-writer.ts";
import { encodeChunk, PAYLOAD_BYTES_MAX } from "./snapshot-chunk.ts";
import { headerOf, SECTION, type SnapshotHeader } from "./snapshot-header.ts";

interface FrozenTable {
  readonly pages: readonly number[];
  readonly columns: readonly (readonly (FrozenPage | undefined)[])[];
}

/** Rows of one kind as JSON texts; undefined is left out. */
interface FrozenList {
  readonly section: number;
  readonly count: number;
  readonly row: (row: number) => string | undefined;
}

export function takeSnapshot(state: BookState): BookSnapshot {
  invariant(isLittleEndian(), "snapshots are made on little-endian machines only");
  const header = headerOf(state);
  const parts = partsHex(state);
  const tables: FrozenTable[] = tablesOf(state).map(({ columns, pages }) => ({
    pages,
    columns: columns.map((column) => column.freeze()),
  }));
  const names = state.accounts.names.freeze();
  const games = state.games.freeze();
  const limits = state.accounts.limits.freeze();
  const audit = state.audit.records.freeze();
  const draws = state.draws.records.freeze();
  const departures = state.departures.records.freeze();
  const lists: FrozenList[] = [
    { section: SECTION.names, count: header.rows.accounts, row: (row) => names(row) },
    { section: SECTION.games, count: header.rows.games, row: (row) => encodeGameRow(games(row)) },
    { section: SECTION.limits, count: header.rows.accounts, row: (row) => encodeLimitsRow(row, limits(row)) },
    { section: SECTION.audit, count: header.rows.audit, row: (row) => JSON.stringify(audit(row)) },
    { section: SECTION.draws, count: header.rows.games, row: (row) => encodeDrawRow(draws(row)) },
    { section: SECTION.voids, count: header.rows.voids, row: (row) => JSON.stringify(departures(row)) },
  ];
  return {
    index: state.index,
    at: state.at,
    digest: wholeHex(state),
    encode: () => encode(header, tables, lists, parts),
  };
}

async function* encode(
  header: SnapshotHeader,
  tables: readonly FrozenTable[],
  lists: readonly FrozenList[],
  parts: DigestParts,
): AsyncGenerator<Uint8Array, void, undefined> {
  let number = 0;
  const writer = new ByteWriter();
  yield encodeChunk(number++, SECTION.header, writer.text(JSON.stringify(header)).take());
  for (const [table, { pages, columns }] of tables.entries()) {
    for (const [column, frozen] of columns.entries()) {
      for (const page of pages) {
        const view = frozen[page];
        // A page may be missing where all of its rows are reserved and none is written.
        if (view === undefined) continue;
        const place = [table, column, page & 0xff, (page >>> 8) & 0xff, (page >>> 16) & 0xff, page >>> 24];
        yield encodeChunk(number++, SECTION.page, Uint8Array.from(place), withoutTrailingZeros(view));
      }
    }
  }
  for (const list of lists) {
    for (const payload of payloadsOf(list, writer)) yield encodeChunk(number++, list.section, payload);
  }
  yield encodeChunk(number++, SECTION.end, writer.text(JSON.stringify(parts)).take());
}

/** A run of texts, each with a byte that says whether its chunk ends here or the text goes on in the next one. */
function* payloadsOf({ count, row }: FrozenList, writer: ByteWriter): Generator<Uint8Array> {
  for (let at = 1; at <= count; at++) {
    const text = row(at);
    if (text !== undefined) writer.text(text);
    while (writer.length > BATCH_BYTES) yield* cut(writer.take());
  }
  if (writer.length > 0) yield* cut(writer.take());
}

/** A batch of whole texts is cut into chunks; the first byte says whether another part follows. */
function* cut(batch: Uint8Array): Generator<Uint8Array> {
  const partBytes = PAYLOAD_BYTES_MAX - 1;
  for (let at = 0; at < batch.length; at += partBytes) {
    const part = batch.subarray(at, at + partBytes);
    const payload = new Uint8Array(1 + part.length);
    payload[0] = at + partBytes < batch.length ? 1 : 0;
    payload.set(part, 1);
    yield payload;
  }
}

/** Half a chunk: most batches then fit one. */
const BATCH_BYTES = PAYLOAD_BYTES_MAX >>> 1;

function withoutTrailingZeros(page: FrozenPage): Uint8Array {
  const bytes = new Uint8Array(page.buffer);
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return bytes.subarray(0, end);
}

function isLittleEndian(): boolean {
  return new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
}
