import { expect, test } from "vitest";
import { FrameQueue } from "../../src/api/frame-queue.ts";

function queueOf() {
  const taken: number[][] = [];
  const frames: (() => void)[] = [];
  const timers: { work: () => void; cancelled: boolean }[] = [];
  const queue = new FrameQueue<number>(
    {
      onFrame: (work) => frames.push(work),
      after: (_milliseconds, work) => {
        const timer = { work, cancelled: false };
        timers.push(timer);
        return () => {
          timer.cancelled = true;
        };
      },
    },
    (messages) => taken.push([...messages]),
  );
  return { queue, taken, frames, timers };
}

test("what comes between two frames is taken together, in its order", () => {
  const { queue, taken, frames } = queueOf();
  queue.push(1);
  queue.push(2);
  queue.push(3);
  expect(taken).toEqual([]);
  frames.shift()?.();
  expect(taken).toEqual([[1, 2, 3]]);
  queue.push(4);
  frames.shift()?.();
  expect(taken).toEqual([[1, 2, 3], [4]]);
});

test("a page in the background, which is given no frames, takes messages by the timer", () => {
  const { queue, taken, frames, timers } = queueOf();
  queue.push(1);
  timers[0]?.work();
  expect(taken).toEqual([[1]]);
  frames[0]?.();
  expect(taken).toEqual([[1]]);
});

test("a frame that comes first takes the timer back", () => {
  const { queue, frames, timers } = queueOf();
  queue.push(1);
  frames[0]?.();
  expect(timers[0]?.cancelled).toBe(true);
});
