import { describe, expect, it } from "vitest";
import { passwordWeakness } from "../../src/passwords/password-policy.ts";

describe("the password policy", () => {
  it.each([
    "qwertyuiop",
    "1234567890",
    "1Q2W3E4R5T",
    "password123",
    "basketball",
    "aaaaaaaaaaaa",
    "abcdefghijkl",
    "9876543210",
  ])("refuses %s as common", (password) => {
    expect(passwordWeakness(password)).toMatch(/common/);
  });

  it.each(["correct horse", "Tr0ub4dor&3x", "ünïcödé pass", "🦊🐻🐼🦁🐯🐨🐸🐵🦄🐙", " spaces at both ends "])(
    "takes %s, of whatever kinds of characters",
    (password) => {
      expect(passwordWeakness(password)).toBeUndefined();
    },
  );

  it("counts characters, not units of their encoding", () => {
    expect(passwordWeakness("🦊🐻🐼🦁🐯")).toMatch(/at least 10/);
    expect(passwordWeakness("🦊🐻".repeat(64))).toBeUndefined();
    expect(passwordWeakness("🦊🐻".repeat(65))).toMatch(/at most 128/);
  });
});
