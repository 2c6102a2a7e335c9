import { generateKeyPairSync, sign } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import {
  amount,
  betId,
  checkpointBody,
  makeReceipt,
  odds,
  openCheckpoint,
  type Receipt,
  signedCheckpoint,
  verifierKey,
  verifyReceipt,
} from "../../src/index.ts";
import { ADMIN, ALICE, Bench, bet } from "../fixtures.ts";

const ORIGIN = "quorumbook.example/book";
const house = keyOf(ORIGIN);
const stranger = keyOf(ORIGIN);
let receipt: Receipt;
let note: string;

beforeAll(() => {
  const bench = new Bench();
  const id = bench.game();
  for (let number = 0; number < 5; number++)
    bench.accept<"placeBet">(bet({ gameId: id, stake: amount(1_000 + number) }));
  note = house.checkpoint(bench);
  receipt = makeReceipt(bench.book, betId(3), bench.book.history.size, note) as Receipt;
});

test("a receipt proves the bet that it names, and says what was agreed", async () => {
  const verdict = await verifyReceipt(receipt, house.key);
  expect(verdict).toMatchObject({
    valid: true,
    bet: { betId: 3, userId: ALICE, gameId: 1, outcome: "opt1", stake: 1_002, index: 4 },
    checkpoint: { origin: ORIGIN, size: 6 },
  });
  if (verdict.valid) expect(verdict.bet.payout).toBe(Math.floor((1_002 * verdict.bet.odds) / odds(10_000)));
});

test("a bet that was voided since has the receipt that it always had: of what was agreed", async () => {
  const bench = new Bench();
  const id = bench.game();
  bench.accept<"placeBet">(bet({ gameId: id, stake: amount(1_000) }));
  const early = house.checkpoint(bench);
  const before = makeReceipt(bench.book, betId(1), 2, early);
  bench.accept<"voidBet">({ type: "voidBet", actor: ADMIN, betId: betId(1), reason: "wrong price" });
  expect(makeReceipt(bench.book, betId(1), 2, early)).toEqual(before);
  const after = makeReceipt(
    bench.book,
    betId(1),
    bench.book.history.size,
    house.checkpoint(bench),
  ) as Receipt;
  for (const each of [before as Receipt, after])
    expect(await verifyReceipt(each, house.key)).toMatchObject({
      valid: true,
      bet: { betId: 1, stake: 1_000 },
    });
});

test("it travels as JSON", async () => {
  const copy = JSON.parse(JSON.stringify(receipt)) as Receipt;
  expect(await verifyReceipt(copy, house.key)).toMatchObject({ valid: true });
});

test("another's signature, a forged one and another's key are told apart", async () => {
  expect(await verifyReceipt(receipt, stranger.key)).toEqual({ valid: false, fault: "unknown_key" });
  expect(await verifyReceipt(receipt, "no key")).toEqual({ valid: false, fault: "malformed" });
  const forged = {
    ...receipt,
    checkpoint: signedCheckpoint(note.split("\n\n")[0] + "\n", house.key, new Uint8Array(64)),
  };
  expect(await verifyReceipt(forged, house.key)).toEqual({ valid: false, fault: "bad_signature" });
});

test("signatures of witnesses beside the house's do no harm", async () => {
  const line = stranger.checkpointOf(note.slice(0, note.indexOf("\n\n") + 1)).split("\n\n")[1];
  expect(await openCheckpoint(`${note}${line}`, house.key)).toMatchObject({ size: 6 });
  expect(await openCheckpoint(`${note}${line}`, stranger.key)).toMatchObject({ size: 6 });
});

test("no byte of a receipt can be changed without its being refused", async () => {
  const text = JSON.stringify(receipt);
  let tried = 0;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at] === "A" ? "B" : "A";
    let changed: Receipt;
    try {
      changed = JSON.parse(text.slice(0, at) + letter + text.slice(at + 1)) as Receipt;
    } catch {
      tried--;
      continue;
    } finally {
      tried++;
    }
    expect((await verifyReceipt(changed, house.key)).valid, `byte ${at}`).toBe(false);
  }
  expect(tried).toBeGreaterThan(text.length / 2);
});

test("what is no receipt at all is malformed, and no exception", async () => {
  for (const nothing of [
    null,
    7,
    "x",
    [],
    {},
    { leaf: 1 },
    { ...receipt, path: [7] },
    { ...receipt, leaf: "AQE=" },
  ]) {
    expect(await verifyReceipt(nothing as Receipt, house.key)).toEqual({ valid: false, fault: "malformed" });
  }
});

test("there is no receipt for a bet that is not in the tree of the checkpoint", () => {
  const bench = new Bench();
  const id = bench.game();
  bench.accept<"placeBet">(bet({ gameId: id }));
  const { size } = bench.book.history;
  expect(makeReceipt(bench.book, betId(1), size - 1, "")).toBeUndefined();
  expect(makeReceipt(bench.book, betId(2), size, "")).toBeUndefined();
  expect(makeReceipt(bench.book, betId(1), size, "")).toBeDefined();
});

function keyOf(name: string) {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = Buffer.from(publicKey.export({ format: "jwk" }).x as string, "base64url");
  const key = verifierKey(name, raw);
  const checkpointOf = (body: string): string =>
    signedCheckpoint(body, key, sign(null, Buffer.from(body), privateKey));
  return {
    key,
    checkpointOf,
    checkpoint({ book: { history } }: Bench): string {
      return checkpointOf(checkpointBody({ origin: ORIGIN, size: history.size, root: history.root() }));
    },
  };
}
