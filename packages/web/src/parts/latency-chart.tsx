import { useRef } from "preact/hooks";
import { demo } from "../client.ts";
import { formatTenths } from "../format/number.ts";
import { strings } from "../strings.ts";
import { useLines } from "./use-lines.ts";

/** How long bets took from sending to the answer that a majority has them, over the last two minutes. */
export function LatencyChart() {
  const box = useRef<HTMLDivElement>(null);
  const points = demo.latencies.value;
  const hasPoints = points.length > 1;
  useLines(box, hasPoints, ["p50", "p99"], strings.demo.milliseconds, () => {
    const now = demo.latencies.value;
    return {
      times: now.map(({ at }) => at),
      lines: [now.map(({ p50 }) => p50), now.map(({ p99 }) => p99)],
    };
  });
  if (!hasPoints) return null;
  const last = points.at(-1);
  return (
    <>
      <h3>{strings.demo.latency}</h3>
      <div class="chart" ref={box} aria-hidden="true" />
      <p class="quiet">
        {last?.p50 == null || last.p99 === null
          ? strings.demo.noAnswers
          : strings.demo.latencyNow(formatTenths(last.p50), formatTenths(last.p99))}
      </p>
    </>
  );
}
