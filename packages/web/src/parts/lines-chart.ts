// Lines over time that go on growing, drawn by the chart library in its own chunk.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { formatClock } from "../format/time.ts";

const HEIGHT = 180;
const TIME_LABEL_WIDTH = 110;
const VALUE_LABEL_WIDTH = 58;

export interface LinesChart {
  /** @param times seconds since 1970 */
  show(times: readonly number[], lines: readonly (readonly (number | null)[])[]): void;
  destroy(): void;
}

export function drawLines(target: HTMLElement, labels: readonly string[], unit: string): LinesChart {
  const style = getComputedStyle(target);
  const ink = style.getPropertyValue("--muted");
  const grid = { stroke: style.getPropertyValue("--line"), width: 1 };
  const chart = new uPlot(
    {
      width: target.clientWidth,
      height: HEIGHT,
      series: [
        {},
        ...labels.map((label, position) => ({
          label: `${label} ${unit}`,
          stroke: style.getPropertyValue(`--series-${position + 1}`),
          width: 2,
          points: { show: false },
        })),
      ],
      axes: [
        {
          stroke: ink,
          grid,
          ticks: grid,
          space: TIME_LABEL_WIDTH,
          values: (_chart, ticks) => ticks.map((seconds) => formatClock(seconds * 1000)),
        },
        { stroke: ink, grid, ticks: grid, size: VALUE_LABEL_WIDTH },
      ],
      legend: { live: false },
      cursor: { drag: { x: false, y: false } },
    },
    [[], ...labels.map(() => [])],
    target,
  );
  const follow = new ResizeObserver(() => chart.setSize({ width: target.clientWidth, height: HEIGHT }));
  follow.observe(target);
  return {
    show: (times, lines) => chart.setData([[...times], ...lines.map((line) => [...line])]),
    destroy() {
      follow.disconnect();
      chart.destroy();
    },
  };
}
