import { generateKeyPairSync, sign } from "node:crypto";
import {
  amount,
  betId,
  checkpointBody,
  createBook,
  DEFAULT_PRICING,
  logIndex,
  makeReceipt,
  minorUnits,
  odds,
  type Receipt,
  signedCheckpoint,
  unixMillis,
  userId,
  verifierKey,
} from "@quorumbook/betting-core";
import { describe, expect, it } from "vitest";
import type { Bet } from "@quorumbook/client";
import { HouseKey } from "../../src/stores/house-key.ts";
import { Receipts } from "../../src/stores/receipts.ts";

const book = createBook({ openingBankroll: minorUnits(1_000_000) });
let entries = 0;
const entry = () => ({ index: logIndex(++entries), at: unixMillis(1_700_000_000_000 + entries) });
book.apply(
  {
    type: "createGame",
    actor: userId("admin"),
    question: "Who wins?",
    category: "real",
    outcomes: ["Home", "Away"],
    pricing: DEFAULT_PRICING,
  },
  entry(),
);
const placed = book.apply<"placeBet">(
  {
    type: "placeBet",
    actor: userId("ann"),
    gameId: 1 as never,
    outcome: "opt1",
    stake: amount(1_250),
    odds: odds(15_000),
    accept: "exact",
  },
  entry(),
);
if (placed.outcome.status === "rejected") throw new Error(placed.outcome.rejection.code);
const { bet } = placed.outcome;
const shown = { ...bet, odds: bet.odds / 10_000, placedAt: new Date(bet.placedAt).toISOString() } as Bet;

function house() {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  const key = verifierKey("house", raw);
  const { size } = book.history;
  const body = checkpointBody({ origin: "house", size, root: book.history.root() });
  const note = signedCheckpoint(body, key, sign(null, Buffer.from(body), privateKey));
  return { key, receipt: makeReceipt(book, betId(1), size, note) as Receipt };
}

function receiptsOf(
  { key, receipt }: ReturnType<typeof house>,
  kept = new Map<string, string>(),
  can = true,
) {
  return new Receipts(
    {
      receipt: async () => ({ ok: true, value: receipt, index: 2 }),
      receiptKey: async () => ({ ok: true, value: { key }, index: 2 }),
    },
    new HouseKey({
      getItem: (name) => kept.get(name) ?? null,
      setItem: (name, value) => void kept.set(name, value),
    }),
    can,
  );
}

describe("the receipt of a bet", () => {
  it("proves it, where it is of what the page shows", async () => {
    const receipts = receiptsOf(house());
    expect(await receipts.verify(shown)).toEqual({ type: "proven", entries: 2 });
    expect(await receipts.verify({ ...shown, odds: 1.51 })).toEqual({ type: "differs" });
    expect(await receipts.verify({ ...shown, stake: 1_251 })).toEqual({ type: "differs" });
  });

  it("is not believed where it does not fit its signature", async () => {
    const { key, receipt } = house();
    const bent = { ...receipt, leafIndex: 0 };
    expect(await receiptsOf({ key, receipt: bent }).verify(shown)).toEqual({ type: "unproven" });
    expect(await receiptsOf({ key, receipt: house().receipt }).verify(shown)).toEqual({ type: "unproven" });
  });

  it("is not believed from a house that has changed its key", async () => {
    const kept = new Map<string, string>();
    expect(await receiptsOf(house(), kept).verify(shown)).toMatchObject({ type: "proven" });
    expect(await receiptsOf(house(), kept).verify(shown)).toEqual({ type: "other-key" });
  });

  it("is not checked where the browser cannot", async () => {
    expect(await receiptsOf(house(), new Map(), false).verify(shown)).toEqual({ type: "insecure" });
  });
});
