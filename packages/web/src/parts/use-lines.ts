import { effect } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import type { LinesChart } from "./lines-chart.ts";

/**
 * Draws lines into a box and keeps them current. The chart library comes with the first of them.
 *
 * @param isThere whether the box is on the page yet
 * @param read    times in ms and the lines' values; what signals it reads is drawn anew when they change
 */
export function useLines(
  box: RefObject<HTMLDivElement | null>,
  isThere: boolean,
  labels: readonly string[],
  unit: string,
  read: () => { times: readonly number[]; lines: readonly (readonly (number | null)[])[] },
): void {
  useEffect(() => {
    const target = box.current;
    if (!isThere || !target) return undefined;
    let chart: LinesChart | undefined;
    let left = false;
    let dispose: () => void = () => undefined;
    const draw = async (): Promise<void> => {
      const { drawLines } = await import("./lines-chart.ts");
      if (left) return;
      chart = drawLines(target, labels, unit);
      dispose = effect(() => {
        const { times, lines } = read();
        chart?.show(
          times.map((at) => at / 1000),
          lines,
        );
      });
    };
    void draw();
    return () => {
      left = true;
      dispose();
      chart?.destroy();
    };
  }, [isThere]);
}
