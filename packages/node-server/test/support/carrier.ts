// Which of the two carries REST and WebSocket of the nodes that tests start. A file of tests is written once; the
// `on-uws` files beside them run the same ones on the other carrier.

export type Carrier = "uws" | "ws";

let current: Carrier = "ws";

export function carrier(): Carrier {
  return current;
}

/** For this file of tests; to be called before the tests are imported. */
export function carryBy(chosen: Carrier): void {
  current = chosen;
}
