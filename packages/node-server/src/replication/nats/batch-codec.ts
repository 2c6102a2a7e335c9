// What one message of the stream holds: who sent it, which of its batches it is, and commands, none or many.

/** A batch as its sender describes it. */
export interface BatchHead {
  /** The node that sent it. */
  readonly nodeId: string;
  /** Drawn by each process at its start: sequence numbers begin anew with it. */
  readonly session: string;
  /** Counts the session's batches, from 1. */
  readonly seq: number;
  /** Batches of the session below this one are over: they are applied, or nobody waits for them. */
  readonly floor: number;
  /** What the sender had applied when it sent this. */
  readonly appliedIndex: number;
  /** The sender's digest at the newest multiple of 1000 that it had passed. */
  readonly digest?: { readonly index: number; readonly value: string };
  /** The sender ends. */
  readonly leaving?: true;
}

export interface Batch {
  readonly head: BatchHead;
  readonly commands: readonly Uint8Array[];
}

/** Bytes that no program of this kind has written. */
export class BatchDamage extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "BatchDamage";
  }
}

/** A batch that another version of the program has written, which this one cannot read. */
export class BatchVersionUnknown extends Error {
  constructor(version: number) {
    super(`the stream holds a batch of format ${version}, which this program does not know: upgrade it`);
    this.name = "BatchVersionUnknown";
  }
}

const MAGIC = Buffer.from("QBL", "latin1");
const VERSION = 1;
const PREFIX_BYTES = MAGIC.length + 1;
const LENGTH_BYTES = 4;

/** Bytes of a command in a batch beside its own. */
export const COMMAND_OVERHEAD_BYTES = LENGTH_BYTES;

/** `QBL`, the format (1 byte), the head as JSON, the commands; head and commands each behind their length (u32, LE). */
export function encodeBatch({ head, commands }: Batch): Uint8Array {
  const json = Buffer.from(JSON.stringify(head), "utf8");
  let bytes = PREFIX_BYTES + LENGTH_BYTES + json.length;
  for (const command of commands) bytes += LENGTH_BYTES + command.length;
  const batch = Buffer.allocUnsafe(bytes);
  let at = MAGIC.copy(batch);
  at = batch.writeUInt8(VERSION, at);
  for (const part of [json, ...commands]) {
    at = batch.writeUInt32LE(part.length, at);
    batch.set(part, at);
    at += part.length;
  }
  return batch;
}

/** @throws BatchDamage, BatchVersionUnknown */
export function decodeBatch(bytes: Uint8Array): Batch {
  const batch = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (batch.length < PREFIX_BYTES || !batch.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new BatchDamage("a message of the stream is no batch of commands");
  }
  const version = batch.readUInt8(MAGIC.length);
  if (version !== VERSION) throw new BatchVersionUnknown(version);
  const parts: Buffer[] = [];
  for (let at = PREFIX_BYTES; at < batch.length; ) {
    const from = at + LENGTH_BYTES;
    const to = from <= batch.length ? from + batch.readUInt32LE(at) : Number.POSITIVE_INFINITY;
    if (to > batch.length) throw new BatchDamage("a batch of the stream is cut short");
    parts.push(batch.subarray(from, to));
    at = to;
  }
  const [head, ...commands] = parts;
  if (head === undefined) throw new BatchDamage("a batch of the stream has no head");
  return { head: readHead(head), commands };
}

function readHead(bytes: Buffer): BatchHead {
  let head: unknown;
  try {
    head = JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw new BatchDamage("the head of a batch is no JSON", { cause });
  }
  if (!isHead(head)) throw new BatchDamage("the head of a batch lacks something");
  return head;
}

function isHead(value: unknown): value is BatchHead {
  if (typeof value !== "object" || value === null) return false;
  const { nodeId, session, seq, floor, appliedIndex, digest } = value as Record<string, unknown>;
  return (
    typeof nodeId === "string" &&
    typeof session === "string" &&
    [seq, floor, appliedIndex].every((number) => Number.isSafeInteger(number)) &&
    (digest === undefined || (typeof digest === "object" && digest !== null))
  );
}
