// The chart library, in a chunk of its own: only a page with a history loads it.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { formatOdds } from "../format/odds.ts";
import { formatClock } from "../format/time.ts";

const HEIGHT = 220;
/** Pixels that a label takes, so that none is cut off or printed over another. */
const TIME_LABEL_WIDTH = 110;
const ODDS_LABEL_WIDTH = 58;
/** Series colours, from the style sheet so that they follow light and dark. */
const COLOURS_MAX = 6;

export interface StepLine {
  readonly label: string;
  /** Decimal odds, one for each time; null where it was not offered. */
  readonly odds: readonly (number | null)[];
}

/**
 * Draws step lines.
 *
 * @param times server time in milliseconds
 * @param until server time in milliseconds to which the last price is drawn, as it still holds
 * @returns takes the chart away again
 */
export function drawSteps(
  target: HTMLElement,
  times: readonly number[],
  lines: readonly StepLine[],
  until: number,
): () => void {
  const style = getComputedStyle(target);
  const ink = style.getPropertyValue("--muted");
  const grid = { stroke: style.getPropertyValue("--line"), width: 1 };
  const steps = uPlot.paths.stepped?.({ align: 1 });
  const series = lines.map(({ label }, position): uPlot.Series => {
    const stroke = style.getPropertyValue(`--series-${(position % COLOURS_MAX) + 1}`);
    return {
      label,
      stroke,
      width: 2,
      points: { show: false },
      // The colours begin again: what has one already is told apart by its dashes.
      ...(position >= COLOURS_MAX && { dash: [7, 5] }),
      ...(steps ? { paths: steps } : {}),
    };
  });
  const isHeld = until > (times.at(-1) ?? until);
  const held = isHeld ? [...times, until] : times;
  const data = lines.map(({ odds }) => (isHeld ? [...odds, odds.at(-1) ?? null] : [...odds]));
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
        {
          stroke: ink,
          grid,
          ticks: grid,
          size: ODDS_LABEL_WIDTH,
          values: (_chart, ticks) => ticks.map((odds) => formatOdds(odds, "decimal")),
        },
      ],
      // What a pointer would read off is in the table below, for everybody.
      legend: {
        live: false,
        markers: { width: 2, dash: (_chart, at) => (at > COLOURS_MAX ? "dashed" : "solid") },
      },
      cursor: { drag: { x: false, y: false } },
    },
    [held.map((at) => at / 1000), ...data],
    target,
  );
  const follow = new ResizeObserver(() => chart.setSize({ width: target.clientWidth, height: HEIGHT }));
  follow.observe(target);
  return () => {
    follow.disconnect();
    chart.destroy();
  };
}
