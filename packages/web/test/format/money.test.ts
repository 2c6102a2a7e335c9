import { assert, integer, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { editableMoney, formatMoney, parseMoney } from "../../src/format/money.ts";

const locale = "en-GB";

describe("money as text", () => {
  test("is exact to the minor unit up to the largest safe integer", () => {
    expect(formatMoney(Number.MAX_SAFE_INTEGER, { locale })).toBe("90,071,992,547,409.91");
    expect(formatMoney(1, { locale })).toBe("0.01");
    expect(formatMoney(100_000_000_001, { locale })).toBe("1,000,000,000.01");
  });

  test("shows what is owed as negative, and a gain with a sign where asked", () => {
    expect(formatMoney(-5, { locale })).toBe("-0.05");
    expect(formatMoney(1250, { locale, sign: true })).toBe("+12.50");
    expect(formatMoney(0, { locale, sign: true })).toBe("0.00");
  });

  test("follows the reader's locale", () => {
    expect(formatMoney(123_456_789, { locale: "de-DE" })).toBe("1.234.567,89");
  });
});

describe("an amount as typed", () => {
  test("takes a point or a comma, and up to two decimals", () => {
    expect(parseMoney("12.5")).toBe(1250);
    expect(parseMoney(" 12,50 ")).toBe(1250);
    expect(parseMoney("7")).toBe(700);
    expect(parseMoney(".05")).toBe(5);
  });

  test.each([
    "",
    " ",
    ".",
    "0",
    "0.00",
    "1.234",
    "1,000.00",
    "-1",
    "+1",
    "1e3",
    "0x10",
    "abc",
    "1 2",
    "NaN",
    "∞",
  ])("is never guessed: %o is no amount", (text) => {
    expect(parseMoney(text)).toBeNull();
  });

  test("ends at the largest amount that the book takes", () => {
    expect(parseMoney("1000000000.00")).toBe(100_000_000_000);
    expect(parseMoney("1000000000.01")).toBeNull();
  });

  test("comes back unchanged from its editable form", () => {
    assert(
      property(integer({ min: 1, max: 100_000_000_000 }), (amount) => {
        expect(parseMoney(editableMoney(amount))).toBe(amount);
      }),
    );
  });
});
