import { configuration } from "../../src/core/configuration.ts";
import type { Entry, SnapshotMeta } from "../../src/core/entry.ts";
import { logIndex, nodeId, term, unixMillis } from "../../src/units.ts";

/** A command of term 1; what a test sets is what matters to it. */
export function entry(
  index: number,
  options: { term?: number; data?: string; type?: Entry["type"] } = {},
): Entry {
  return {
    index: logIndex(index),
    term: term(options.term ?? 1),
    at: unixMillis(1_700_000_000_000 + index),
    type: options.type ?? "command",
    session: 0x1234_5678_9abc,
    seq: index * 10,
    data: Buffer.from(options.data ?? `entry ${index}`),
  };
}

export function entries(from: number, to: number, options: { term?: number; data?: string } = {}): Entry[] {
  return Array.from({ length: to - from + 1 }, (_, i) => entry(from + i, options));
}

/** Entries as plain values, for comparing: their data may be views of different kinds. */
export function plain(list: readonly Entry[]): unknown[] {
  return list.map(({ data, ...rest }) => ({ ...rest, data: Buffer.from(data).toString("latin1") }));
}

export const members = configuration(
  ["a", "b", "c"].map((id) => ({ nodeId: nodeId(id), address: `${id}:1`, voter: true })),
);

export function snapshotMeta(index: number, options: { term?: number } = {}): SnapshotMeta {
  return {
    index: logIndex(index),
    term: term(options.term ?? 1),
    at: unixMillis(1_700_000_000_000 + index),
    configuration: members,
    configurationIndex: logIndex(0),
  };
}

/** The same numbers every time. */
export function countingRandom(): { uint32(): number } {
  let next = 0x9e37_79b9;
  return {
    uint32: () => {
      next = (Math.imul(next, 1_664_525) + 1_013_904_223) >>> 0;
      return next;
    },
  };
}
