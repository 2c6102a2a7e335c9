import { useRef } from "preact/hooks";
import { cluster } from "../client.ts";
import { formatCount, formatTenths } from "../format/number.ts";
import { strings } from "../strings.ts";
import { useLines } from "./use-lines.ts";

/** How long commands waited until a majority had them, over all nodes, since the page was opened. */
export function CommitChart() {
  const box = useRef<HTMLDivElement>(null);
  const points = cluster.commits.value;
  const isThere = points.length > 1 && points.some(({ p50 }) => p50 !== null);
  useLines(box, isThere, ["p50", "p99"], strings.demo.milliseconds, () => {
    const now = cluster.commits.value;
    return {
      times: now.map(({ at }) => at),
      lines: [now.map(({ p50 }) => p50), now.map(({ p99 }) => p99)],
    };
  });
  const last = points.at(-1);
  const words = strings.cluster;
  return (
    <section class="panel" data-testid="commits">
      <div class="panel-head">
        <h2>{words.commitTitle}</h2>
      </div>
      <div class="chart lines" ref={box} aria-hidden="true" />
      <p class="quiet">
        {last?.p50 == null || last.p99 === null
          ? words.noCommits
          : words.commitNow(formatTenths(last.p50), formatTenths(last.p99), formatCount(last.count))}
      </p>
    </section>
  );
}
