import { expect, test } from "vitest";
import type { Effects, Input } from "../../src/core/effects.ts";
import type { SnapshotMeta } from "../../src/core/entry.ts";
import { Observer } from "../../src/sim/observer.ts";
import { Trace } from "../../src/sim/trace.ts";
import { VirtualTime } from "../../src/sim/virtual-time.ts";
import { nodeId, term } from "../../src/units.ts";
import { CoreGroup, type Mail } from "../core/core-group.ts";

/** A group whose every step is looked at. */
class ObservedGroup extends CoreGroup {
  readonly observer = new Observer(new VirtualTime(), new Trace());

  override step(id: string, input: Input): Effects {
    const effects = super.step(id, input);
    this.observer.stepped(id, this.core(id), input, effects);
    return effects;
  }
}

test("an acknowledgement to a leader of the past is not held against the log that it has as a follower", () => {
  const group = new ObservedGroup({ ids: ["a", "b", "c", "d", "e"] });
  for (const id of group.nodes.keys()) group.observer.recovered(id, group.core(id), false);
  group.elect("a");
  group.isolate("a", "b");
  group.propose("a", 1);
  group.settle();
  // A heartbeat of a's that b will see only when a has long ceased to lead.
  group.tick("a");
  const late = (mail: Mail): boolean => mail.from === "a" && mail.to === "b";
  const kept = group.mail.filter(late);
  expect(kept).not.toEqual([]);
  group.mail = [];
  for (let i = 0; i < 20; i++) for (const id of ["c", "d", "e"]) group.tick(id);
  group.elect("c");
  group.loses = ({ from, to }) => from === "b" || to === "b";
  group.run(3);
  expect(group.core("a").status()).toMatchObject({ role: "follower", leader: "c", lastIndex: 2 });
  group.loses = () => false;
  for (const { from, to, message } of kept) group.receive(to, from, message);
  expect(group.mail.map(({ message }) => message)).toMatchObject([
    { type: "AppendEntriesReply", term: 1, success: true, matchIndex: 2 },
  ]);
  expect(group.observer.violation).toBeUndefined();
});

test("an acknowledgement is not held against a log of the leader's that a snapshot has replaced", () => {
  const group = new ObservedGroup({ ids: ["a", "b", "c"], learners: ["d"] });
  for (const id of group.nodes.keys()) group.observer.recovered(id, group.core(id), false);
  const cutOff = (...ids: string[]): void => {
    group.loses = ({ from, to }) => ids.includes(from) || ids.includes(to);
  };
  cutOff("d");
  group.elect("a");
  cutOff("a", "d");
  group.propose("a", 1);
  group.settle();
  group.tick("c", 10);
  group.elect("b");
  group.snapshot("b", 2);
  const snapshot = group.node("b").disk.snapshot as SnapshotMeta;
  group.step("a", { type: "snapshotReceived", from: nodeId("b"), term: term(2), snapshot });
  group.settle();
  // What a held at 2, of term 1, is gone. It leads, and d takes over the same snapshot, whose last entry is of term 2.
  cutOff("d");
  group.tick("b", 1);
  group.settle();
  group.tick("c", 10);
  group.crash("b");
  group.mail = [];
  group.elect("a");
  const { term: led } = group.core("a").status();
  group.heal();
  group.step("d", { type: "snapshotReceived", from: nodeId("a"), term: led, snapshot });
  group.persist("d");
  expect(group.mail.map(({ message }) => message)).toMatchObject([
    { type: "AppendEntriesReply", success: true, matchIndex: 2 },
  ]);
  expect(group.observer.violation).toBeUndefined();
});
