import { expect, test } from "vitest";
import { AccountStore } from "../../src/stores/account.ts";

test("a balance that is not newer is dropped", () => {
  const account = new AccountStore();
  account.apply({ balance: 9_000, openStake: 1_000, seq: 7 });
  account.apply({ balance: 10_000, openStake: 0, seq: 5 });
  account.apply({ balance: 10_000, openStake: 0, seq: 7 });
  expect(account.money.value).toEqual({ balance: 9_000, openStake: 1_000 });
});

test("the answer to an own bet tells the balance, and the message of the same seq the open stake", () => {
  const account = new AccountStore();
  account.apply({ balance: 10_000, openStake: 0, seq: 1 });
  account.apply({ balance: 9_000, seq: 2 });
  account.apply({ balance: 9_000, openStake: 1_000, seq: 2 });
  expect(account.money.value).toEqual({ balance: 9_000, openStake: 1_000 });
});

test("another user starts from nothing", () => {
  const account = new AccountStore();
  account.apply({ balance: 9_000, openStake: 0, seq: 70 });
  account.clear();
  expect(account.money.value).toBeNull();
  account.apply({ balance: 10_000, openStake: 0, seq: 3 });
  expect(account.money.value?.balance).toBe(10_000);
});
