import { describe, expect, test } from "vitest";
import { ProblemError } from "../../src/contract/problem-codes.ts";
import { parseJsonBody } from "../../src/http/json-body.ts";

const parse = (text: string) => parseJsonBody(Buffer.from(text));
const nested = (open: string, depth: number, inside: string, close: string) =>
  `{"pad":"${"x".repeat(1_024)}","a":${open.repeat(depth)}${inside}${close.repeat(depth)}}`;
const refusal = (text: string): string => {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof ProblemError) return `${error.refusal.code}: ${error.refusal.detail}`;
    throw error;
  }
  return "taken";
};

describe("a body", () => {
  test.each([
    ["objects", '{"b":', "}"],
    ["lists", "[", "]"],
    ["both", '[{"c":', "}]"],
  ])("with %s within each other is taken up to a depth, and beyond it refused", (_, open, close) => {
    const levels = open.length === 1 || open === '{"b":' ? 1 : 2;
    const depth = Math.floor(31 / levels);
    expect(parse(nested(open, depth, "1", close))).toBeTypeOf("object");
    expect(refusal(nested(open, depth + 1, "1", close))).toBe(
      "invalid_request: The body is nested too deeply.",
    );
  });

  test("is refused as deep also where its end is missing, or wrong", () => {
    expect(refusal('{"a":'.repeat(10_000))).toMatch(/nested too deeply/);
    expect(refusal(`${"[".repeat(2_000)}${"}".repeat(2_000)}`)).toMatch(/nested too deeply/);
  });

  test("may have any brackets in its texts, and next to each other", () => {
    const text = `${"[{".repeat(600)}\\" \\\\`;
    expect(parse(JSON.stringify({ text, more: text }))).toEqual({ text, more: text });
    const list = Array.from({ length: 600 }, () => ({ a: [] }));
    expect(parse(JSON.stringify({ list }))).toEqual({ list });
  });

  test("that is no JSON is told from a deep one", () => {
    expect(refusal(`{"a":"${"[".repeat(1_100)}`)).toBe("invalid_request: The body is not JSON.");
    expect(refusal("]".repeat(1_100))).toBe("invalid_request: The body is not JSON.");
  });
});
