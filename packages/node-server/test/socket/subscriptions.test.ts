import { expect, it } from "vitest";
import { originAllowed } from "../../src/socket/socket-server.ts";
import { Subscriptions } from "../../src/socket/subscriptions.ts";

const someone = { name: "someone" };
const other = { name: "other" };

it("a session follows all games, or some, or none; each choice replaces the one before", () => {
  const subscriptions = new Subscriptions<typeof someone>();
  subscriptions.follow(someone, [1, 2, 2]);
  subscriptions.follow(other, "all");
  expect([...subscriptions.ofGame(2)]).toEqual([someone]);
  expect([...subscriptions.ofAll]).toEqual([other]);
  subscriptions.follow(someone, [3]);
  expect([...subscriptions.ofGame(2)]).toEqual([]);
  subscriptions.follow(someone, "all");
  expect([...subscriptions.ofGame(3)]).toEqual([]);
  expect(subscriptions.ofAll.size).toBe(2);
  subscriptions.unfollow(someone);
  subscriptions.unfollow(other);
  expect(subscriptions.ofAll.size).toBe(0);
});

it("a session is found by its user, and among the admins where it is one", () => {
  const subscriptions = new Subscriptions<typeof someone>();
  subscriptions.identify(someone, "ann", false);
  subscriptions.identify(other, "ann", true);
  expect(subscriptions.ofUser("ann").size).toBe(2);
  expect([...subscriptions.admins]).toEqual([other]);
  subscriptions.forget(other, "ann");
  expect([...subscriptions.ofUser("ann")]).toEqual([someone]);
  expect(subscriptions.admins.size).toBe(0);
});

it.each<[origin: string | undefined, host: string | undefined, allowed: boolean]>([
  [undefined, "book.example", true],
  ["https://book.example", "book.example", true],
  ["http://127.0.0.1:8080", "127.0.0.1:8080", true],
  ["http://127.0.0.1:8081", "127.0.0.1:8080", false],
  ["https://book.example.evil", "book.example", false],
  ["null", "book.example", false],
  ["book.example", "book.example", false],
  ["https://book.example", undefined, false],
])("a page at %s may connect to %s: %s", (origin, host, allowed) => {
  expect(originAllowed(origin, host)).toBe(allowed);
});

it("a session watches what it asked for last", () => {
  const subscriptions = new Subscriptions<typeof someone>();
  subscriptions.watch(someone, { wantsBets: true, wantsCluster: false });
  subscriptions.watch(other, { wantsBets: true, wantsCluster: true });
  subscriptions.watch(someone, { wantsBets: false, wantsCluster: true });
  expect([...subscriptions.betWatchers]).toEqual([other]);
  expect(subscriptions.clusterWatchers.size).toBe(2);
  subscriptions.unwatch(other);
  subscriptions.unwatch(someone);
  expect(subscriptions.betWatchers.size + subscriptions.clusterWatchers.size).toBe(0);
});
