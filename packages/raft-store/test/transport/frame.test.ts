import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeFrameHeader, FrameError, FrameReader } from "../../src/frame.ts";

function frameOf(kind: number, body: string): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([encodeFrameHeader(kind, [bytes]), bytes]);
}

describe("frames", () => {
  test("version 1 is a length, a checksum, a kind and the body", () => {
    expect(frameOf(2, "raft").toString("hex")).toBe("0400000079140e500272616674");
  });

  test("come out whole and in order, however the stream is cut", () => {
    const bodies = ["", "a", "raft", "x".repeat(300)];
    const stream = Buffer.concat(bodies.map((body, i) => frameOf(i + 1, body)));
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 20 }), (cuts) => {
        const reader = new FrameReader(1000);
        const at = [0, ...cuts.sort((a, b) => a - b), stream.length];
        const frames = at.slice(1).flatMap((end, i) => reader.push(stream.subarray(at[i], end)));
        expect(frames.map(({ kind, body }) => [kind, Buffer.from(body).toString()])).toEqual(
          bodies.map((body, i) => [i + 1, body]),
        );
        expect(reader.pendingBytes).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  test("are refused when a single bit of them is wrong, or wait for bytes that do not come", () => {
    const whole = frameOf(2, "some body");
    for (let at = 0; at < whole.length * 8; at++) {
      const damaged = Buffer.from(whole);
      damaged[at >> 3] = (damaged[at >> 3] as number) ^ (1 << (at & 7));
      const reader = new FrameReader(1000);
      const read = (): unknown[] => reader.push(damaged);
      // A length that has grown makes the reader wait; anything else is seen at once.
      if (at < 32 && damaged.readUInt32LE(0) > 9 && damaged.readUInt32LE(0) <= 1000)
        expect(read()).toEqual([]);
      else expect(read).toThrow(FrameError);
    }
  });

  test("longer than allowed are refused before memory is spent on them", () => {
    const header = Buffer.alloc(9);
    header.writeUInt32LE(1001, 0);
    expect(() => new FrameReader(1000).push(header)).toThrow("longer than the 1000 allowed");
  });
});
