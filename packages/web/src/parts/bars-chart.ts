// Bars side by side, each with its name under it, drawn by the chart library in its own chunk.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { formatMoney } from "../format/money.ts";
import { shorten } from "../format/shorten.ts";

const HEIGHT = 240;
const VALUE_LABEL_WIDTH = 84;
const BAR_WIDTH_MAX = 64;
/** Names of more bars than fit side by side stand aslant. */
const UPRIGHT_MAX = 6;
const UPRIGHT_WIDTH = 150;
const ASLANT = { rotate: -35, size: 96, most: 16 } as const;

export interface BarsChart {
  /** Minor units, one a name. @param limit a line across all bars, where there is one */
  show(names: readonly string[], values: readonly number[], limit?: number): void;
  destroy(): void;
}

/** What the bars and the line mean is said beside them, in words. */
export function drawBars(target: HTMLElement): BarsChart {
  const style = getComputedStyle(target);
  const ink = style.getPropertyValue("--muted");
  const grid = { stroke: style.getPropertyValue("--line"), width: 1 };
  const bars = uPlot.paths.bars?.({ size: [0.6, BAR_WIDTH_MAX], align: 0 });
  let names: readonly string[] = [];
  const isAslant = (): boolean =>
    names.length > UPRIGHT_MAX || target.clientWidth < names.length * UPRIGHT_WIDTH * 0.7;
  const barSeries = (colour: string): uPlot.Series => ({
    fill: style.getPropertyValue(colour),
    stroke: style.getPropertyValue(colour),
    width: 0,
    points: { show: false },
    ...(bars && { paths: bars }),
  });
  const chart = new uPlot(
    {
      width: target.clientWidth,
      height: HEIGHT,
      scales: {
        x: { time: false, range: (_chart, _min, max) => [0.4, Math.max(1, max) + 0.6] },
        // Zero is always in sight: bars stand on it.
        y: {
          range: (_chart, low, high) => {
            const [least, most] = [Math.min(0, low), Math.max(0, high)];
            const room = Math.max(1, most - least) * 0.08;
            return [least < 0 ? least - room : 0, most > 0 ? most + room : 0];
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
          stroke: ink,
          grid: { show: false },
          ticks: { show: false },
          rotate: () => (isAslant() ? ASLANT.rotate : 0),
          size: () => (isAslant() ? ASLANT.size : 36),
          splits: () => names.map((_, at) => at + 1),
          values: (_chart, ticks) =>
            ticks.map((at) => shorten(names[at - 1] ?? "", isAslant() ? ASLANT.most : 22)),
        },
        {
          stroke: ink,
          grid,
          ticks: grid,
          size: VALUE_LABEL_WIDTH,
          values: (_chart, ticks) => ticks.map((amount) => formatMoney(Math.round(amount))),
        },
      ],
      legend: { show: false },
      cursor: { show: false },
    },
    [[], [], [], []],
    target,
  );
  const follow = new ResizeObserver(() => chart.setSize({ width: target.clientWidth, height: HEIGHT }));
  follow.observe(target);
  return {
    show(now, values, limit) {
      names = now;
      const places = values.map((_, at) => at + 1);
      chart.setData([
        places,
        values.map((value) => (value >= 0 ? value : null)),
        values.map((value) => (value < 0 ? value : null)),
        values.map(() => limit ?? null),
      ]);
    },
    destroy() {
      follow.disconnect();
      chart.destroy();
    },
  };
}
