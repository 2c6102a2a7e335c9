import * as fc from "fast-check";
import { Histogram, Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { TimeHistogram } from "../../src/metrics/time-histogram.ts";

const options = { name: "waits", help: "Waits", labelNames: ["how"], buckets: [0.001, 0.01, 0.1, 1] };

describe("a histogram of tallies", () => {
  it("tells what the library's own tells of the same values", async () => {
    // Quarters add up without rounding, in whatever order.
    const seconds = fc.oneof(
      fc.constantFrom(...options.buckets),
      fc.integer({ min: 0, max: 9 }).map((n) => n / 4),
    );
    const values = fc.array(fc.tuple(fc.constantFrom("well", "badly"), seconds), { maxLength: 50 });
    await fc.assert(
      fc.asyncProperty(values, async (observed) => {
        const [own, theirs] = [new Registry(), new Registry()];
        const histogram = new TimeHistogram({ ...options, registers: [own] });
        const model = new Histogram({ ...options, registers: [theirs] });
        const tallies = new Map(
          [...new Set(observed.map(([how]) => how))].map((how) => [how, histogram.tally({ how })]),
        );
        for (const [how, value] of observed) {
          tallies.get(how)?.observe(value);
          model.observe({ how }, value);
        }
        expect(await own.metrics()).toEqual(await theirs.metrics());
      }),
    );
  });

  it("tells zeros before the first value", async () => {
    const registry = new Registry();
    new TimeHistogram({ ...options, registers: [registry] }).tally({ how: "well" });
    expect(await registry.metrics()).toContain('waits_bucket{le="+Inf",how="well"} 0');
    expect(await registry.metrics()).toContain('waits_count{how="well"} 0');
  });
});
