import { describe, expect, it } from "vitest";
import { strengthOf } from "../../src/format/password-strength.ts";

describe("the strength of a password", () => {
  it.each([
    ["Xy9!Xy9!X", "tooShort"],
    ["aaaaaaaaaaaaaaaa", "weak"],
    ["abcdefghijklmnop", "weak"],
    ["123456789012", "weak"],
    ["password12", "weak"],
    ["correct horse battery", "fair"],
    ["kx8Tq!z2Lm#vR", "good"],
    ["blue kettle 42", "fair"],
  ] as const)("of %s is %s", (password, strength) => {
    expect(strengthOf(password)).toBe(strength);
  });

  it("counts characters, not units of their encoding", () => {
    expect(strengthOf("🙂🙃".repeat(4))).toBe("tooShort");
  });
});
