import type { LogPosition } from "../core/entry.ts";
import type { Mutant } from "../core/mutants.ts";
import { logIndex, type LogIndex, term } from "../units.ts";
import { DurableMark } from "./durable-mark.ts";
import type { FileSystem } from "./file-system.ts";
import { LogContents } from "./log-contents.ts";
import type { LogRecord } from "./record-codec.ts";
import {
  corrupt,
  decodeSegmentHeader,
  readSegment,
  segmentName,
  type SegmentHeader,
  sequenceOf,
} from "./segment.ts";

export interface SegmentRecovery {
  readonly contents: LogContents;
  /** How many records there are in all. */
  readonly records: number;
  /** The segments found, oldest first. */
  readonly segments: readonly SealedSegment[];
  /** The last of them, with all that it says. */
  readonly last: { readonly header: SegmentHeader; readonly records: readonly LogRecord[] } | undefined;
  /** Where, in the last segment, the records end that are on the disk for certain. */
  readonly settledEnd: number;
  /** What the last write, of which it is not known whether it reached the disk, did to the entries. */
  readonly unsettled: { readonly kind: "reset" | "truncate"; readonly after: LogPosition } | undefined;
}

export interface SealedSegment {
  readonly sequence: number;
  /** The highest index of any entry in it. */
  readonly lastIndex: LogIndex;
}

/**
 * Replays every segment in a directory.
 *
 * @throws RaftError `RAFT_STORAGE_CORRUPT`
 */
export async function recoverSegments(
  fileSystem: FileSystem,
  directory: string,
  mutants: ReadonlySet<Mutant> = new Set(),
): Promise<SegmentRecovery> {
  const sequences = (await fileSystem.list(directory)).flatMap((name) => sequenceOf(name) ?? []);
  const mark = mutants.has("mark-ignored") ? undefined : await DurableMark.read(fileSystem, directory);
  if (mark !== undefined && mark.sequence > (sequences.at(-1) ?? 0)) {
    throw corrupt(`${directory}/${segmentName(mark.sequence)}`, 0, "the segment, the last one, is missing");
  }
  const headers: SegmentHeader[] = [];
  for (const [i, sequence] of sequences.entries()) {
    const path = `${directory}/${segmentName(sequence)}`;
    const header = decodeSegmentHeader(await readFile(fileSystem, path, HEADER_READ_BYTES), path);
    if (header.sequence !== sequence)
      throw corrupt(path, 16, `the segment says that it is number ${header.sequence}`);
    if (i > 0 && sequence !== (sequences[i - 1] as number) + 1) {
      throw corrupt(path, 0, `segment ${sequence - 1}, which comes before it, is missing`);
    }
    headers.push(header);
  }
  const contents = new LogContents(headers[0]?.start ?? { index: logIndex(0), term: term(0) });
  const segments: SealedSegment[] = [];
  let settledEnd = 0;
  let records = 0;
  let last: SegmentRecovery["last"];
  let unsettled: SegmentRecovery["unsettled"];
  for (const [i, header] of headers.entries()) {
    const path = `${directory}/${segmentName(header.sequence)}`;
    const next = headers[i + 1];
    const known = {
      end: next?.previousEnd,
      durable: mark?.sequence === header.sequence ? mark.end : undefined,
    };
    const segment = readSegment(await readFile(fileSystem, path), header, known, path, mutants);
    let lastIndex = logIndex(0);
    for (const [n, record] of segment.records.entries()) {
      if (next === undefined && n >= segment.settled) unsettled = withRecord(unsettled, record, contents);
      replay(record, contents, path, segment.offsets[n] ?? 0);
      if (record.kind === "entry" && record.entry.index > lastIndex) lastIndex = record.entry.index;
    }
    segments.push({ sequence: header.sequence, lastIndex });
    settledEnd = segment.settledEnd;
    records += segment.records.length;
    last = { header, records: segment.records };
  }
  return { contents, records, segments, last, settledEnd, unsettled };
}

const HEADER_READ_BYTES = 64;

function replay(record: LogRecord, contents: LogContents, path: string, offset: number): void {
  try {
    switch (record.kind) {
      case "hard-state":
        contents.hardState = record.hardState;
        return;
      case "reset":
        contents.endAt(record.after, false);
        return;
      case "truncate":
        contents.endAt(record.after, true);
        return;
      case "entry":
        contents.push(record.entry);
        return;
      default:
        record satisfies never;
    }
  } catch (cause) {
    throw corrupt(path, offset, (cause as Error).message, cause);
  }
}

/** Extends what is known of the last write by one more of its records, which is about to be replayed. */
function withRecord(
  so: SegmentRecovery["unsettled"],
  record: LogRecord,
  contents: LogContents,
): SegmentRecovery["unsettled"] {
  switch (record.kind) {
    case "hard-state":
      return so;
    case "reset":
      return record;
    case "truncate":
      return so === undefined || (so.kind === "truncate" && record.after.index < so.after.index)
        ? record
        : so;
    case "entry":
      return so ?? { kind: "truncate", after: contents.last };
    default:
      return record satisfies never;
  }
}

async function readFile(
  fileSystem: FileSystem,
  path: string,
  bytesMax = Number.POSITIVE_INFINITY,
): Promise<Buffer> {
  const file = await fileSystem.open(path, "read");
  try {
    // Page-sized and zeroed, as its slices live on as the entries' data.
    const bytes = Buffer.alloc(Math.min(await file.size(), bytesMax));
    const read = await file.read(bytes, 0);
    if (read !== bytes.length)
      throw corrupt(path, read, `the file ends here, short of its length ${bytes.length}`);
    return bytes;
  } finally {
    await file.close();
  }
}
