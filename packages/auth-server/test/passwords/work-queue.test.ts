import { describe, expect, it } from "vitest";
import { workQueue } from "../../src/passwords/work-queue.ts";

describe("the work queue", () => {
  it("runs so many at once, in order, and refuses what is beyond the line", async () => {
    const queue = workQueue({ concurrent: 2, waiting: 2 });
    const started: number[] = [];
    const gates = Array.from({ length: 4 }, () => Promise.withResolvers<number>());
    const results = [0, 1, 2, 3, 4].map((i) =>
      queue.run(async () => {
        started.push(i);
        return (await gates[i]?.promise) ?? -1;
      }),
    );
    expect([queue.running, queue.waiting]).toEqual([2, 2]);
    expect(await results[4]).toBe("full");
    expect(started).toEqual([0, 1]);
    gates[1]?.resolve(10);
    expect(await results[1]).toBe(10);
    expect(started).toEqual([0, 1, 2]);
    for (const gate of gates) gate.resolve(20);
    expect(await Promise.all(results)).toEqual([20, 10, 20, 20, "full"]);
    expect(started).toEqual([0, 1, 2, 3]);
    expect([queue.running, queue.waiting]).toEqual([0, 0]);
  });

  it("gives the place of one that failed to the next", async () => {
    const queue = workQueue({ concurrent: 1, waiting: 1 });
    const failed = queue.run(() => Promise.reject(new Error("no")));
    const next = queue.run(async () => "ran");
    await expect(failed).rejects.toThrow("no");
    expect(await next).toBe("ran");
    expect(queue.running).toBe(0);
  });
});
