import { describe, expect, it } from "vitest";
import { checkAccount, checkBook, checkDigests, type NodeAccount, noFindings } from "../season/checks.ts";
import { acceptanceFaults, balanceOf, type Ledger, payoutOf } from "../season/ledger.ts";
import { Tally } from "../season/tally.ts";
import { reportSeason, type SeasonFacts } from "../season/report.ts";
import type { BetRequest, BetView, BookView } from "../season/wire.ts";

const winners = new Map([[1, "opt1"]]);

function request(fields: Partial<BetRequest> = {}): BetRequest {
  return { gameId: 1, outcome: "opt1", stake: 500, odds: 1.85, ...fields };
}

function acknowledged(fields: Partial<BetView> = {}): BetView {
  const stake = fields.stake ?? 500;
  const odds = fields.odds ?? 1.85;
  return {
    id: 10,
    gameId: 1,
    outcome: "opt1",
    stake,
    odds,
    potentialPayout: payoutOf(stake, odds),
    status: "open",
    payout: null,
    placedAt: "2026-01-01T00:00:00.000Z",
    index: 40,
    ...fields,
  };
}

function settled(bet: BetView): BetView {
  const won = winners.get(bet.gameId) === bet.outcome;
  return { ...bet, status: won ? "won" : "lost", payout: won ? bet.potentialPayout : 0 };
}

/** A bettor with one won bet, one lost bet, one refused attempt and one deposit. */
function story(): { ledger: Ledger; account: NodeAccount } {
  const won = acknowledged();
  const lost = acknowledged({ id: 11, outcome: "opt2", stake: 700, odds: 4.2, index: 41 });
  const accept = (bet: BetView) => ({
    request: request({ outcome: bet.outcome, stake: bet.stake, odds: bet.odds }),
    acceptance: { bet, balance: 0, seq: 1, index: bet.index },
  });
  return {
    ledger: {
      username: "anna",
      welcome: 10_000,
      deposits: [5_000],
      accepted: [accept(won), accept(lost)],
      refused: [request({ stake: 900 })],
    },
    account: { balance: 10_000 + 5_000 - 500 - 700 + 925, bets: [settled(lost), settled(won)] },
  };
}

function check(ledger: Ledger, account: NodeAccount) {
  const findings = noFindings();
  checkAccount("node1", ledger, account, winners, findings);
  return findings;
}

describe("the season's comparison of a bettor's books with a node's", () => {
  it("finds nothing where nothing is wrong", () => {
    const { ledger, account } = story();
    expect(check(ledger, account)).toEqual(noFindings());
  });

  it("finds an acknowledged bet that is gone", () => {
    const { ledger, account } = story();
    const findings = check(ledger, { ...account, bets: account.bets.slice(1) });
    expect(findings).toMatchObject({ lost: 1, doubled: 0, refusedButPresent: 0 });
    expect(findings.faults.join()).toMatch(/node1, anna: the acknowledged bet 11 is not there/);
  });

  it("finds a request that became two bets", () => {
    const { ledger, account } = story();
    const twin = settled(acknowledged({ id: 99 }));
    expect(check(ledger, { ...account, bets: [...account.bets, twin] })).toMatchObject({
      lost: 0,
      doubled: 1,
    });
  });

  it("finds a bet that is listed twice", () => {
    const { ledger, account } = story();
    expect(check(ledger, { ...account, bets: [...account.bets, ...account.bets] })).toMatchObject({
      doubled: 2,
    });
  });

  it("finds a bet that was refused", () => {
    const { ledger, account } = story();
    const ghost = settled(acknowledged({ id: 12, stake: 900 }));
    const findings = check(ledger, { ...account, bets: [...account.bets, ghost] });
    expect(findings).toMatchObject({ doubled: 0, refusedButPresent: 1 });
    expect(findings.faults.join()).toMatch(/bet 12 is there though it was refused/);
  });

  it("finds a bet that nobody has asked for", () => {
    const { ledger, account } = story();
    const ghost = settled(acknowledged({ id: 12, stake: 901 }));
    expect(check(ledger, { ...account, bets: [...account.bets, ghost] })).toMatchObject({
      refusedButPresent: 1,
    });
  });

  it.each<[string, Partial<BetView>]>([
    ["stake", { stake: 501 }],
    ["odds", { odds: 1.86 }],
    ["outcome", { outcome: "opt3" }],
    ["game", { gameId: 2 }],
    ["status", { status: "lost" }],
    ["payout", { payout: 924 }],
    ["potential payout", { potentialPayout: 926 }],
    ["index", { index: 39 }],
    ["time", { placedAt: "2026-01-01T00:00:00.001Z" }],
  ])("finds an acknowledged bet with another %s", (what, change) => {
    const { ledger, account } = story();
    const bets = account.bets.map((bet) => (bet.id === 10 ? { ...bet, ...change } : bet));
    const findings = check(ledger, { ...account, bets });
    expect(findings.lost).toBe(1);
    expect(findings.faults.join()).toContain(what);
  });

  it("finds a balance that is off by one minor unit", () => {
    const { ledger, account } = story();
    const findings = check(ledger, { ...account, balance: account.balance + 1 });
    expect(findings).toMatchObject({ conserved: false, lost: 0, doubled: 0 });
    expect(findings.faults).toHaveLength(1);
  });

  it("adds a balance up from answers alone", () => {
    const { ledger } = story();
    expect(balanceOf(ledger, winners)).toBe(14_725);
    expect(balanceOf(ledger, new Map())).toBe(13_800);
  });

  it("rounds payouts down, exactly, where floating point would not", () => {
    expect(payoutOf(333, 1.01)).toBe(336);
    expect(payoutOf(100, 1.1)).toBe(110);
    expect(payoutOf(100_000_000_000, 1_000)).toBe(100_000_000_000_000);
  });
});

