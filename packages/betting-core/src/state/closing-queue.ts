// Which game closes next: a binary heap by closing time, then id. Derived from the games, not part of the digest.

interface Closing {
  readonly closesAt: number;
  readonly game: number;
}

export class ClosingQueue {
  readonly #heap: Closing[] = [];

  add(closesAt: number, game: number): void {
    const heap = this.#heap;
    const added = { closesAt, game };
    let place = heap.length;
    heap.push(added);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBefore(added, heap[parent] as Closing)) break;
      heap[place] = heap[parent] as Closing;
      place = parent;
    }
    heap[place] = added;
  }

  peek(): Closing | undefined {
    return this.#heap[0];
  }

  pop(): Closing | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let place = 0;
    for (;;) {
      let child = place * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Closing, heap[child] as Closing)) child++;
      if (!isBefore(heap[child] as Closing, last)) break;
      heap[place] = heap[child] as Closing;
      place = child;
    }
    heap[place] = last;
    return first;
  }
}

function isBefore(one: Closing, other: Closing): boolean {
  return one.closesAt < other.closesAt || (one.closesAt === other.closesAt && one.game < other.game);
}
