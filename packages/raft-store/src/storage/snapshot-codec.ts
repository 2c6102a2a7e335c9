import { checksum } from "../checksum.ts";
import { asBuffer, readU64, writeU64 } from "../bytes.ts";
import { decodeConfiguration, encodeConfiguration } from "../core/configuration.ts";
import type { SnapshotMeta } from "../core/entry.ts";
import { RaftError } from "../errors.ts";
import { encodeFrameHeader, FRAME_HEADER_BYTES, type Frame, FrameError, FrameReader } from "../frame.ts";
import { logIndex, term, unixMillis } from "../units.ts";

/**
 * A snapshot in bytes, in a file and on the wire alike: frames as in frame.ts, of which the first is
 * the head (kind 16: JSON), then the machine's data (kind 17), then the end (kind 18: the number of data bytes, 8,
 * and the CRC-32 over all of them, 4). The frames' own checksums find damage; the end finds what is missing or
 * out of order.
 */
const Kind = { head: 16, data: 17, end: 18 } as const;

const VERSION = 1;

/** Longest data frame; longer chunks of the machine are cut. Also what a reader holds in memory. */
export const SNAPSHOT_FRAME_BYTES_MAX = 1 << 20;

export class SnapshotEncoder {
  #dataBytes = 0;
  #crc = 0;

  head(meta: SnapshotMeta): Uint8Array[] {
    const { index, term: lastTerm, at, configuration, configurationIndex, machineVersion } = meta;
    const members = asBuffer(encodeConfiguration(configuration)).toString("utf8");
    const json = JSON.stringify({
      version: VERSION,
      index,
      term: lastTerm,
      at,
      configuration: members,
      configurationIndex,
      ...(machineVersion !== undefined && { machineVersion }),
    });
    return frame(Kind.head, Buffer.from(json, "utf8"));
  }

  data(chunk: Uint8Array): Uint8Array[] {
    const frames: Uint8Array[] = [];
    for (let at = 0; at < chunk.length; at += SNAPSHOT_FRAME_BYTES_MAX) {
      const part = chunk.subarray(at, at + SNAPSHOT_FRAME_BYTES_MAX);
      this.#dataBytes += part.length;
      this.#crc = checksum([part], this.#crc);
      frames.push(...frame(Kind.data, part));
    }
    return frames;
  }

  end(): Uint8Array[] {
    const body = Buffer.alloc(12);
    writeU64(body, this.#dataBytes, 0);
    body.writeUInt32LE(this.#crc, 8);
    return frame(Kind.end, body);
  }
}

/** Reads a snapshot piece by piece, verifying as it goes. */
export class SnapshotDecoder {
  readonly #frames = new FrameReader(SNAPSHOT_FRAME_BYTES_MAX);
  #meta: SnapshotMeta | undefined;
  #dataBytes = 0;
  #crc = 0;
  #ended = false;
  /** Where the next frame to be taken begins. */
  #offset = 0;

  /** Where in the bytes the first frame begins that was not understood: the place of damage, once something threw. */
  get offset(): number {
    return this.#offset;
  }

  /** Known once the head has been read. */
  get meta(): SnapshotMeta | undefined {
    return this.#meta;
  }

  /**
   * Takes the next bytes, and returns the machine's data in them.
   *
   * @throws RaftError `RAFT_STORAGE_CORRUPT`
   */
  push(bytes: Uint8Array): Uint8Array[] {
    try {
      return this.#frames.push(asBuffer(bytes)).flatMap((each) => {
        const data = this.#take(each);
        this.#offset += FRAME_HEADER_BYTES + each.body.length;
        return data;
      });
    } catch (cause) {
      if (cause instanceof FrameError) this.#offset = this.#frames.consumedBytes;
      throw new RaftError("RAFT_STORAGE_CORRUPT", `a snapshot is damaged: ${(cause as Error).message}`, {
        cause,
      });
    }
  }

  /** @throws RaftError `RAFT_STORAGE_CORRUPT` unless everything up to the end was seen */
  finish(): SnapshotMeta {
    if (this.#meta === undefined || !this.#ended || this.#frames.pendingBytes > 0) {
      throw new RaftError("RAFT_STORAGE_CORRUPT", "a snapshot is not whole");
    }
    return this.#meta;
  }

  #take({ kind, body }: Frame): Uint8Array[] {
    if (this.#ended) throw new Error("it goes on behind its end");
    if ((this.#meta === undefined) !== (kind === Kind.head))
      throw new Error(`a frame of kind ${kind} is out of place`);
    switch (kind) {
      case Kind.head:
        this.#meta = decodeHead(body);
        return [];
      case Kind.data:
        this.#dataBytes += body.length;
        this.#crc = checksum([body], this.#crc);
        return [body];
      case Kind.end: {
        const end = asBuffer(body);
        if (end.length !== 12 || readU64(end, 0) !== this.#dataBytes || end.readUInt32LE(8) !== this.#crc) {
          throw new Error("its end does not agree with its data");
        }
        this.#ended = true;
        return [];
      }
      default:
        throw new Error(`a frame of unknown kind ${kind}`);
    }
  }
}

function decodeHead(body: Uint8Array): SnapshotMeta {
  const head = JSON.parse(asBuffer(body).toString("utf8")) as Record<string, unknown>;
  const { version, index, term: lastTerm, at, configuration, configurationIndex, machineVersion } = head;
  if (version !== VERSION)
    throw new Error(`version ${String(version)} of the format is not known to this program`);
  return {
    index: logIndex(index as number),
    term: term(lastTerm as number),
    at: unixMillis(at as number),
    configuration: decodeConfiguration(Buffer.from(configuration as string, "utf8")),
    configurationIndex: logIndex(configurationIndex as number),
    ...(machineVersion !== undefined && { machineVersion: machineVersion as number }),
  };
}

function frame(kind: number, body: Uint8Array): Uint8Array[] {
  return [encodeFrameHeader(kind, [body]), body];
}
