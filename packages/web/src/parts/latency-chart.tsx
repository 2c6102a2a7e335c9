import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { demo } from "../client.ts";
import { strings } from "../strings.ts";
import type { LinesChart } from "./lines-chart.ts";

/** How long bets took from sending to the answer that a majority has them, over the last two minutes. */
export function LatencyChart() {
  const box = useRef<HTMLDivElement>(null);
  const points = demo.latencies.value;
  const hasPoints = points.length > 1;
  useEffect(() => {
    const target = box.current;
    if (!hasPoints || !target) return undefined;
    let chart: LinesChart | undefined;
    let left = false;
    let dispose: () => void = () => undefined;
    const draw = async (): Promise<void> => {
      const { drawLines } = await import("./lines-chart.ts");
      if (left) return;
      chart = drawLines(target, ["p50", "p99"], strings.demo.milliseconds);
      dispose = effect(() => {
        const now = demo.latencies.value;
        chart?.show(
          now.map(({ at }) => at / 1000),
          [now.map(({ p50 }) => p50), now.map(({ p99 }) => p99)],
        );
      });
    };
    void draw();
    return () => {
      left = true;
      dispose();
      chart?.destroy();
    };
  }, [hasPoints]);
  if (!hasPoints) return null;
  const last = points.at(-1);
  return (
    <>
      <h3>{strings.demo.latency}</h3>
      <div class="chart" ref={box} aria-hidden="true" />
      <p class="quiet">
        {last?.p50 == null || last.p99 === null
          ? strings.demo.noAnswers
          : strings.demo.latencyNow(last.p50.toFixed(1), last.p99.toFixed(1))}
      </p>
    </>
  );
}
