// One of the three processes of the bare path; the first of them is also its own client.
import { followBare, leadBare } from "../lib/bare-path.ts";
import { childOptions } from "../lib/child.ts";
import { type Ask, closedLoop, type Load } from "../lib/closed-loop.ts";

export interface BareOptions {
  readonly file: string;
  readonly entryBytes: number;
  /** Ports of the two others; none for one of those. */
  readonly followers: readonly number[];
}

const { file, entryBytes, followers } = childOptions() as BareOptions;

if (followers.length === 0) followBare(file);
else {
  const log = await leadBare(file, entryBytes, followers);
  const entry = Buffer.alloc(entryBytes, 1);
  const ask: Ask = (onAnswered) => log.append(entry, onAnswered);
  process.on("message", (load: Load) => {
    void closedLoop(load, () => ask).then((result) => process.send?.(result));
  });
  process.send?.("open");
}