describe("the season's check of an acceptance", () => {
  it.each<[string, BetRequest, Partial<BetView>, number]>([
    ["the locked odds", request(), {}, 0],
    ["other odds than the locked ones", request(), { odds: 1.9 }, 1],
    ["better odds where better ones may be taken", request({ accept: "better" }), { odds: 1.9 }, 0],
    ["worse odds where only better ones may be taken", request({ accept: "better" }), { odds: 1.8 }, 1],
    ["any odds where any may be taken", request({ accept: "any" }), { odds: 1.2 }, 0],
    ["odds at the least asked for", request({ accept: "any", minOdds: 1.8 }), { odds: 1.8 }, 0],
    ["odds below the least asked for", request({ accept: "any", minOdds: 1.8 }), { odds: 1.79 }, 1],
    ["a payout that is not stake × odds", request(), { potentialPayout: 926 }, 1],
    ["another stake", request(), { stake: 501 }, 1],
  ])("judges %s", (_, asked, got, faults) => {
    const acceptance = { bet: acknowledged(got), balance: 0, seq: 1, index: 40 };
    expect(acceptanceFaults(asked, acceptance)).toHaveLength(faults);
  });
});

describe("the season's check of a node's book", () => {
  const book: BookView = {
    index: 9,
    house: 99_999_000,
    escrow: 500,
    balances: 30_500,
    openingBankroll: 100_000_000,
    deposits: 40_000,
    withdrawals: 10_000,
  };

  it("passes a book that adds up", () => {
    const findings = noFindings();
    checkBook("node1", book, findings);
    expect(findings).toEqual(noFindings());
  });

  it("finds one minor unit too many", () => {
    const findings = noFindings();
    checkBook("node1", { ...book, escrow: 501 }, findings);
    expect(findings.conserved).toBe(false);
    expect(findings.faults).toHaveLength(1);
  });

  it("finds a digest that differs, and digests of different indexes", () => {
    const same = { node: "node1", index: 5, value: "aa" };
    const findings = noFindings();
    expect(checkDigests([same, { ...same, node: "node2" }], findings)).toBe(true);
    expect(checkDigests([same, { ...same, value: "ab" }], findings)).toBe(false);
    expect(checkDigests([same, { ...same, index: 6 }], findings)).toBe(false);
    expect(checkDigests([], findings)).toBe(false);
    expect(findings.faults).toHaveLength(3);
  });
});

describe("the season's verdict", () => {
  const facts: SeasonFacts = {
    seed: 1,
    games: 380,
    seconds: 10,
    worstGameLoss: 4_000,
    margin: 5_000,
    digestsEqual: true,
    kills: [],
    wanted: { leaders: 0, followers: 0, nats: 0 },
  };

  function verdict(
    change: Partial<SeasonFacts>,
    plant: (tally: Tally, findings: ReturnType<typeof noFindings>) => void,
  ) {
    const tally = new Tally();
    const findings = noFindings();
    plant(tally, findings);
    return reportSeason({ ...facts, ...change }, tally, findings).passed;
  }

  it("is good only where nothing at all is off", () => {
    const nothing = () => undefined;
    expect(verdict({}, nothing)).toBe(true);
    expect(verdict({ digestsEqual: false }, nothing)).toBe(false);
    expect(verdict({ worstGameLoss: 5_001 }, nothing)).toBe(false);
    expect(verdict({ wanted: { leaders: 5, followers: 1, nats: 0 } }, nothing)).toBe(false);
    expect(verdict({}, (_, findings) => (findings.lost = 1))).toBe(false);
    expect(verdict({}, (_, findings) => (findings.doubled = 1))).toBe(false);
    expect(verdict({}, (_, findings) => (findings.refusedButPresent = 1))).toBe(false);
    expect(verdict({}, (_, findings) => (findings.conserved = false))).toBe(false);
    expect(verdict({}, (tally) => tally.faults.push("a repeat was answered otherwise"))).toBe(false);
  });
});
