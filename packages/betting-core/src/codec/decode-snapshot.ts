// Chunks of a snapshot back into a book's state.

import type { DigestParts } from "../book.ts";
import { restoreDigests } from "../digest/book-digest.ts";
import { CodecError } from "../errors.ts";
import { BookState } from "../state/book-state.ts";
import type { DepartureRecord } from "../state/departures-table.ts";
import { tablesOf } from "../state/tables.ts";
import { type LogIndex, trusted, type UnixMillis, type UserId } from "../units.ts";
import type { AuditView } from "../views.ts";
import { ByteReader } from "./byte-reader.ts";
import { decodeChunks } from "./snapshot-chunk.ts";
import { SECTION, type SnapshotHeader } from "./snapshot-header.ts";
import { decodeDrawRow, decodeGameRow, decodeLimitsRow } from "./snapshot-rows.ts";

const TEXT_MAX = 0x7fff_ffff;

export async function readSnapshot(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<BookState> {
  const state = new BookState();
  const columns = tablesOf(state).map((table) => table.columns);
  let header: SnapshotHeader | undefined;
  let parts: DigestParts | undefined;
  let batch: Uint8Array[] = [];
  let accounts = 0;
  for await (const { section, payload } of decodeChunks(source)) {
    if (parts !== undefined) throw new CodecError("CODEC_MALFORMED", "chunks follow the end of the snapshot");
    if ((header === undefined) !== (section === SECTION.header)) {
      throw new CodecError("CODEC_MALFORMED", "a snapshot begins with its one header");
    }
    switch (section) {
      case SECTION.header:
        header = JSON.parse(new ByteReader(payload).text(TEXT_MAX)) as SnapshotHeader;
        break;
      case SECTION.page: {
        const from = new ByteReader(payload);
        const column = columns[from.byte()]?.[from.byte()];
        if (column === undefined) throw new CodecError("CODEC_MALFORMED", "a page of no known column");
        const page = from.byte() + from.byte() * 0x100 + from.byte() * 0x1_0000 + from.byte() * 0x100_0000;
        column.restorePage(page, from.rest());
        break;
      }
      case SECTION.end:
        parts = JSON.parse(new ByteReader(payload).text(TEXT_MAX)) as DigestParts;
        break;
      default: {
        batch.push(payload.slice(1));
        if (payload[0] === 1) break;
        for (const text of textsOf(batch)) accounts = restoreRow(state, section, text, accounts);
        batch = [];
      }
    }
  }
  if (header === undefined || parts === undefined || batch.length > 0) {
    throw new CodecError("CODEC_TRUNCATED", "the snapshot is not whole");
  }
  finish(state, header);
  check(state, header, parts, accounts);
  return state;
}

/** @returns how many accounts have their names by now */
function restoreRow(state: BookState, section: number, text: string, accounts: number): number {
  switch (section) {
    case SECTION.names: {
      const row = accounts + 1;
      state.accounts.names.set(row, trusted<UserId>(text));
      state.accounts.index(row, trusted<UserId>(text));
      return row;
    }
    case SECTION.games: {
      const game = decodeGameRow(text);
      state.games.restore(game);
      const waits = game.status === "open" || game.status === "suspended";
      if (waits && game.text.closesAt >= 0) state.closing.add(game.text.closesAt, game.text.id);
      return accounts;
    }
    case SECTION.limits: {
      const [row, record] = decodeLimitsRow(text);
      state.accounts.limits.set(row, record);
      return accounts;
    }
    case SECTION.draws: {
      const draw = decodeDrawRow(text);
      state.draws.records.set(draw.game, draw);
      const status = state.games.get(draw.game)?.status;
      if (status !== "settled" && status !== "voided") state.revealing.add(draw.revealBy, draw.game);
      return accounts;
    }
    case SECTION.voids:
      state.departures.restore(JSON.parse(text) as DepartureRecord);
      return accounts;
    case SECTION.audit:
      state.audit.restore(JSON.parse(text) as AuditView);
      return accounts;
    default:
      throw new CodecError("CODEC_MALFORMED", `a chunk of section ${section}`);
  }
}

function finish(state: BookState, header: SnapshotHeader): void {
  state.index = trusted<LogIndex>(header.index);
  state.at = trusted<UnixMillis>(header.at);
  Object.assign(state.counters, header.counters);
  state.accounts.count = header.rows.accounts;
  state.bets.count = header.rows.bets;
  state.ledger.count = header.rows.ledger;
  state.history.restore(header.rows.history, header.rows.runs);
  state.settlements.restore(state, header.settlements, header.settledUpTo ?? 0);
  for (let bet = 1; bet <= state.bets.count; bet++) state.indexBet(bet);
  const { kept, day, hour } = state.requests;
  for (const [position, rows] of [kept, day, hour].entries()) {
    [rows.first, rows.next] = header.requests[position] ?? [0, 0];
  }
  state.requests.reindex();
}

/** The rows themselves must add up to the digest that the snapshot claims. */
function check(state: BookState, header: SnapshotHeader, claimed: DigestParts, accounts: number): void {
  const { games, audit, voids } = header.rows;
  const whole =
    state.games.count === games && state.audit.count === audit && state.departures.count === voids;
  if (accounts !== header.rows.accounts || !whole) {
    throw new CodecError("CODEC_MALFORMED", "the snapshot has other rows than its header says");
  }
  const found = restoreDigests(state);
  for (const part of Object.keys(found) as (keyof DigestParts)[]) {
    if (found[part] !== claimed[part]) {
      throw new CodecError(
        "CODEC_CHECKSUM",
        `${part}: digest ${found[part]} is not the snapshot's ${claimed[part]}`,
      );
    }
  }
}

function textsOf(batch: readonly Uint8Array[]): string[] {
  const bytes = new Uint8Array(batch.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of batch) {
    bytes.set(part, at);
    at += part.length;
  }
  const from = new ByteReader(bytes);
  const texts: string[] = [];
  while (!from.done) texts.push(from.text(TEXT_MAX));
  return texts;
}
