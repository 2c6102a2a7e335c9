import { expect, test } from "vitest";
import { csv } from "../../src/format/csv.ts";

test("cells with commas, quotes and line breaks are quoted (RFC 4180)", () => {
  expect(csv([["a", 'say "hi"', "1,2", "x\ny"]])).toBe('a,"say ""hi""","1,2","x\ny"\r\n');
});

test("a label that a spreadsheet would run as a formula is text", () => {
  expect(csv([["=HYPERLINK(1)", "+1", "-1", "@a"]])).toBe("'=HYPERLINK(1),'+1,'-1,'@a\r\n");
});
