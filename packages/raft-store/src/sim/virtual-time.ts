// The simulated world's only source of progress: a heap of events in virtual time.

interface Event {
  readonly time: number;
  /** Order of scheduling; decides between events of the same time. */
  readonly order: number;
  run: (() => void) | null;
}

/** Handle of a scheduled event. */
export interface VirtualTimer {
  cancel(): void;
}

/**
 * Events keyed by (time, order of scheduling). Nothing here reads a real clock, so a run is a function of what
 * was scheduled.
 */
export class VirtualTime {
  #now = 0;
  #order = 0;
  readonly #heap: Event[] = [];

  /** Virtual milliseconds since the run began. */
  get now(): number {
    return this.#now;
  }

  /** Calls `run` once, `delayMs` from now, after everything already scheduled for that time. */
  after(delayMs: number, run: () => void): VirtualTimer {
    const event: Event = { time: this.#now + Math.max(0, delayMs), order: this.#order++, run };
    push(this.#heap, event);
    return {
      cancel: () => {
        event.run = null;
      },
    };
  }

  /** Moves to the next event and runs it. False: there is none. */
  runNext(): boolean {
    for (;;) {
      const event = pop(this.#heap);
      if (event === undefined) return false;
      if (event.run === null) continue;
      this.#now = event.time;
      event.run();
      return true;
    }
  }

  /** When the next event is due; Infinity if none is. */
  nextAt(): number {
    while (this.#heap[0] !== undefined && this.#heap[0].run === null) pop(this.#heap);
    return this.#heap[0]?.time ?? Infinity;
  }
}

/** Turns of the world between two looks at the real event loop, so that its timers and messages are not starved. */
const BREATH = 20_000;
let turns = 0;

/**
 * Resolves once every promise reaction that can run has run. The simulated parts use no real timers or I/O, so
 * whatever is not settled then waits for an event of virtual time.
 *
 * `process.nextTick` asked for by a promise reaction comes when no reaction is left; asked for by anything else it would
 * come before the first. It costs a tenth of a turn of the event loop, which every event of every run would pay for.
 */
export async function quiescent(): Promise<void> {
  await Promise.resolve();
  turns += 1;
  await new Promise<void>((resolve) => {
    if (turns % BREATH === 0) setImmediate(resolve);
    else process.nextTick(resolve);
  });
}

function before(a: Event, b: Event): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}

function push(heap: Event[], event: Event): void {
  let at = heap.length;
  heap.push(event);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || !before(event, above)) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = event;
}

function pop(heap: Event[]): Event | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (top === undefined || last === undefined || heap.length === 0) return top;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    let least = heap[child];
    if (least === undefined) break;
    const right = heap[child + 1];
    if (right !== undefined && before(right, least)) {
      child += 1;
      least = right;
    }
    if (!before(least, last)) break;
    heap[at] = least;
    at = child;
  }
  heap[at] = last;
  return top;
}
