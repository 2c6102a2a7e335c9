// The chart library, in a chunk of its own: only a page with a history loads it.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { OddsPoint } from "@quorumbook/client";
import { formatClock } from "../format/time.ts";

const HEIGHT = 220;
/** Pixels that a label takes, so that none is cut off or printed over another. */
const TIME_LABEL_WIDTH = 110;
const ODDS_LABEL_WIDTH = 58;
/** Series colours, from the style sheet so that they follow light and dark. */
const COLOURS_MAX = 6;

/**
 * Draws one step line for each outcome.
 *
 * @param until server time in milliseconds to which the last price is drawn, as it still holds
 * @returns takes the chart away again
 */
export function drawSteps(
  target: HTMLElement,
  labels: readonly string[],
  points: readonly OddsPoint[],
  until: number,
): () => void {
  const style = getComputedStyle(target);
  const ink = style.getPropertyValue("--muted");
  const grid = { stroke: style.getPropertyValue("--line"), width: 1 };
  const steps = uPlot.paths.stepped?.({ align: 1 });
  const series = labels.map((label, position): uPlot.Series => {
    const stroke = style.getPropertyValue(`--series-${(position % COLOURS_MAX) + 1}`);
    return { label, stroke, width: 2, points: { show: false }, ...(steps ? { paths: steps } : {}) };
  });
  const last = points.at(-1);
  const held =
    last && until > Date.parse(last.at)
      ? [...points, { ...last, at: new Date(until).toISOString() }]
      : points;
  const times = held.map((point) => Date.parse(point.at) / 1000);
  const lines = labels.map((_, position) => held.map((point) => point.odds[position] ?? null));
  const chart = new uPlot(
    {
      width: target.clientWidth,
      height: HEIGHT,
      series: [{}, ...series],
      axes: [
        {
          stroke: ink,
          grid,
          ticks: grid,
          space: TIME_LABEL_WIDTH,
          values: (_chart, ticks) => ticks.map((seconds) => formatClock(seconds * 1000)),
        },
        { stroke: ink, grid, ticks: grid, size: ODDS_LABEL_WIDTH },
      ],
      // What a pointer would read off is in the table below, for everybody.
      legend: { live: false },
      cursor: { drag: { x: false, y: false } },
    },
    [times, ...lines],
    target,
  );
  const follow = new ResizeObserver(() => chart.setSize({ width: target.clientWidth, height: HEIGHT }));
  follow.observe(target);
  return () => {
    follow.disconnect();
    chart.destroy();
  };
}
