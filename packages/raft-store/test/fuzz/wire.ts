// Bytes that a node may be sent by anybody, or by a network that damages them: held against the reader of frames, the
// greeting and the codec of messages, without sockets and therefore by the million.
import assert from "node:assert/strict";
import { below, type Random, seededRandom } from "../../src/core/random.ts";
import {
  encodeFrameHeader,
  FRAME_HEADER_BYTES,
  type Frame,
  FrameError,
  FrameReader,
} from "../../src/frame.ts";
import { derivedSeed } from "../../src/sim/chance.ts";
import { FrameKind } from "../../src/transport/framed-socket.ts";
import { greetAsDialer, greetAsListener, type GreetingStep } from "../../src/transport/greeting.ts";
import { decodeMessage, encodeMessage, type WireMessage } from "../../src/transport/message-codec.ts";
import { logIndex, nodeId, term } from "../../src/units.ts";
import { entry } from "../storage/fixtures.ts";
import { damaged, randomBytes } from "./mutations.ts";

/** As a peer's: far longer than any frame here, so that a false length is a claim on memory. */
const FRAME_BYTES_MAX = 1 << 20;
const FRAMES_MAX = 6;

export interface WireTally {
  tries: number;
  /** The stream was given up at its first wrong frame. */
  refused: number;
  /** Frames with a right checksum that are no message. */
  undecodable: number;
  /** Frames that reached the codec and were what somebody had sent. */
  delivered: number;
  greetingsRefused: number;
}

/**
 * One stream after another, each a valid session that was damaged, or noise.
 *
 * @throws AssertionError naming the try if a damaged frame is taken for a whole one, if an error is of the wrong kind, or
 *   if more is buffered than the limit allows
 */
