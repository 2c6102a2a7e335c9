import type { LogPosition } from "../core/entry.ts";
import type { Mutant } from "../core/mutants.ts";
import { RaftError } from "../errors.ts";
import type { Random } from "../runtime.ts";
import { logIndex, type LogIndex, term } from "../units.ts";
import { DurableMark } from "./durable-mark.ts";
import type { File, FileSystem } from "./file-system.ts";
import type { LogStorage, LogWrite, RecoveredLog } from "./log-storage.ts";
import {
  encodeEntryRecord,
  encodeRecord,
  entryRecordBytes,
  type LogRecord,
  recordBytes,
} from "./record-codec.ts";
import { encodeSegmentHeader, SEGMENT_HEADER_BYTES, type SegmentHeader, segmentName } from "./segment.ts";
import { recoverSegments, type SealedSegment, type SegmentRecovery } from "./segment-recovery.ts";
import { SpareFile } from "./spare-file.ts";
import { TermHistory } from "./term-history.ts";

export interface SegmentLogOptions {
  readonly fileSystem: FileSystem;
  /** A directory for this log alone. */
  readonly directory: string;
  readonly random: Random;
  /** Size of a segment file. A write longer than that makes a longer one. */
  readonly segmentBytes?: number;
  /** Deliberate bugs, for tests of the tests. */
  readonly mutants?: ReadonlySet<Mutant>;
}

const SEGMENT_BYTES_DEFAULT = 16 << 20;
const WRITE_BYTES_FIRST = 64 << 10;

interface OpenSegment {
  readonly sequence: number;
  readonly salt: number;
  readonly file: File;
  /** Where the next record goes; everything before is durable. */
  end: number;
  lastIndex: LogIndex;
}

/**
 * The log in append-only segment files. What has been written is never written over: `open` begins a new segment
 * and repeats in it what the last write before a crash may have left half done. So a crash during recovery finds
 * everything as it was, and a sync that failed and was forgotten by the kernel is made good. A last segment of which
 * no more than half is used is repeated whole and takes the old one's place and name at one stroke, so that a node that ends and
 * starts again and again does not fill its disk with segments that are nearly empty.
 */
export class SegmentLog implements LogStorage {
  readonly #fileSystem: FileSystem;
  readonly #directory: string;
  readonly #random: Random;
  readonly #segmentBytes: number;
  readonly #mutants: ReadonlySet<Mutant>;
  readonly #spare: SpareFile;
  /** Closed for writing, oldest first. */
  #sealed: SealedSegment[] = [];
  #current: OpenSegment | undefined;
  #mark: DurableMark | undefined;
  #terms = new TermHistory(BEGINNING);
  /** Begins every segment, so that the ones before it can be removed. */
  #hardState: LogRecord = { kind: "hard-state", hardState: { currentTerm: term(0), votedFor: null } };
  /** Of the write under way, there being one at a time: memory that is used again needs no pages from the kernel. */
  #buffer = Buffer.alloc(WRITE_BYTES_FIRST);
  #compacting: Promise<void> = Promise.resolve();

  constructor(options: SegmentLogOptions) {
    this.#fileSystem = options.fileSystem;
    this.#directory = options.directory;
    this.#random = options.random;
    this.#mutants = options.mutants ?? new Set();
    this.#segmentBytes = options.segmentBytes ?? SEGMENT_BYTES_DEFAULT;
    this.#spare = new SpareFile(this.#fileSystem, `${this.#directory}/spare.tmp`, this.#segmentBytes);
  }

  async open(): Promise<RecoveredLog> {
    await this.#fileSystem.makeDirectory(this.#directory);
    const recovery = await recoverSegments(this.#fileSystem, this.#directory, this.#mutants);
    const recovered = recovery.contents.recovered();
    this.#sealed = [...recovery.segments];
    this.#hardState = { kind: "hard-state", hardState: recovered.hardState };
    this.#terms = new TermHistory(recovered.base);
    for (const entry of recovered.entries) this.#terms.push(entry);

    const current = await this.#beginAgain(recovery, recovered);
    this.#current = current;
    this.#mark = await DurableMark.create(this.#fileSystem, this.#directory, {
      sequence: current.sequence,
      end: current.end,
    });
    if (this.#isSmall(recovered)) await this.#dropSealed(recovery.contents.last.index);
    return recovered;
  }

