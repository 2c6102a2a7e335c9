import { expect, test } from "vitest";
import { Peers } from "../../src/driver/peers.ts";
import { nodeId } from "../../src/units.ts";

const [a, b, c] = ["a", "b", "c"].map((id) => nodeId(id)) as [
  ReturnType<typeof nodeId>,
  ReturnType<typeof nodeId>,
  ReturnType<typeof nodeId>,
];
const members = (...ids: (typeof a)[]) => ids.map((id) => ({ nodeId: id, address: `${id}:1` }));

test("a member that is removed is kept for a while, then let go", () => {
  const peers = new Peers(a, new Map(), 10);
  peers.changed(members(a, b, c), 0);
  peers.changed(members(a, b), 5);
  expect([...peers.current().keys()].toSorted()).toEqual(["a", "b", "c"]);
  expect(peers.expire(14, null)).toBe(false);
  expect(peers.expire(15, null)).toBe(true);
  expect([...peers.current().keys()]).toEqual(["a", "b"]);
  expect(peers.anyDeparting).toBe(false);
});

test("the leader is not let go, be it no member", () => {
  const peers = new Peers(a, new Map(), 10);
  peers.changed(members(a, b), 0);
  peers.changed(members(a, c), 0);
  expect(peers.expire(100, b)).toBe(false);
  expect(peers.expire(101, c)).toBe(true);
});

test("a member that comes back, to another address, is reached there", () => {
  const peers = new Peers(a, new Map(), 10);
  peers.changed(members(a, b), 0);
  peers.changed(members(a), 1);
  peers.changed([...members(a), { nodeId: b, address: "b:2" }], 2);
  expect(peers.anyDeparting).toBe(false);
  expect(peers.current().get(b)).toBe("b:2");
});

test("a node that joins is reached by its contacts until it is a member itself", () => {
  const peers = new Peers(c, new Map([[a, "a:1"]]), 10);
  peers.changed([], 0);
  expect([...peers.current()]).toEqual([["a", "a:1"]]);
  peers.changed(members(b), 1);
  expect([...peers.current().keys()].toSorted()).toEqual(["a", "b"]);
  peers.changed(members(b, c), 2);
  expect([...peers.current().keys()].toSorted()).toEqual(["b", "c"]);
});
