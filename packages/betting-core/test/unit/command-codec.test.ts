// Commands as bytes: what goes in comes out, equal commands are equal bytes, and nothing else gets in.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CodecError, type Command, decodeCommand, encodeCommand, SYSTEM } from "../../src/index.ts";
import { ALICE } from "../fixtures.ts";
import { run, script } from "../scripts.ts";

describe("encoding", () => {
  test("every command comes back as it was, and its bytes are canonical", () => {
    fc.assert(
      fc.property(script, (life) => {
        for (const { command } of run(life)) {
          const bytes = encodeCommand(command);
          const decoded = decodeCommand(bytes);
          expect(decoded).toEqual(command);
          expect(encodeCommand(decoded)).toEqual(bytes);
        }
      }),
      { numRuns: 30 },
    );
  });

  test("any text comes back as it was, lone surrogates too", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 100 }), (reason) => {
        const text = `${reason}\ud83d`;
        const command: Command = {
          type: "resettleGame",
          actor: ALICE,
          gameId: 1 as never,
          winner: "opt1",
          reason: text,
        };
        expect(decodeCommand(encodeCommand(command))).toEqual(command);
      }),
      { numRuns: 40 },
    );
  });

  test("two commands have the same bytes only if they are the same", () => {
    fc.assert(
      fc.property(script, (life) => {
        const seen = new Map<string, string>();
        for (const { command } of run(life)) {
          const bytes = encodeCommand(command).join(",");
          const text = JSON.stringify(decodeCommand(encodeCommand(command)));
          expect(seen.get(bytes) ?? text).toBe(text);
          seen.set(bytes, text);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe("decoding", () => {
  const bytes = encodeCommand({ type: "deposit", actor: ALICE, key: "key-0001", amount: 300 as never });

  test("refuses another version by name", () => {
    expect(codeOf(Uint8Array.of(2, ...bytes.slice(1)))).toBe("CODEC_VERSION");
  });

  test("refuses every cut", () => {
    for (let end = 0; end < bytes.length; end++) expect(codeOf(bytes.slice(0, end))).toBe("CODEC_TRUNCATED");
  });

  test("refuses bytes left over", () => {
    expect(codeOf(Uint8Array.of(...bytes, 0))).toBe("CODEC_MALFORMED");
  });

  test("refuses a number written longer than need be, so that there is one encoding only", () => {
    const body = bytes.slice(0, -2);
    expect(decodeCommand(Uint8Array.of(...body, 0x05))).toMatchObject({ amount: 5 });
    expect(codeOf(Uint8Array.of(...body, 0x85, 0x00))).toBe("CODEC_MALFORMED");
  });

  test("refuses amounts of nothing and above the largest", () => {
    const body = bytes.slice(0, -2);
    expect(codeOf(Uint8Array.of(...body, 0))).toBe("CODEC_MALFORMED");
    expect(codeOf(Uint8Array.of(...body, ...Array.from({ length: 7 }, () => 0xff), 0x0f))).toBe(
      "CODEC_MALFORMED",
    );
    expect(codeOf(Uint8Array.of(...body, ...Array.from({ length: 12 }, () => 0xff), 0x7f))).toBe(
      "CODEC_MALFORMED",
    );
  });

  test("refuses a user's command in the name of the system", () => {
    const forged = encodeCommand({ type: "deposit", actor: SYSTEM, amount: 300 as never });
    expect(codeOf(forged)).toBe("CODEC_MALFORMED");
    expect(decodeCommand(encodeCommand({ type: "expire", actor: SYSTEM }))).toEqual({
      type: "expire",
      actor: SYSTEM,
    });
  });

  test("turns no garbage into anything but a CodecError, and what it takes is canonical", () => {
    const garbage = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc
        .tuple(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 0, max: 255 }))
        .map(([at, value]) => bytes.with(at, value)),
      fc
        .tuple(fc.nat({ max: 14 }), fc.uint8Array({ maxLength: 40 }))
        .map(([type, rest]) => Uint8Array.of(1, type, 1, 97, 0, ...rest)),
    );
    fc.assert(
      fc.property(garbage, (candidate) => {
        const code = codeOf(candidate);
        if (code === undefined) expect(encodeCommand(decodeCommand(candidate))).toEqual(candidate);
      }),
      { numRuns: 5_000 },
    );
  });
});

/** Code of the CodecError, undefined where the bytes are a command; anything else that is thrown fails the test. */
function codeOf(candidate: Uint8Array): string | undefined {
  try {
    decodeCommand(candidate);
    return undefined;
  } catch (error) {
    if (error instanceof CodecError) return error.code;
    throw error;
  }
}
