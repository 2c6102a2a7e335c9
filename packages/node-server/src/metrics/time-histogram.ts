// A histogram that costs its observer a few additions. The library's own makes objects and strings for every value, and
// with those of counters that was a twentieth of what a bet costs.
import { Histogram, type HistogramConfiguration } from "prom-client";

type Labels<Label extends string> = Partial<Record<Label, string | number>>;
type Told<Label extends string> = Awaited<ReturnType<Histogram<Label>["get"]>>;

/** The values of one set of labels. */
export class TimeTally {
  readonly #bounds: readonly number[];
  /** How many were at most so long; behind the last bound, all others. */
  readonly counts: Float64Array;
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(seconds: number): void {
    const bounds = this.#bounds;
    let at = 0;
    while (at < bounds.length && seconds > (bounds[at] as number)) at += 1;
    this.counts[at] = (this.counts[at] as number) + 1;
    this.sum += seconds;
  }
}

export class TimeHistogram<Label extends string = never> extends Histogram<Label> {
  readonly #bounds: readonly number[];
  readonly #tallies: { readonly labels: Labels<Label>; readonly tally: TimeTally }[] = [];
  readonly #name: string;
  readonly #help: string;

  constructor(options: HistogramConfiguration<Label> & { readonly buckets: number[] }) {
    super(options);
    this.#name = options.name;
    this.#help = options.help;
    this.#bounds = options.buckets;
  }

  /** Begins to tell of these labels: to be asked for once, and kept. */
  tally(labels: Labels<Label>): TimeTally {
    const tally = new TimeTally(this.#bounds);
    this.#tallies.push({ labels, tally });
    return tally;
  }

  override async get(): Promise<Told<Label>> {
    return {
      name: this.#name,
      help: this.#help,
      type: "histogram" as unknown as Told<Label>["type"],
      aggregator: "sum",
      collect: () => undefined,
      values: this.#tallies.flatMap(({ labels, tally }) => this.#valuesOf(labels, tally)),
    };
  }

  /** What the registry asks for, where there is one, in place of `get`. */
  getForPromString(): Promise<Told<Label>> {
    return this.get();
  }

  #valuesOf(labels: Labels<Label>, { counts, sum }: TimeTally): Told<Label>["values"] {
    let count = 0;
    const buckets = [...this.#bounds, "+Inf"].map((le, at) => {
      count += counts[at] ?? 0;
      return { metricName: `${this.#name}_bucket`, labels: { le, ...labels }, value: count };
    });
    const sums = [
      { metricName: `${this.#name}_sum`, labels, value: sum },
      { metricName: `${this.#name}_count`, labels, value: count },
    ];
    return [...buckets, ...sums];
  }
}