export async function fuzzWire(seed: number, tries: number): Promise<WireTally> {
  const tally: WireTally = { tries: 0, refused: 0, undecodable: 0, delivered: 0, greetingsRefused: 0 };
  for (let i = 0; i < tries; i++) {
    const random = seededRandom(derivedSeed(seed, i));
    try {
      const kind = below(random, 8);
      if (kind === 0) await fuzzGreeting(random, tally);
      else if (kind <= 2) fuzzForged(random, tally);
      else fuzzStream(random, tally);
    } catch (error) {
      throw new Error(`wire try ${i} of seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
    tally.tries += 1;
  }
  return tally;
}

/** A stream of frames is damaged on its way: those before the damage arrive, none arrives altered. */
function fuzzStream(random: Random, tally: WireTally): void {
  const sent = Array.from({ length: 1 + below(random, FRAMES_MAX) }, () => frameOf(drawMessage(random)));
  const whole = Buffer.concat(sent);
  const noise = below(random, 16) === 0;
  const stream = noise ? randomBytes(random, 1 + below(random, 400)) : damaged(random, whole).bytes;
  const reader = new FrameReader(FRAME_BYTES_MAX);
  const got: Frame[] = [];
  try {
    for (const chunk of inChunks(random, stream)) {
      got.push(...reader.push(chunk));
      assert.ok(
        reader.pendingBytes <= FRAME_BYTES_MAX + FRAME_HEADER_BYTES + chunk.length,
        "too much is kept",
      );
    }
  } catch (error) {
    assert.ok(error instanceof FrameError, `not a FrameError: ${String(error)}`);
    tally.refused += 1;
  }
  const whatWasSent = new Set(sent.map((frame) => frame.toString("latin1")));
  for (const { kind, body } of got) {
    const bytes = Buffer.concat([encodeFrameHeader(kind, [body]), body]);
    assert.ok(whatWasSent.has(bytes.toString("latin1")), "a frame arrived that nobody had sent");
    decodeMessage(Buffer.from(body));
    tally.delivered += 1;
  }
}

/** The checksum is right, the message is not: a bug of the sender's. It is refused, or it is some message, exactly. */
function fuzzForged(random: Random, tally: WireTally): void {
  const message = drawMessage(random);
  const body =
    below(random, 8) === 0
      ? randomBytes(random, 1 + below(random, 200))
      : damaged(random, Buffer.concat(encodeMessage(message))).bytes;
  let decoded: WireMessage;
  try {
    decoded = decodeMessage(body);
  } catch (error) {
    assert.ok(error instanceof Error, "not an Error");
    // What would end the process elsewhere: running out of stack or memory is a RangeError of another kind.
    assert.doesNotMatch(error.message, /call stack|allocation|Invalid (array|typed array) length/);
    tally.undecodable += 1;
    return;
  }
  // Texts are the one thing that may be written in more than one way.
  if (decoded.type !== "Administer") {
    assert.deepEqual(
      Buffer.concat(encodeMessage(decoded)),
      Buffer.from(body),
      "read as what it does not say",
    );
  }
  tally.delivered += 1;
}

const SELF = { clusterId: "c", nodeId: nodeId("a"), incarnation: "i-a", epoch: null, secret: "s" };
const PEER = { ...SELF, nodeId: nodeId("b"), incarnation: "i-b" };

/** Somebody without the secret, or whose words were altered on the way, is not let in, on either side. */
async function fuzzGreeting(random: Random, tally: WireTally): Promise<void> {
  const listener = greetAsListener(SELF, {
    isPeer: (id) => id === "b",
    certifies: () => true,
    admit: async () => undefined,
  });
  const dialer = greetAsDialer(PEER, nodeId("a"), async () => undefined);
  const spoiled = below(random, 4);
  let word: Uint8Array | undefined = dialer.hello;
  for (let turn = 0; word !== undefined; turn++) {
    const altered = turn === spoiled;
    const side = turn % 2 === 0 ? listener : dialer;
    const step: GreetingStep = await side.take(altered ? spoil(random, word) : word);
    if ("refusal" in step) {
      tally.greetingsRefused += 1;
      return;
    }
    if (altered && "admitted" in step) {
      throw new assert.AssertionError({ message: `let in after word ${turn} was altered` });
    }
    word = step.reply;
  }
}

/** Damage that changes the meaning: JSON may say the same in other bytes. */
function spoil(random: Random, word: Uint8Array): Buffer {
  for (;;) {
    const { bytes } = damaged(random, word);
    const meaning = (of: Uint8Array): string => {
      try {
        return JSON.stringify(JSON.parse(Buffer.from(of).toString("utf8")));
      } catch {
        return "nothing";
      }
    };
    if (meaning(bytes) !== meaning(word)) return bytes;
  }
}

function frameOf(message: WireMessage): Buffer {
  const body = encodeMessage(message);
  return Buffer.concat([encodeFrameHeader(FrameKind.message, body), ...body]);
}

function* inChunks(random: Random, bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + below(random, below(random, 2) === 0 ? 16 : 2000);
    yield bytes.subarray(at, end);
    at = end;
  }
}

/** Any message that nodes send one another, with any values. */
export function drawMessage(random: Random): WireMessage {
  const number = (): number => below(random, [4, 1000, 2 ** 32][below(random, 3)] as number);
  const t = term(number());
  const index = (): ReturnType<typeof logIndex> => logIndex(number());
  const flag = (): boolean => below(random, 2) === 0;
  switch (below(random, 13)) {
    case 0:
      return { type: "PreVote", term: t, lastLogIndex: index(), lastLogTerm: t };
    case 1:
      return { type: "PreVoteReply", term: t, granted: flag() };
    case 2:
      return { type: "RequestVote", term: t, lastLogIndex: index(), lastLogTerm: t, transfer: flag() };
    case 3:
      return { type: "RequestVoteReply", term: t, granted: flag() };
    case 4:
      return {
        type: "AppendEntriesReply",
        term: t,
        success: flag(),
        round: number(),
        matchIndex: index(),
        rejectedIndex: index(),
        hintIndex: index(),
        hintTerm: t,
        machineVersion: number(),
        keepsLease: flag(),
        lowSpace: flag(),
      };
    case 5:
      return {
        type: "Forward",
        term: t,
        session: number(),
        settledBelow: number(),
        proposals: Array.from({ length: below(random, 3) }, () => ({
          seq: number(),
          data: randomBytes(random, below(random, 50)),
        })),
      };
    case 6:
      return {
        type: "ForwardRejected",
        term: t,
        session: number(),
        seqs: [number(), number()],
        reason: "overloaded",
      };
    case 7:
      return { type: "ReadIndex", term: t, session: number(), request: number() };
    case 8:
      return { type: "ReadIndexReply", term: t, session: number(), request: number(), index: index() };
    case 9:
      return { type: "TimeoutNow", term: t };
    case 10:
      return {
        type: "SnapshotChunk",
        term: t,
        stream: number(),
        snapshotIndex: index(),
        snapshotTerm: t,
        bytes: number(),
        offset: number(),
        last: flag(),
        data: randomBytes(random, below(random, 300)),
      };
    case 11:
      return { type: "SnapshotAck", term: t, stream: number(), received: number(), state: "receiving" };
    default: {
      const prev = number();
      return {
        type: "AppendEntries",
        term: t,
        prevLogIndex: logIndex(prev),
        prevLogTerm: t,
        leaderCommit: index(),
        round: number(),
        entries: Array.from({ length: below(random, 4) }, (_, i) =>
          entry(prev + 1 + i, { term: t, data: "x".repeat(below(random, 80)) }),
        ),
      };
    }
  }
}
