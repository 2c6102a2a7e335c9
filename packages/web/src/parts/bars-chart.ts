// Bars with their names, drawn by the chart library in its own chunk: side by side where their names fit under them,
// else below each other, so that however many there are each name stands straight beside its bar.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { formatMoney } from "../format/money.ts";
import { shorten } from "../format/shorten.ts";

const HEIGHT = 240;
const VALUE_LABEL_WIDTH = 84;
const BAR_WIDTH_MAX = 64;
/** A name under a bar takes so much room at least, and each of its characters so much of that. */
const NAME = { width: 120, character: 7 } as const;
/** A bar below others takes so much room; its name is beside it, on a narrow screen not more of it than fits. */
const ROW = { height: 30, names: 222, most: 28, narrow: 460, namesNarrow: 112, mostNarrow: 14 } as const;
const AXIS_HEIGHT = 40;

export interface BarsChart {
  /** Minor units, one a name. @param limit a line across all bars, where there is one */
  show(names: readonly string[], values: readonly number[], limit?: number): void;
  destroy(): void;
}

interface Shape {
  /** Whether the bars lie below each other. */
  readonly isLying: boolean;
  readonly isNarrow: boolean;
  readonly height: number;
}

function shapeFor(width: number, bars: number): Shape {
  const isLying = width - VALUE_LABEL_WIDTH < bars * NAME.width;
  const height = isLying ? bars * ROW.height + AXIS_HEIGHT : HEIGHT;
  return { isLying, isNarrow: width < ROW.narrow, height };
}

/** What the bars and the line mean is said beside them, in words. */
export function drawBars(target: HTMLElement): BarsChart {
  let chart: uPlot | undefined;
  let shape: Shape | undefined;
  let names: readonly string[] = [];
  let data: uPlot.AlignedData = [[], [], [], []];

  const redraw = (): void => {
    const next = shapeFor(target.clientWidth, names.length);
    const isSame =
      next.isLying === shape?.isLying && next.isNarrow === shape.isNarrow && next.height === shape.height;
    if (chart && isSame) {
      chart.setData(data);
      return;
    }
    chart?.destroy();
    shape = next;
    chart = new uPlot(
      optionsOf(target, next, () => names),
      data,
      target,
    );
  };
  const follow = new ResizeObserver(() => {
    if (!chart || !shape) return;
    chart.setSize({ width: target.clientWidth, height: shape.height });
    redraw();
  });
  follow.observe(target);
  return {
    show(now, values, limit) {
      names = now;
      data = [
        values.map((_, at) => at + 1),
        values.map((value) => (value >= 0 ? value : null)),
        values.map((value) => (value < 0 ? value : null)),
        values.map(() => limit ?? null),
      ];
      redraw();
    },
    destroy() {
      follow.disconnect();
      chart?.destroy();
    },
  };
}

function optionsOf(target: HTMLElement, shape: Shape, names: () => readonly string[]): uPlot.Options {
  const { isLying, isNarrow } = shape;
  const style = getComputedStyle(target);
  const ink = style.getPropertyValue("--muted");
  const grid = { stroke: style.getPropertyValue("--line"), width: 1 };
  const bars = uPlot.paths.bars?.({ size: [0.6, BAR_WIDTH_MAX], align: 0 });
  const room = (target.clientWidth - VALUE_LABEL_WIDTH) / Math.max(1, names().length);
  const standing = Math.floor(room / NAME.character);
  const most = isLying ? (isNarrow ? ROW.mostNarrow : ROW.most) : standing;
  const barSeries = (colour: string): uPlot.Series => ({
    fill: style.getPropertyValue(colour),
    stroke: style.getPropertyValue(colour),
    width: 0,
    points: { show: false },
    ...(bars && { paths: bars }),
  });
  return {
    width: target.clientWidth,
    height: shape.height,
    scales: {
      x: {
        time: false,
        // Lying bars begin at the top.
        ori: isLying ? 1 : 0,
        dir: isLying ? -1 : 1,
        range: (_chart, _min, max) => [0.4, Math.max(1, max) + 0.6],
      },
      // Zero is always in sight: bars stand on it.
      y: {
        ori: isLying ? 0 : 1,
        range: (_chart, low, high) => {
          const [least, highest] = [Math.min(0, low), Math.max(0, high)];
          const air = Math.max(1, highest - least) * 0.08;
          return [least < 0 ? least - air : 0, highest > 0 ? highest + air : 0];
        },
      },
    },
    series: [
      {},
      barSeries("--up"),
      barSeries("--down"),
      { stroke: style.getPropertyValue("--warn"), width: 2, dash: [8, 5], points: { show: false } },
    ],
    axes: [
      {
        side: isLying ? 3 : 2,
        stroke: ink,
        grid: { show: false },
        ticks: { show: false },
        size: isLying ? (isNarrow ? ROW.namesNarrow : ROW.names) : 36,
        splits: () => names().map((_, at) => at + 1),
        values: (_chart, ticks) => ticks.map((at) => shorten(names()[at - 1] ?? "", most)),
      },
      {
        side: isLying ? 2 : 3,
        stroke: ink,
        grid,
        ticks: grid,
        space: isLying ? 64 : 40,
        size: isLying ? AXIS_HEIGHT : VALUE_LABEL_WIDTH,
        values: (_chart, ticks) => ticks.map((amount) => formatMoney(Math.round(amount))),
      },
    ],
    legend: { show: false },
    cursor: { show: false },
  };
}
