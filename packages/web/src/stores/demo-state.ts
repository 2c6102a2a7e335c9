// A demonstration as its supervisor tells it: what scripts/demo sends and this page shows.

export interface DemoNode {
  readonly name: string;
  readonly state: "up" | "paused" | "waiting" | "down";
  readonly restarts: number;
}

/** What the bettors of a demonstration have seen so far. */
export interface DemoFigures {
  readonly running: boolean;
  /** Bets that were answered 201. */
  readonly accepted: number;
  /** Of those, in the last second. */
  readonly acceptedPerSecond: number;
  readonly inFlight: number;
  /** Bets whose answer was lost or open, so that they had to be asked for again under their key. */
  readonly unknown: number;
  /** Of those, bets whose outcome is known by now. */
  readonly resolved: number;
  readonly refused: number;
  /** Answered 201 and not in the book. */
  readonly lost: number;
  /** In the book more often than they were answered. */
  readonly doubled: number;
  /** Accepted bets that were compared with the book. */
  readonly checked: number;
  /** Of the bets answered in the last second, in ms; null where there was none. */
  readonly latencyMs: { readonly p50: number; readonly p99: number } | null;
}

export interface DemoState {
  readonly nodes: readonly DemoNode[];
  readonly load: DemoFigures;
}

export type DemoAction = "kill" | "pause" | "resume" | "restart";