  /** A small log is repeated whole, and its old segments are dropped. */
  #isSmall({ entries }: RecoveredLog): boolean {
    const bytes = entries.reduce((sum, entry) => sum + entryRecordBytes(entry), 0);
    return bytes <= this.#segmentBytes / 4;
  }

  /** Begins the segment that is written to from now on. */
  async #beginAgain(recovery: SegmentRecovery, recovered: RecoveredLog): Promise<OpenSegment> {
    const { contents, segments, last, settledEnd, unsettled } = recovery;
    const isSmall = this.#isSmall(recovered);
    if (!isSmall && last !== undefined && sumOfBytes(last.records) <= this.#segmentBytes / 2) {
      return await this.#replaceLast(last.header, last.records);
    }
    const first: SegmentRecovery["unsettled"] = isSmall
      ? { kind: "reset", after: recovered.base }
      : unsettled;
    const repeated: LogRecord[] = [];
    if (first !== undefined) {
      repeated.push(first);
      for (const entry of contents.from(logIndex(first.after.index + 1)))
        repeated.push({ kind: "entry", entry });
    }
    const sequence = (segments.at(-1)?.sequence ?? 0) + 1;
    // What is repeated no longer counts where it was: it may be in the kernel's cache alone, and lost later.
    const start = first?.after ?? contents.last;
    return await this.#beginSegment(sequence, settledEnd, start, repeated);
  }

  /** Puts a segment with the same records in the place of the last one. */
  async #replaceLast(
    { sequence, previousEnd, start }: SegmentHeader,
    records: readonly LogRecord[],
  ): Promise<OpenSegment> {
    // Until the new one is named, and after, the mark vouches for no more than that there is a segment of that number:
    // in the new one the records may end sooner.
    const mark = { sequence, end: SEGMENT_HEADER_BYTES };
    await (await DurableMark.create(this.#fileSystem, this.#directory, mark)).close();
    // The latest hard state stands at the head of every segment.
    const repeated = records.filter(({ kind }) => kind !== "hard-state");
    const segment = await this.#beginSegment(sequence, previousEnd, start, repeated);
    this.#sealed.pop();
    return segment;
  }

  async append(writes: readonly LogWrite[]): Promise<void> {
    const { current, mark } = this.#opened();
    const bytes = sumOfWrites(writes);
    if (bytes === 0) return;
    if (current.end + bytes > this.#segmentBytes) {
      const start = this.#terms.last;
      const records = writes.flatMap((write) => this.#recordsOf(write));
      this.#current = await this.#beginSegment(current.sequence + 1, current.end, start, records);
      this.#sealed.push({ sequence: current.sequence, lastIndex: current.lastIndex });
      await current.file.close();
      await mark.commit({ sequence: this.#current.sequence, end: this.#current.end });
      return;
    }
    if (bytes > this.#buffer.length) this.#buffer = Buffer.alloc(Math.max(bytes, 2 * this.#buffer.length));
    this.#encodeWrites(writes, current);
    await current.file.write([this.#buffer.subarray(0, bytes)], current.end);
    current.end += bytes;
    mark.note({ sequence: current.sequence, end: current.end });
    if (current.end > this.#segmentBytes / 4) this.#spare.prepare();
  }

  settle(): void {
    this.#mark?.settle();
  }

  compact(through: LogIndex): Promise<void> {
    this.#compacting = this.#compacting.then(() => this.#dropSealed(through));
    return this.#compacting;
  }

  async close(): Promise<void> {
    await this.#compacting.catch(() => undefined);
    await this.#spare.close();
    await this.#current?.file.close();
    this.#current = undefined;
    await this.#mark?.close();
    this.#mark = undefined;
  }

  #opened(): { readonly current: OpenSegment; readonly mark: DurableMark } {
    const current = this.#current;
    const mark = this.#mark;
    if (current === undefined || mark === undefined)
      throw new RaftError("RAFT_STORAGE_FAILED", "the log is not open");
    return { current, mark };
  }

  #recordsOf(write: LogWrite): LogRecord[] {
    const records = this.#changesOf(write);
    for (const entry of write.entries) {
      this.#terms.push(entry);
      records.push({ kind: "entry", entry });
    }
    return records;
  }

  /** What comes before the entries of a write. */
  #changesOf(write: LogWrite): LogRecord[] {
    const records: LogRecord[] = [];
    if (write.hardState !== undefined) {
      this.#hardState = { kind: "hard-state", hardState: write.hardState };
      records.push(this.#hardState);
    }
    if (write.reset !== undefined) {
      this.#terms = new TermHistory(write.reset);
      records.push({ kind: "reset", after: write.reset });
    }
    if (write.truncateFrom !== undefined) {
      this.#terms.truncateFrom(write.truncateFrom);
      records.push({ kind: "truncate", after: this.#terms.last });
    }
    return records;
  }

  /** Into the buffer, as they will stand from the end of `segment` on. */
  #encodeWrites(writes: readonly LogWrite[], segment: OpenSegment): void {
    const { salt, end } = segment;
    let at = 0;
    for (const write of writes) {
      for (const record of this.#changesOf(write))
        at = encodeRecord(this.#buffer, at, record, { salt, offset: end + at }, end);
      for (const entry of write.entries) {
        this.#terms.push(entry);
        at = encodeEntryRecord(this.#buffer, at, entry, { salt, offset: end + at }, end);
        if (entry.index > segment.lastIndex) segment.lastIndex = entry.index;
      }
    }
  }

  /** Makes a segment durable with these records at its head, and only then gives it its name. */
  async #beginSegment(
    sequence: number,
    previousEnd: number,
    start: LogPosition,
    records: readonly LogRecord[],
  ): Promise<OpenSegment> {
    const all = [this.#hardState, ...records];
    const bytes = sumOfBytes(all);
    const end = SEGMENT_HEADER_BYTES + bytes;
    const salt = this.#random.uint32();
    const file = await this.#spare.take();
    const fileBytes = Math.max(end, this.#segmentBytes);
    const header = encodeSegmentHeader({ sequence, salt, previousEnd, start, bornDurable: end, fileBytes });
    const encoded = Buffer.allocUnsafeSlow(bytes);
    encodeRecords(encoded, all, salt, SEGMENT_HEADER_BYTES, 0);
    await file.write([header, encoded], 0);
    await this.#fileSystem.rename(this.#spare.path, `${this.#directory}/${segmentName(sequence)}`);
    await this.#fileSystem.syncDirectory(this.#directory);
    return { sequence, salt, file, end, lastIndex: highestIndex(records, logIndex(0)) };
  }

  /** Removes the oldest segments as far as nothing in them is needed. */
  async #dropSealed(through: LogIndex): Promise<void> {
    for (;;) {
      const oldest = this.#sealed[0];
      if (oldest === undefined || oldest.lastIndex > through) return;
      await this.#fileSystem.remove(`${this.#directory}/${segmentName(oldest.sequence)}`);
      // One at a time: if a crash undid an earlier removal and not a later one, a segment would be missing.
      await this.#fileSystem.syncDirectory(this.#directory);
      this.#sealed.shift();
    }
  }
}

function encodeRecords(
  into: Buffer,
  records: readonly LogRecord[],
  salt: number,
  from: number,
  durable: number,
): void {
  let at = 0;
  for (const record of records) at = encodeRecord(into, at, record, { salt, offset: from + at }, durable);
}

/** Bytes of all records that the writes are made of; positions are of one length, whatever they are. */
function sumOfWrites(writes: readonly LogWrite[]): number {
  let sum = 0;
  for (const { hardState, reset, truncateFrom, entries } of writes) {
    if (hardState !== undefined) sum += recordBytes({ kind: "hard-state", hardState });
    if (reset !== undefined) sum += recordBytes({ kind: "reset", after: reset });
    if (truncateFrom !== undefined) sum += recordBytes({ kind: "truncate", after: BEGINNING });
    for (const entry of entries) sum += entryRecordBytes(entry);
  }
  return sum;
}

const BEGINNING: LogPosition = { index: logIndex(0), term: term(0) };

function sumOfBytes(records: readonly LogRecord[]): number {
  let sum = 0;
  for (const record of records) sum += recordBytes(record);
  return sum;
}

function highestIndex(records: readonly LogRecord[], least: LogIndex): LogIndex {
  let highest = least;
  for (const record of records) {
    if (record.kind === "entry" && record.entry.index > highest) highest = record.entry.index;
  }
  return highest;
}
