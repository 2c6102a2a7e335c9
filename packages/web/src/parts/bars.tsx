import { useEffect, useRef } from "preact/hooks";
import type { BarsChart } from "./bars-chart.ts";

export interface BarsProps {
  readonly names: readonly string[];
  /** Minor units, one a name. */
  readonly values: readonly number[];
  readonly limit?: number;
}

/** A picture of figures that stand beside it as text. The chart library comes with the first of them. */
export function Bars({ names, values, limit }: BarsProps) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<BarsChart | null>(null);
  const newest = useRef({ names, values, limit });
  newest.current = { names, values, limit };
  const show = (): void =>
    chart.current?.show(newest.current.names, newest.current.values, newest.current.limit);
  useEffect(() => {
    let left = false;
    const draw = async (): Promise<void> => {
      const { drawBars } = await import("./bars-chart.ts");
      if (left || !box.current) return;
      chart.current = drawBars(box.current);
      show();
    };
    void draw();
    return () => {
      left = true;
      chart.current?.destroy();
      chart.current = null;
    };
  }, []);
  useEffect(show, [names.join("\n"), values.join(" "), limit]);
  return <div class="chart bars" ref={box} aria-hidden="true" />;
}
